import { CloudProblem, Exit, type Outcome, Problem, type ProblemParts } from '../../base/errors.ts'
import { adviceFor } from './advice.ts'
import { saysNoRegion, saysNotConnected, saysNotFound, saysUnknownRole } from './messages.ts'

/** Why one attempt at a call failed, in one form for the official clients' many errors. */
export type Failure =
  /** The cloud refused. `code` is the one on the wire, `name` the model's (`AlreadyExists`, `AlreadyExistsFault`). */
  | { is: 'refusal'; status: number; code: string; name: string; message: string; requestId: string }
  /** It is not known whether the call was carried out. */
  | { is: 'silence'; how: string; requestId?: string }
  /** It never left this machine. */
  | { is: 'unsent'; how: string }
  /** There are no credentials to sign it with. */
  | { is: 'unsigned'; how: string }

export type Refusal = Failure & { is: 'refusal' }

const throttling = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
])

/** Throttling: nothing was done, and the same call can be sent again later. `LimitExceeded` is not among them: that is a quota. */
export function isThrottling({ code, name, status }: Refusal): boolean {
  return throttling.has(code) || throttling.has(name) || (status === 429 && code !== '')
}

/** "Not now": nothing was done, and the same call can be sent again. */
export function isBusy({ code }: Refusal): boolean {
  return /^(IncorrectState|IncorrectInstanceState|OperationAborted|ConcurrentModification(Exception)?|ResourceContention(Fault)?|OperationInProgress(Exception)?|ScalingActivityInProgress(Fault)?|ServiceLinkedRoleFailure|Invalid(DBInstance|DBCluster|ReplicationGroup)State(Fault)?)$/.test(
    code,
  )
}

/** Something that was created a moment ago and is not known everywhere yet; in a call that uses it, never in its removal. */
export function isLag(failure: Refusal, action: string): boolean {
  if (isRead(action) || isEnding(action)) return false
  if (saysUnknownRole(failure.message)) return true
  // A pending instance cannot take an address; an image, unlike the rest, is not ours and either there or not.
  if (failure.code === 'InvalidInstanceID') return true
  return isMissing(failure) && !/^InvalidAMI|^ParameterNotFound|^InvalidZone/.test(failure.code)
}

/** "Not found". */
export function isMissing({ code, name, message }: Pick<Refusal, 'code' | 'name' | 'message'>): boolean {
  return [code, name].some(
    word =>
      /NotFound(Fault|Exception|Exception\.NotFound)?$/.test(word) ||
      /^(NoSuchEntity(Exception)?|NoSuchBucket|NoSuchHostedZone|NoSuchUpload|NatGatewayNotFound|Gateway\.NotAttached|NotFound|InvocationDoesNotExist)$/.test(
        word,
      ) ||
      (word === 'ValidationError' && saysNotFound(message)),
  )
}

/** Something else still depends on it; passes by itself when that is being deleted. */
export function isDependency(code: string | undefined): boolean {
  return (
    code !== undefined &&
    /^(DependencyViolation|InvalidGroup\.InUse|InvalidIPAddress\.InUse|ResourceInUse(Exception|Fault)?|VolumeInUse|DeleteConflict(Exception)?|HostedZoneNotEmpty|BucketNotEmpty|InvalidDBSubnetGroupStateFault|InvalidDBSubnetGroupState|CacheSubnetGroupInUse|CannotDelete)$/.test(
      code,
    )
  )
}

/** Whether an action is read-only, by its name. */
export function isRead(action: string): boolean {
  return /^(Describe|List|Get|Head)/.test(action)
}

/**
 * The error for an action that finally failed. Messages of the cloud are shown only through `redact`,
 * which hides secrets, and never for signature errors: those quote the whole request.
 */
export function problemOf(
  service: string,
  action: string,
  failure: Failure,
  options: { unsure: boolean; redact(text: string): string },
): CloudProblem | Problem {
  const call = `${service} ${action}`
  if (failure.is === 'unsigned') return noCredentials(failure.how)
  if (failure.is === 'unsent') {
    return new CloudProblem(options.unsure ? 'unknown' : 'refused', {
      what: `AWS cannot be reached (${call}: ${failure.how}).`,
      why: 'The request did not leave this machine: no network, a wrong proxy, or a region that does not exist.',
      next: 'Check the network and the region, then run the same command again.',
    })
  }
  if (failure.is === 'silence') {
    return new CloudProblem('unknown', {
      what: `No usable answer from AWS to ${call} (${failure.how}).`,
      why: 'Whether the request was carried out is not known.',
      next: 'Run the same command again: it looks first and makes nothing twice.',
      ...(failure.requestId && { requestId: failure.requestId }),
    })
  }
  return refusal(call, service, action, failure, options)
}

