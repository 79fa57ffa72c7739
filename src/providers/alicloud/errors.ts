import { CloudProblem, Exit, type Outcome, type Problem, type ProblemParts } from '../../base/errors.ts'
import { adviceFor, isDenied } from './advice.ts'

/** How one attempt at a call failed, read from pop-core's many kinds of errors. */
export type Failure =
  /** The cloud refused it. */
  | { is: 'refusal'; status: number; code: string; message: string; requestId: string }
  /** Whether the call was carried out is unknown. */
  | { is: 'silence'; how: string; status?: number; code?: string; requestId?: string }
  /** It never left this machine. */
  | { is: 'unsent'; how: string }

/** Codes that say "not now, nothing was done": the same call can be sent again (docs/facts/alicloud.md). */
const busy = new Set([
  // vpc
  'TaskConflict',
  'OperationConflict',
  'UnknownError',
  'IncorrectVSwitchStatus',
  'IncorrectVpcStatus',
  'IncorrectStatus',
  'InvalidStatus.RouteEntry',
  'OperationFailed.DistibuteLock',
  'IncorrectRouteEntryStatus',
  'OperationDenied.OtherSubnetProcessing',
  // a request with the same token is still being worked on
  'OperationFailed.IdempotentTokenProcessing',
  'OperationFailed.LastTokenProcessing',
  'LastTokenProcessing',
  'OperationFailed.TokenIsProcessing',
  'IdempotenceProcessing',
  // ecs
  'IncorrectInstanceStatus',
  'IncorrectInstanceStatus.Initializing',
  // rds
  'OperationDenied.DBInstanceStatus',
  'OperationDenied.ReadDBInstanceStatus',
  'OperationDenied.DBClusterStatus',
  'OperationDenied.DBStatus',
  'OperationDenied.OutofUsage',
  'IncorrectDBInstanceState',
  'LockTimeout',
  'InstanceConnectTimeoutFault',
  'ConcurrentTaskExceeded',
  'Database.ConnectError',
  // slb
  'SystemBusy',
  'OperationBusy',
  'ServiceIsConfiguring',
  'ServiceIsStopping',
  'BackendServer.configuring',
  'VServerGroupProcessing',
  'ProcessingSameRequest',
])

/** Codes of something that is not there; only meaningful in a call about that very thing. */
const notFound = new Set([
  'InvalidVpcId.NotFound',
  'InvalidVpcID.NotFound',
  'Forbidden.VpcNotFound',
  'InvalidVSwitchId.NotFound',
  'InvalidVswitchID.NotFound',
  'InvalidSecurityGroupId.NotFound',
  'InvalidKeyPair.NotFound',
  'InvalidKeyPairName.NotFound',
  'InvalidInstanceId.NotFound',
  'InvalidInstance.NotFound',
  'InvalidDBInstanceId.NotFound',
  'InvalidDBInstanceName.NotFound',
  'InvalidAccountName.NotFound',
  'InvalidDBName.NotFound',
  'InvalidDB.NotFound',
  'InvalidLoadBalancerId.NotFound',
  'ListenerNotFound',
  'InvalidListenerPort.NotFound',
])

const exists = new Set([
  'KeyPair.AlreadyExist',
  'InvalidAccountName.Duplicate',
  'InvalidDBName.Duplicate',
  'ListenerAlreadyExists',
])

/** The cloud limits the rate of calls; nothing was done. */
export function isThrottling(code: string): boolean {
  return code.includes('Throttling')
}

/** "Not now, nothing was done": the same call can be sent again. */
export function isBusy(code: string): boolean {
  return busy.has(code)
}

/** Something else still depends on it; passes by itself when that is being deleted. */
export function isDependency(code: string | undefined): boolean {
  return code !== undefined && (code.startsWith('DependencyViolation') || code === 'RspoolVipExist')
}

/**
 * The error for an action that failed for good. Messages of the cloud are shown only through `redact`, which hides
 * secrets, and never for signature errors: those quote the whole request. What an error means is decided by its code.
 */
