import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Exit, Problem } from '../../base/errors.ts'
import { noCredentials } from './errors.ts'
import { saysNotSignedIn } from './messages.ts'

export interface Keys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  expiration?: Date
}

/** Keys, or a function that gives them; called before every request, so that short-lived ones are renewed. */
export type Credentials = Keys | (() => Promise<Keys>)

/** The keys of the embedded cloud. */
export const sandboxKeys: Keys = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' }

/**
 * Credentials as every tool of AWS finds them: variables, single sign-on, profiles (with roles and processes), token
 * files, the role of a container or machine. Throws a Problem with exit 4 when only half a key is set; whether there
 * are any at all shows with the first request.
 */
export async function findCredentials(env: NodeJS.ProcessEnv): Promise<Credentials> {
  // A profile that was asked for wins over keys in variables, as in the official clients.
  if (!env.AWS_PROFILE) {
    const keys = keysFromVariables(env)
    if (keys) return keys
  }
  const { fromNodeProviderChain } = await import('./services/credentials.ts')
  const chain = fromNodeProviderChain({ logger: silent, ...(env.AWS_PROFILE && { profile: env.AWS_PROFILE }) })
  return async () => {
    try {
      return await chain()
    } catch (error) {
      // A role that cannot be assumed is a refusal of AWS and shown as such.
      if (!(error instanceof Error) || !/^(Credentials|Token)ProviderError$/.test(error.name)) throw error
      throw noCredentials(whyNone(error.message, env.AWS_PROFILE))
    }
  }
}

/** The region people have chosen for all their tools: variables first, then the profile. Never throws. */
export function profileRegion(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.AWS_REGION || env.AWS_DEFAULT_REGION
  if (named) return named
  const profile = env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE || 'default'
  const file = env.AWS_CONFIG_FILE || join(env.HOME || env.USERPROFILE || homedir(), '.aws', 'config')
  try {
    return sections(readFileSync(file, 'utf8'))[profile]?.region || undefined
  } catch {
    // A broken file is reported when credentials are needed.
    return undefined
  }
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

function keysFromVariables(env: NodeJS.ProcessEnv): Keys | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env
  if (!accessKeyId && !secretAccessKey) return undefined
  if (!accessKeyId || !secretAccessKey) {
    throw new Problem({
      what: `Only half of the access key is set: ${accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'} is missing.`,
      next: 'Set both, or neither and use a profile (`aws configure`). To try without an account: --sandbox.',
      exit: Exit.preflight,
    })
  }
  return { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) }
}

/** The library's message is not shown: some quote whole files or the output of a process. */
function whyNone(message: string, profile: string | undefined): string {
  if (saysNotSignedIn(message)) return 'The single sign-on session has expired or was never started.'
  return profile ? `The profile "${profile}" (AWS_PROFILE) does not exist or has no credentials.` : ''
}

/** `[profile NAME]` sections of the shared configuration; nested settings are not needed here. */
function sections(text: string): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = Object.create(null)
  let current: Record<string, string> = {}
  for (const line of text.split(/\r?\n/)) {
    const name = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line)?.[1]
    if (name) {
      current = {}
      found[name.replace(/^["']|["']$/g, '')] = current
      continue
    }
    const pair = /^([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line)
    if (pair) current[pair[1]!] = pair[2]!
  }
  return found
}
