import type { Session } from '../session.ts'
import type { Refusal } from './errors.ts'
import type { Action, Input, Output, Service } from './services/index.ts'

/** The connected AWS, as resources and look-ups use it. */
export interface Aws extends Session {
  region: string
  /** The account's id. */
  account: string
  /** One API call with the retries that are safe for it: `call('ec2', 'CreateVpc', { CidrBlock })`. Throws a CloudProblem. */
  call<S extends Service, A extends Action<S>>(
    service: S,
    action: A,
    input: Input<S, A>,
    options?: CallOptions,
  ): Promise<Output<S, A>>
  /** All rows of a list, page by page. */
  pages<S extends Service, A extends Action<S>, Row>(
    service: S,
    action: A,
    input: Input<S, A>,
    rows: (answer: Output<S, A>) => Row[] | undefined,
  ): Promise<Row[]>
}

export interface CallOptions {
  /** Doing it twice is the same as doing it once (deletes, "set to"): sent again after a lost answer even without a token. */
  repeatable?: boolean
  /** Whether a refusal means "not now", besides those that always do. */
  busy?: (refusal: Refusal) => boolean
  /** A "not found" is final at once: it is about something that was created long ago. */
  sure?: boolean
  /** How long "not now" is retried, milliseconds of the cloud's time. Default: five minutes; two for what is too new to be known. */
  patience?: number
}
