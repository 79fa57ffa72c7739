import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Exit, Problem } from '../../base/errors.ts'

/** An access key; with a token when it is temporary. */
export interface Keys {
  accessKeyId: string
  accessKeySecret: string
  securityToken?: string
}

/** Asked before every request, so that short-lived credentials are refreshed. */
export interface KeySource {
  getCredentials(): Promise<Keys>
}

/** Modes of the `aliyun` CLI that the official credentials library reads. */
const supportedModes = [
  'AK',
  'StsToken',
  'RamRoleArn',
  'ChainableRamRoleArn',
  'EcsRamRole',
  'OIDC',
  'CloudSSO',
  'OAuth',
  'External',
]

/**
 * Credentials as the `aliyun` CLI's users have them: variables, OIDC, the CLI's profile, the SDKs' credentials file,
 * the role of the machine we run on, a credentials URI. Throws a Problem with exit 4 when there are none.
 */
export async function findKeys(env: NodeJS.ProcessEnv): Promise<KeySource> {
  return (
    keysFromVariables(env) ??
    (await keysFromOidc(env)) ??
    (await keysFromCliProfile(env)) ??
    (await keysFromCredentialsFile(env)) ??
    (await keysFromMachineRole(env)) ??
    (await keysFromUri(env)) ??
    none()
  )
}

/** The region people have chosen for all their tools: variables first, then the CLI's profile. Never throws. */
export function profileRegion(env: NodeJS.ProcessEnv): string | undefined {
  const named = variable(env, 'REGION_ID') ?? env.ALIBABA_CLOUD_REGION ?? env.ALICLOUD_REGION
  if (named) return named
  try {
    const region = cliProfile(env)?.profile.region_id
    return typeof region === 'string' && region ? region : undefined
  } catch {
    // A broken profile is reported when credentials are needed.
    return undefined
  }
}

function keysFromVariables(env: NodeJS.ProcessEnv): KeySource | undefined {
  const accessKeyId = variable(env, 'ACCESS_KEY_ID')
  const accessKeySecret = variable(env, 'ACCESS_KEY_SECRET')
  if (!accessKeyId && !accessKeySecret) return undefined
  if (!accessKeyId || !accessKeySecret) {
    const missing = accessKeyId ? 'ALIBABA_CLOUD_ACCESS_KEY_SECRET' : 'ALIBABA_CLOUD_ACCESS_KEY_ID'
    throw problem(`Only half of the access key is set: ${missing} is missing.`)
  }
  return fixed({ accessKeyId, accessKeySecret, ...optionalToken(variable(env, 'SECURITY_TOKEN')) })
}

async function keysFromOidc(env: NodeJS.ProcessEnv): Promise<KeySource | undefined> {
  const tokenFile = env.ALIBABA_CLOUD_OIDC_TOKEN_FILE
  const provider = env.ALIBABA_CLOUD_OIDC_PROVIDER_ARN
  const role = env.ALIBABA_CLOUD_ROLE_ARN
  if (!tokenFile || !provider || !role) return undefined
  const { OIDCRoleArnCredentialsProvider } = await library()
  return guarded('the OIDC role in ALIBABA_CLOUD_ROLE_ARN', () => OIDCRoleArnCredentialsProvider.builder().build())
}

async function keysFromCliProfile(env: NodeJS.ProcessEnv): Promise<KeySource | undefined> {
  const found = cliProfile(env)
  if (!found) return undefined
  const { file, name, profile } = found
  const mode = String(profile.mode ?? 'AK')
  if (!supportedModes.includes(mode)) {
    throw problem(
      `The profile "${name}" in ${file} uses the mode ${mode}, which is not supported here.`,
      `Use one of ${supportedModes.join(', ')}: \`aliyun configure --profile NAME --mode AK\`, then ALIBABA_CLOUD_PROFILE=NAME.`,
    )
  }
  if (mode === 'AK' || mode === 'StsToken') {
    const keys = {
      accessKeyId: String(profile.access_key_id ?? ''),
      accessKeySecret: String(profile.access_key_secret ?? ''),
      ...optionalToken(mode === 'StsToken' ? String(profile.sts_token ?? '') : ''),
    }
    // A fresh `aliyun` leaves an empty profile behind: nothing was configured.
    return keys.accessKeyId && keys.accessKeySecret ? fixed(keys) : undefined
  }
  const { CLIProfileCredentialsProvider } = await library()
  return guarded(`the profile "${name}" in ${file}`, () =>
    CLIProfileCredentialsProvider.builder().withProfileName(name).build(),
  )
}

async function keysFromCredentialsFile(env: NodeJS.ProcessEnv): Promise<KeySource | undefined> {
  const file = env.ALIBABA_CLOUD_CREDENTIALS_FILE ?? join(home(env), '.alibabacloud', 'credentials')
  if (!existsSync(file)) return undefined
  const { ProfileCredentialsProvider } = await library()
  return guarded(file, () => ProfileCredentialsProvider.builder().build())
}

