import { CloudProblem } from '../../../base/errors.ts'

/**
 * Converts a subscription to pay-as-you-go, which refunds the rest and is the only way to delete it before it expires.
 * The account has a monthly quota of refunds. Throws a CloudProblem that says so when the cloud refuses.
 */
export async function backToPayAsYouGo(what: string, send: () => Promise<unknown>): Promise<void> {
  try {
    await send()
  } catch (error) {
    if (!(error instanceof CloudProblem) || error.outcome !== 'refused') throw error
    throw new CloudProblem('refused', {
      what: `${what} is a subscription and could not be refunded (${error.code}).`,
      why: error.why ?? 'The monthly quota of refunds may be used up.',
      next: 'Unsubscribe it in the Expenses console or wait until it expires, then run the same command again.',
      ...(error.code && { code: error.code }),
      ...(error.requestId && { requestId: error.requestId }),
    })
  }
}