/** The Problem for missing credentials. Exit 4. */
export function noCredentials(how: string): Problem {
  return new Problem({
    what: 'No usable AWS credentials were found.',
    ...(how && { why: how }),
    next: 'Run `aws configure` or `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE. To try without an account: --sandbox.',
    exit: Exit.preflight,
  })
}

function refusal(
  call: string,
  service: string,
  action: string,
  failure: Refusal,
  { redact, unsure }: { unsure: boolean; redact(text: string): string },
): CloudProblem {
  const { code, requestId } = failure
  const advice = adviceFor(code, service, action)
  const said = /Signature/i.test(code) ? '' : quote(redact(failure.message))
  const parts: ProblemParts = {
    what: `AWS refused ${call}: ${code}.`,
    ...((advice?.why ?? said) && { why: [advice?.why, said].filter(Boolean).join(' AWS says: ') }),
    next: advice?.next ?? 'Change what it names, then run the same command again.',
    code,
    ...(requestId && { requestId }),
    ...(advice?.credentials && { exit: Exit.preflight }),
  }
  // An earlier attempt may have been carried out; a throttled or busy retry does not tell.
  const noWord = unsure && (isThrottling(failure) || isBusy(failure))
  const denied = /^(UnauthorizedOperation|AccessDenied(Exception)?)$/.test(code)
  return new CloudProblem(noWord ? 'unknown' : outcomeOf(failure, action), parts, { open: unsure, denied })
}

/** The encoded part of "not authorized" is long and of no use to people. */
function quote(message: string): string {
  return message
    .replace(/\s*Encoded authorization failure message:.*$/s, '')
    .trim()
    .slice(0, 300)
}

function outcomeOf(failure: Refusal, action: string): Outcome {
  if (isTaken(failure) && /^(Create|Import|Put|Change|Request)/.test(action)) return 'exists'
  // "VPC not found" in the answer to CreateSubnet is not about the subnet.
  if (isMissing(failure) && !/^(Create|Run|Import|Allocate|Request)/.test(action)) return 'notFound'
  return 'refused'
}

/** The name, range, port or identifier is taken, perhaps by ourselves before a kill. */
function isTaken({ code, name }: Refusal): boolean {
  return [code, name].some(
    word =>
      /^(InvalidSubnet\.Conflict|InvalidGroup\.Duplicate|InvalidKeyPair\.Duplicate|BucketAlreadyExists|Duplicate(LoadBalancer|TargetGroup)Name(Exception)?|DuplicateListener(Exception)?|PriorityInUse(Exception)?)$/.test(
        word,
      ) || /AlreadyExists(Fault|Exception)?$|^BucketAlreadyOwnedByYou$/.test(word),
  )
}

function isEnding(action: string): boolean {
  return /^(Delete|Detach|Disassociate|Deregister|Release|Remove|Revoke|Terminate|Abort)/.test(action)
}

/** Reads what an official client threw. */
export function failureOf(error: unknown): Failure {
  const thrown = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown
    code?: unknown
    Code?: unknown
    message?: unknown
    $fault?: unknown
    $metadata?: { httpStatusCode?: number; requestId?: string }
  }
  const name = text(thrown.name)
  const status = thrown.$metadata?.httpStatusCode ?? 0
  const requestId = text(thrown.$metadata?.requestId)
  if (thrown.$fault) return answered(name, thrown.Code, text(thrown.message), status, requestId)
  if (/CredentialsProviderError|TokenProviderError/.test(name)) return { is: 'unsigned', how: '' }
  const code = text(thrown.code)
  if (neverSent(code, text(thrown.message))) return { is: 'unsent', how: code || 'no connection' }
  if (status > 0)
    return { is: 'silence', how: `an answer that is none, HTTP ${status}`, ...(requestId && { requestId }) }
  if (code === 'ETIMEDOUT' || (name === 'TimeoutError' && code !== 'ECONNRESET')) {
    return { is: 'silence', how: 'timed out' }
  }
  if (saysNoRegion(text(thrown.message))) return { is: 'unsent', how: 'no region is set' }
  return { is: 'silence', how: code || 'the connection broke' }
}

/** A service's own error; one without a name comes from a proxy in between. */
function answered(name: string, wire: unknown, message: string, status: number, requestId: string): Failure {
  const code = text(wire) || name
  const known = code !== '' && code !== 'Unknown' && code !== 'UnknownError'
  const failure: Refusal = { is: 'refusal', status, code: known ? code : `HTTP ${status}`, name, message, requestId }
  if (status >= 500 && !(known && (isThrottling(failure) || isBusy(failure)))) {
    const how = known ? `${code}, HTTP ${status}` : `HTTP ${status}`
    return { is: 'silence', how, ...(requestId && { requestId }) }
  }
  return failure
}

function neverSent(code: string, message: string): boolean {
  return (
    ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'].includes(code) ||
    /CERT|^ERR_TLS|SELF_SIGNED/.test(code) ||
    saysNotConnected(message)
  )
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