async function keysFromMachineRole(env: NodeJS.ProcessEnv): Promise<KeySource | undefined> {
  if (env.ALIBABA_CLOUD_ECS_METADATA_DISABLED?.toLowerCase() === 'true') return undefined
  const role = env.ALIBABA_CLOUD_ECS_METADATA || (await roleOfThisMachine())
  if (!role) return undefined
  const { ECSRAMRoleCredentialsProvider } = await library()
  return guarded(`the RAM role ${role} of this machine`, () =>
    ECSRAMRoleCredentialsProvider.builder().withRoleName(role).build(),
  )
}

async function keysFromUri(env: NodeJS.ProcessEnv): Promise<KeySource | undefined> {
  const uri = env.ALIBABA_CLOUD_CREDENTIALS_URI
  if (!uri) return undefined
  const { URICredentialsProvider } = await library()
  return guarded('ALIBABA_CLOUD_CREDENTIALS_URI', () =>
    URICredentialsProvider.builder().withCredentialsURI(uri).build(),
  )
}

function none(): never {
  throw problem('No Alibaba Cloud credentials were found.')
}

/** The chosen profile of `~/.aliyun/config.json`, or nothing where there is no such file. */
function cliProfile(
  env: NodeJS.ProcessEnv,
): { file: string; name: string; profile: Record<string, unknown> } | undefined {
  if (env.ALIBABA_CLOUD_CLI_PROFILE_DISABLED?.toLowerCase() === 'true') return undefined
  const file = join(home(env), '.aliyun', 'config.json')
  if (!existsSync(file)) return undefined
  const config = readJson(file)
  const profiles = Array.isArray(config.profiles) ? (config.profiles as Record<string, unknown>[]) : []
  const wanted = env.ALIBABA_CLOUD_PROFILE || env.ALIBABACLOUD_PROFILE || env.ALICLOUD_PROFILE
  const name = wanted || String(config.current ?? 'default')
  const profile = profiles.find(candidate => candidate?.name === name)
  if (profile) return { file, name, profile }
  if (!wanted) return undefined
  const known = profiles.map(candidate => String(candidate?.name)).join(', ')
  throw problem(
    `There is no profile "${name}" in ${file}.`,
    `Choose one that is there (${known || 'none'}) with ALIBABA_CLOUD_PROFILE.`,
  )
}

function readJson(file: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw problem(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`)
  }
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>
  } catch {
    // The parser's message quotes the file, and the file holds secrets.
  }
  throw problem(`${file} is not valid JSON.`, 'Repair the file or rewrite it with `aliyun configure`.')
}

/** The library's errors can quote whole files with their secrets, so nothing of them is passed on. */
async function guarded(what: string, build: () => { getCredentials(): Promise<Keys> }): Promise<KeySource> {
  const refused = () =>
    problem(
      `${what[0]!.toUpperCase()}${what.slice(1)} returned no credentials.`,
      'Check it with `aliyun sts GetCallerIdentity`, or set another one with `aliyun configure`.',
    )
  let provider: { getCredentials(): Promise<Keys> }
  try {
    provider = build()
  } catch {
    throw refused()
  }
  return {
    async getCredentials() {
      try {
        const { accessKeyId, accessKeySecret, securityToken } = await provider.getCredentials()
        return { accessKeyId, accessKeySecret, ...optionalToken(securityToken) }
      } catch {
        throw refused()
      }
    },
  }
}

/**
 * The role that the metadata service names. The service exists only on Alibaba's own machines; elsewhere its address
 * swallows packets or a proxy answers in its place, so only an answer that looks like a role's name counts.
 */
async function roleOfThisMachine(): Promise<string | undefined> {
  const latest = 'http://100.100.100.200/latest'
  const signal = AbortSignal.timeout(1000)
  try {
    // In hardened mode the service answers only requests with a token.
    const ttl = { 'X-aliyun-ecs-metadata-token-ttl-seconds': '60' }
    const token = await fetch(`${latest}/api/token`, { method: 'PUT', headers: ttl, signal })
    const headers: Record<string, string> = token.ok ? { 'X-aliyun-ecs-metadata-token': await token.text() } : {}
    const answer = await fetch(`${latest}/meta-data/ram/security-credentials/`, { headers, signal })
    const name = answer.ok ? (await answer.text()).trim() : ''
    return /^[\w.-]{1,64}$/.test(name) ? name : undefined
  } catch {
    return undefined
  }
}

/** Loaded only when variables and a plain profile are not enough: it is large. */
async function library() {
  return import('@alicloud/credentials')
}

/** `ALIBABA_CLOUD_X`, or the older spellings that the CLI still reads. */
function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[`ALIBABA_CLOUD_${name}`] || env[`ALIBABACLOUD_${name}`] || env[`ALICLOUD_${name}`] || undefined
}

function home(env: NodeJS.ProcessEnv): string {
  return env.HOME || env.USERPROFILE || homedir()
}

function fixed(keys: Keys): KeySource {
  return { getCredentials: async () => keys }
}

function optionalToken(token: string | undefined): { securityToken?: string } {
  return token ? { securityToken: token } : {}
}

function problem(what: string, next?: string): Problem {
  return new Problem({
    what,
    next:
      next ??
      'Run `aliyun configure`, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET. To try without an account: --sandbox.',
    exit: Exit.preflight,
  })
}
