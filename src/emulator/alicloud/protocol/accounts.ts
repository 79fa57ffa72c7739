import { ApiError } from '../../world/model.ts'

/** Who signed a request, and with what secret it must have been signed. */
export interface Signer {
  account: string
  secret: string
  /** An id that surely exists: a signature that does not fit is a wrong secret, not an unknown key. */
  known: boolean
}

/** The account of the key `sandbox`. */
export const firstAccount = '5000000000000001'
/** The account of the key `other`: for tests of what belongs to somebody else. */
export const secondAccount = '5000000000000002'

/**
 * The emulated Alibaba Cloud's accounts: `sandbox`/`sandbox`, `other`/`other`, the temporary key `sandbox-sts` with the
 * security token `live`, the pair in the environment, and any other id whose secret is the same word.
 * Throws the cloud's refusals for unknown ids and for missing, foreign or expired security tokens.
 */
export function signerOf(id: string, securityToken: string | undefined, env: NodeJS.ProcessEnv): Signer {
  if (!id) throw new ApiError(400, 'MissingAccessKeyId', 'AccessKeyId is mandatory for this action.')
  if (id === 'sandbox-sts') return temporary(securityToken)
  const own = env.ALIBABA_CLOUD_ACCESS_KEY_ID === id ? env.ALIBABA_CLOUD_ACCESS_KEY_SECRET : undefined
  const known = id === 'sandbox' || id === 'other' || Boolean(own)
  return { account: id === 'other' ? secondAccount : firstAccount, secret: own || id, known }
}

/** The refusal of a key that no account has. */
export function unknownKey(): ApiError {
  return new ApiError(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.')
}

function temporary(token: string | undefined): Signer {
  if (!token) throw new ApiError(400, 'MissingSecurityToken', 'SecurityToken is mandatory for this action.')
  if (token === 'expired')
    throw new ApiError(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.')
  if (token !== 'live') {
    throw new ApiError(
      400,
      'InvalidSecurityToken.MismatchWithAccessKey',
      'Specified SecurityToken does not match the AccessKey.',
    )
  }
  return { account: firstAccount, secret: 'sandbox-sts', known: true }
}
