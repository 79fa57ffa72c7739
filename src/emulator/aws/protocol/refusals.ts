import { ApiError } from '../../world/model.ts'
import type { Family } from './service.ts'

/** What every service of AWS refuses for, each family in its own words. */
export type Reason =
  | 'unknown action'
  | 'unknown parameter'
  | 'missing parameter'
  | 'bad value'
  | 'not understood'
  | 'not signed'
  | 'unknown key'
  | 'wrong signature'
  | 'expired token'
  | 'wrong time'
  | 'token reused'
  | 'throttled'
  | 'unavailable'
  | 'internal'

type Words = Record<Reason, [status: number, code: string]>

const query: Words = {
  'unknown action': [400, 'InvalidAction'],
  'unknown parameter': [400, 'MalformedInput'],
  'missing parameter': [400, 'ValidationError'],
  'bad value': [400, 'MalformedInput'],
  'not understood': [400, 'MalformedInput'],
  'not signed': [403, 'MissingAuthenticationToken'],
  'unknown key': [403, 'InvalidClientTokenId'],
  'wrong signature': [403, 'SignatureDoesNotMatch'],
  'expired token': [403, 'ExpiredToken'],
  'wrong time': [403, 'SignatureDoesNotMatch'],
  'token reused': [400, 'IdempotentParameterMismatch'],
  throttled: [400, 'Throttling'],
  unavailable: [503, 'ServiceUnavailable'],
  internal: [500, 'InternalFailure'],
}

const words: Record<Family, Words> = {
  query,
  ec2: {
    ...query,
    'unknown parameter': [400, 'UnknownParameter'],
    'missing parameter': [400, 'MissingParameter'],
    'bad value': [400, 'InvalidParameterValue'],
    'not understood': [400, 'MalformedQueryString'],
    'not signed': [401, 'AuthFailure'],
    'unknown key': [401, 'AuthFailure'],
    'expired token': [400, 'RequestExpired'],
    'wrong time': [400, 'RequestExpired'],
    throttled: [503, 'RequestLimitExceeded'],
    unavailable: [503, 'Unavailable'],
    internal: [500, 'InternalError'],
  },
  json: {
    ...query,
    'unknown action': [400, 'UnknownOperationException'],
    'unknown parameter': [400, 'SerializationException'],
    'missing parameter': [400, 'ValidationException'],
    'bad value': [400, 'SerializationException'],
    'not understood': [400, 'SerializationException'],
    'not signed': [400, 'MissingAuthenticationTokenException'],
    'unknown key': [400, 'UnrecognizedClientException'],
    'wrong signature': [400, 'InvalidSignatureException'],
    'expired token': [400, 'ExpiredTokenException'],
    'wrong time': [400, 'InvalidSignatureException'],
    throttled: [400, 'ThrottlingException'],
    unavailable: [503, 'ServiceUnavailableException'],
    internal: [500, 'InternalServerError'],
  },
  s3: {
    ...query,
    'unknown action': [405, 'MethodNotAllowed'],
    'unknown parameter': [400, 'InvalidArgument'],
    'missing parameter': [400, 'InvalidRequest'],
    'bad value': [400, 'InvalidArgument'],
    'not understood': [400, 'MalformedXML'],
    'not signed': [403, 'AccessDenied'],
    'unknown key': [403, 'InvalidAccessKeyId'],
    'expired token': [400, 'ExpiredToken'],
    'wrong time': [403, 'RequestTimeTooSkewed'],
    throttled: [503, 'SlowDown'],
    internal: [500, 'InternalError'],
  },
  route53: {
    ...query,
    'unknown action': [404, 'UnknownOperationException'],
    'unknown parameter': [400, 'InvalidInput'],
    'missing parameter': [400, 'InvalidInput'],
    'bad value': [400, 'InvalidInput'],
    'not understood': [400, 'InvalidInput'],
  },
}

/** The refusal with the family's own status and code. */
export function refusal(family: Family, reason: Reason, message: string): ApiError {
  const [status, code] = words[family][reason]
  return new ApiError(status, code, message)
}
