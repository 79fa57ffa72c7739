import type { Reason } from './refusals.ts'

/** Who signed a request, and with what secret it must have been signed. */
export interface Signer {
  account: string
  secret: string
  /** An id that surely exists: a signature that does not fit is a wrong secret, not an unknown key. */
  known: boolean
}

/** The account of the key `sandbox`. */
export const firstAccount = '500000000001'
/** The account of the key `other`: for tests of what belongs to somebody else. */
export const secondAccount = '500000000002'

/**
 * The emulated AWS's accounts: `sandbox`/`sandbox`, `other`/`other`, the temporary key `sandbox-sts` with the session
 * token `live`, the pair in the environment, and any other id whose secret is the same word (with any session token
 * but `expired`, as a machine's role has one). Returns the reason where a token does not do.
 */
export function signerOf(id: string, sessionToken: string | undefined, env: NodeJS.ProcessEnv): Signer | Reason {
  if (!id) return 'not signed'
  if (sessionToken === 'expired') return 'expired token'
  if (id === 'sandbox-sts' && sessionToken !== 'live') return 'unknown key'
  const own = env.AWS_ACCESS_KEY_ID === id ? env.AWS_SECRET_ACCESS_KEY : undefined
  const known = ['sandbox', 'other', 'sandbox-sts'].includes(id) || Boolean(own)
  return { account: id === 'other' ? secondAccount : firstAccount, secret: own || id, known }
}
