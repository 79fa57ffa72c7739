/**
 * The only place where the text of an error decides anything. Everything else goes by codes; here there is none that
 * tells the cases apart. See docs/decisions/0012.
 */

/**
 * A role or instance profile that exists in IAM but has not reached the service that is to use it yet. It is reported
 * with the code of any invalid parameter.
 */
export function saysUnknownRole(message: string): boolean {
  return /Invalid IAM Instance Profile|has no associated IAM Roles|Invalid principal in policy|IAM role ARN value is invalid/i.test(
    message,
  )
}

/** Something that Auto Scaling does not find. It reports that, like every other refusal, as `ValidationError`. */
export function saysNotFound(message: string): boolean {
  return /not found|does not exist|^No \w+ found/i.test(message)
}

/** The request never left this machine. The official client's own error for it has no code. */
export function saysNotConnected(message: string): boolean {
  return /did not establish a connection|Connection timed out after/i.test(message)
}

/** A single sign-on session is missing or has expired. The official client's credentials errors have no code. */
export function saysNotSignedIn(message: string): boolean {
  return /\bsso\b|login session/i.test(message)
}

/** The official client was given no region. Its error for it has no code. */
export function saysNoRegion(message: string): boolean {
  return /region is missing/i.test(message)
}
