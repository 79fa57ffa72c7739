/** What an error code means, in plain words, and what to do about it. */
export interface Advice {
  why: string
  next: string
  /** It is about the credentials, not about the request: exit 4. */
  credentials?: boolean
}

const again = 'then run the same command again.'

const capacity: Advice = {
  why: 'This zone has no capacity left for this instance type, or never offered it.',
  next: `Choose another zone or instance type, ${again}`,
}
const quota: Advice = {
  why: 'The account has reached its quota in this region.',
  next: `Remove what is not needed or request an increase in the Service Quotas console, ${again}`,
}
const wrongKey: Advice = {
  why: 'The access key is unknown, disabled or its secret is wrong.',
  next: 'Set it again: `aws configure`, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  credentials: true,
}
const expired: Advice = {
  why: 'The temporary credentials have expired.',
  next: `Get new ones (\`aws sso login\`, or AWS_SESSION_TOKEN with its keys), ${again}`,
  credentials: true,
}
const clock: Advice = {
  why: "This machine's clock is more than five minutes off.",
  next: `Set the clock (for example with NTP), ${again}`,
  credentials: true,
}
const protection: Advice = {
  why: 'It is protected against deletion, and the protection was switched on outside of this program.',
  next: `Switch the deletion protection off in the console, ${again}`,
}

const byCode: [RegExp, Advice][] = [
  [
    /^(InsufficientInstanceCapacity|Unsupported|InsufficientDBInstanceCapacity(Fault)?|InsufficientCacheClusterCapacity(Fault)?|InsufficientFreeAddressesInSubnet)$/,
    capacity,
  ],
  [
    /^(VcpuLimitExceeded|InstanceLimitExceeded|AddressLimitExceeded|VpcLimitExceeded|.*LimitExceeded(Exception|Fault)?|.*Quota(For(Customer|Cluster))?Exceeded(Fault)?|.*QuotaPerResourceExceeded|TooMany(?!Requests)\w+)$/,
    quota,
  ],
  [
    /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature|AuthFailure|MissingAuthenticationToken)$/,
    wrongKey,
  ],
  [/^(ExpiredToken(Exception)?|TokenRefreshRequired|RequestExpired)$/, expired],
  [/^RequestTimeTooSkewed$/, clock],
  [
    /^OptInRequired$/,
    {
      why: 'The account is not enabled for this service or region yet.',
      next: `Finish the registration of the account, ${again}`,
      credentials: true,
    },
  ],
  [/^OperationNotPermitted(Exception)?$/, protection],
  [
    /^IdempotentParameterMismatch$/,
    {
      why: 'The same request was sent before with other settings.',
      next: 'Change the settings back to those of the interrupted run, or tear the stack down first.',
    },
  ],
  [
    /^(DependencyViolation|InvalidGroup\.InUse|ResourceInUse(Exception|Fault)?|DeleteConflict(Exception)?|HostedZoneNotEmpty|BucketNotEmpty)$/,
    { why: 'Something else still uses it.', next: `Remove what was added to it outside of this program, ${again}` },
  ],
  [
    /^(InvalidSubnet\.(Conflict|Range)|InvalidVpc\.Range)$/,
    { why: 'The CIDR block does not fit.', next: `Choose another CIDR block, ${again}` },
  ],
  [
    /^BucketAlreadyExists$/,
    {
      why: 'Bucket names are shared by all AWS accounts, and this one is taken.',
      next: `Choose another name, ${again}`,
    },
  ],
  [
    /^DBSubnetGroupDoesNotCoverEnoughAZs$/,
    {
      why: 'The subnets of a database must lie in two zones at least.',
      next: `Choose another zone for one of them, ${again}`,
    },
  ],
]

/** Advice for a code; `service` and `action` name the missing permission. Undefined where AWS's own message is the best there is. */
export function adviceFor(code: string, service: string, action: string): Advice | undefined {
  if (/^(UnauthorizedOperation|AccessDenied(Exception)?|Forbidden|HTTP 403)$/.test(code)) {
    const permission = `${prefixes[service] ?? service}:${action}`
    return {
      why: `This user or role lacks the permission ${permission}.`,
      next: `Ask the account's administrator for a policy that allows ${permission}, ${again}`,
    }
  }
  return byCode.find(([pattern]) => pattern.test(code))?.[1]
}

const prefixes: Record<string, string> = { elbv2: 'elasticloadbalancing' }