export function problemOf(
  product: string,
  action: string,
  failure: Failure,
  options: { unknown: boolean; embedded?: boolean; redact(text: string): string },
): CloudProblem | Problem {
  const call = `${product} ${action}`
  if (failure.is === 'unsent') {
    const parts = options.embedded
      ? {
          what: `The embedded cloud no longer answers (${call}: ${failure.how}).`,
          why: 'Its process has ended. Everything it had confirmed is kept.',
          next: 'Run the same command again: it starts the embedded cloud and continues.',
        }
      : {
          what: `Alibaba Cloud cannot be reached (${call}: ${failure.how}).`,
          why: 'The request did not leave this machine: no network, a wrong proxy, or a region that does not exist.',
          next: 'Check the network and the region, then run the same command again.',
        }
    return new CloudProblem(options.unknown ? 'unknown' : 'refused', parts)
  }
  if (failure.is === 'silence') {
    return new CloudProblem('unknown', {
      what: `No usable answer from Alibaba Cloud to ${call} (${failure.how}).`,
      why: 'Whether the request was carried out is not known.',
      next: 'Run the same command again: it checks first and creates nothing twice.',
      ...(failure.code && { code: failure.code }),
      ...(failure.requestId && { requestId: failure.requestId }),
    })
  }
  return refusal(call, action, failure, options)
}

function refusal(
  call: string,
  action: string,
  failure: Failure & { is: 'refusal' },
  { redact, unknown }: { unknown: boolean; redact(text: string): string },
): CloudProblem {
  const { code, requestId } = failure
  const advice = adviceFor(code, action)
  const quotable = !/Signature/i.test(code)
  const message = quotable && failure.message ? redact(failure.message).slice(0, 300) : ''
  const parts: ProblemParts = {
    what: `Alibaba Cloud refused ${call}: ${code}.`,
    ...((advice?.why ?? message) && { why: [advice?.why, message].filter(Boolean).join(' The cloud says: ') }),
    next: advice?.next ?? 'Change what the message names, then run the same command again.',
    code,
    ...(requestId && { requestId }),
    ...(advice?.credentials && { exit: Exit.preflight }),
  }
  // An earlier attempt may have been carried out, and a throttled or busy retry says nothing about that one.
  const undecided = unknown && (isThrottling(code) || isBusy(code))
  return new CloudProblem(undecided ? 'unknown' : outcomeOf(code, action), parts, {
    open: unknown,
    denied: isDenied(code),
  })
}

function outcomeOf(code: string, action: string): Outcome {
  if (exists.has(code)) return 'exists'
  // "VPC not found" in the answer to CreateVSwitch is about another thing than the one to be made.
  if (notFound.has(code) && !/^(Create|Run|Import|Allocate)/.test(action)) return 'notFound'
  return 'refused'
}

/** Reads whatever pop-core threw. Its messages repeat the request, so only `code`, `name` and `data` are read. */
export function failureOf(error: unknown): Failure {
  const thrown = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown
    code?: unknown
    data?: { Code?: unknown; Message?: unknown; RequestId?: unknown }
    entry?: { response?: { statusCode?: number } }
  }
  const status = thrown.entry?.response?.statusCode ?? 0
  if (thrown.data?.Code) {
    const code = String(thrown.data.Code)
    const requestId = String(thrown.data.RequestId ?? '')
    if (status >= 500 && !isThrottling(code) && !isBusy(code)) {
      return { is: 'silence', how: `${code}, HTTP ${status}`, status, code, requestId }
    }
    return { is: 'refusal', status, code, message: String(thrown.data.Message ?? ''), requestId }
  }
  const code = typeof thrown.code === 'string' ? thrown.code : ''
  if (neverSent(code)) return { is: 'unsent', how: code }
  if (thrown.name === 'RequestTimeoutError') return { is: 'silence', how: 'timed out' }
  if (thrown.name === 'SyntaxError') return { is: 'silence', how: 'the answer is not JSON' }
  return { is: 'silence', how: code || 'the connection broke' }
}

function neverSent(code: string): boolean {
  return (
    ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'].includes(code) ||
    /CERT|^ERR_TLS|SELF_SIGNED/.test(code)
  )
}
