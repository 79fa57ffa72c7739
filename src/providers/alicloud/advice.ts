/** What a code means in plain words, and what to do about it. */
export interface Advice {
  why: string
  next: string
  /** About the caller, not about the request: exit 4. */
  credentials?: boolean
}

const stock: Advice = {
  why: 'The zone has no stock of what was requested.',
  next: 'Choose another zone, instance type or disk category (`--set machine.type=…`, `--set vswitch1.zone=…`), then run the same command again.',
}
const money: Advice = {
  why: 'The account has insufficient funds or no payment method.',
  next: 'Add a payment method or funds in the Expenses console, then run the same command again.',
}
const unpaid: Advice = {
  why: 'An unpaid order blocks this.',
  next: 'Pay or cancel it in the Expenses console under Orders, then run the same command again.',
}
const quota: Advice = {
  why: 'The account has reached its quota.',
  next: 'Delete what is not needed or request an increase in the Quota Center, then run the same command again.',
}
const wrongKey: Advice = {
  why: 'The access key is unknown, disabled or its secret is wrong.',
  next: 'Set it again: `aliyun configure`, or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.',
  credentials: true,
}
const expired: Advice = {
  why: 'The temporary credentials have expired or do not belong together.',
  next: 'Get new ones (`aliyun configure`, your single sign-on, or ALIBABA_CLOUD_SECURITY_TOKEN), then run the same command again.',
  credentials: true,
}
const clock: Advice = {
  why: "This machine's clock is more than 15 minutes off.",
  next: 'Set the clock (for example with NTP), then run the same command again.',
  credentials: true,
}
const realName: Advice = {
  why: 'The account has not finished its real-name registration.',
  next: 'Finish it in the Account Center of the console, then run the same command again.',
}
const protection: Advice = {
  why: 'Deletion protection was turned on outside this program.',
  next: 'Turn off deletion protection in the console, then run the same command again.',
}
const prepaid: Advice = {
  why: 'It is a subscription, which cannot be deleted before it is refunded or expires.',
  next: 'Unsubscribe it in the Expenses console, or wait until it expires, then run the same command again.',
}

const byCode: Record<string, Advice> = {
  'OperationDenied.NoStock': stock,
  'Zone.NotOnSale': stock,
  'InvalidResourceType.NotSupported': stock,
  'InvalidInstanceType.ValueNotSupported': stock,
  'InvalidInstanceType.NotSupported': stock,
  'InvalidInstanceType.NotSupportDiskCategory': stock,
  'InvalidSystemDiskCategory.ValueNotSupported': stock,
  InsufficientResourceCapacity: stock,
  InvalidPayMethod: money,
  'InvalidAccountStatus.NotEnoughBalance': money,
  'Pay.InsufficientBalance': money,
  'Account.Arrearage': money,
  'CommodityServiceCalling.Exception': {
    why: 'The billing system refused the order, usually because of missing funds, a missing payment method or an unfinished registration.',
    next: 'Check the Expenses console and the Account Center, then run the same command again.',
  },
  'OrderStatus.UnPaid': unpaid,
  'Order.InstHasUnpaidOrder': unpaid,
  RealNameAuthenticationError: realName,
  'Account.RealNameAuthenticationError': realName,
  'InvalidAccountStatus.NotRealName': realName,
  'InvalidAccountType.Format': {
    why: 'On this kind of instance the first account must be a privileged one.',
    next: 'Ask for one with `--set database.privileged=yes`, then run the same command again.',
  },
  'ServiceLinkedRole.NotExist': {
    why: 'The account has never used this service: its service-linked role is missing.',
    next: 'Open the RDS console once and confirm the role (AliyunServiceRoleForRDS), then run the same command again.',
  },
  InvalidAccessKeyId: wrongKey,
  'InvalidAccessKeyId.NotFound': wrongKey,
  'InvalidAccessKeyId.Inactive': wrongKey,
  SignatureDoesNotMatch: wrongKey,
  IncompleteSignature: wrongKey,
  'InvalidSecurityToken.Expired': expired,
  'InvalidSecurityToken.Malformed': expired,
  'InvalidSecurityToken.MismatchWithAccessKey': expired,
  MissingSecurityToken: expired,
  'InvalidTimeStamp.Expired': clock,
  'InvalidTimeStamp.Format': clock,
  IdempotentParameterMismatch: {
    why: 'The same request was sent before with different settings.',
    next: 'Change the settings back to those of the interrupted run, or tear the stack down first.',
  },
  'InvalidInstance.PrepaidNotSupport': prepaid,
  ChargeTypeViolation: prepaid,
  'InvalidInstanceChargeType.PrePaid': prepaid,
}

/** Advice for a code; `action` names the missing permission. Undefined where the cloud's own words are the best there is. */
export function adviceFor(code: string, action: string): Advice | undefined {
  const known = byCode[code]
  if (known) return known
  if (isDenied(code)) {
    return {
      why: `This user or role is not allowed to call ${action}.`,
      next: `Ask the account's administrator for a RAM policy that allows ${action}, then run the same command again.`,
    }
  }
  if (/^QuotaExceeded|QuotaExceed|LimitExceeded/.test(code)) return quota
  if (/^OperationDenied\.DeletionProtection|DeleteProtection/.test(code)) return protection
  if (/PrePaid/i.test(code)) return prepaid
  if (/^DependencyViolation|^Rspool/.test(code)) {
    return {
      why: 'Something else still uses it.',
      next: 'Remove what was added to it outside this program, then run the same command again.',
    }
  }
  if (/^InvalidCidrBlock/.test(code)) {
    return {
      why: 'The CIDR block is not accepted here.',
      next: 'Choose another CIDR block, then run the same command again.',
    }
  }
  return undefined
}

/** Whether a code says that the caller's rights do not cover the call. */
export function isDenied(code: string): boolean {
  return /^(Forbidden\.(RAM|NoPermission|SubUser|Access)|NoPermission|UnauthorizedOperation)/.test(code)
}
