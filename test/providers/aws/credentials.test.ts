import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, serve } from '../../../src/commands/emulator.ts'
import { connectAws } from '../../../src/providers/aws/client.ts'
import { profileRegion } from '../../../src/providers/aws/credentials.ts'

let home: string
let sandbox: Sandbox
const before = { ...process.env }

beforeAll(async () => {
  sandbox = await serve({ seed: 7, speed: 1000 })
})
afterAll(() => sandbox.close())
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'stackwright-home-'))
  mkdirSync(join(home, '.aws'))
  // The official chain looks at the real environment.
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  process.env.AWS_EC2_METADATA_DISABLED = 'true'
  process.env.AWS_CONFIG_FILE = join(home, '.aws', 'config')
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(home, '.aws', 'credentials')
})
afterEach(() => {
  rmSync(home, { recursive: true })
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  Object.assign(process.env, before)
})

describe('credentials are found as every tool of AWS finds them', () => {
  test('in variables, with the endpoint in AWS_ENDPOINT_URL', async () => {
    expect(await account({ AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' })).toBe('500000000001')
    expect(await account({ AWS_ACCESS_KEY_ID: 'other', AWS_SECRET_ACCESS_KEY: 'other' })).toBe('500000000002')
  })

  test('in a profile, which wins over variables where it was asked for', async () => {
    writeFileSync(
      join(home, '.aws', 'credentials'),
      '[default]\naws_access_key_id = sandbox\naws_secret_access_key = sandbox\n[work]\naws_access_key_id = other\naws_secret_access_key = other\n',
    )
    expect(await account({})).toBe('500000000001')
    const keys = { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' }
    Object.assign(process.env, keys)
    expect(await account({ ...keys, AWS_PROFILE: 'work' })).toBe('500000000002')
  })

  test('the region is that of the variables, else of the profile', () => {
    const config = join(home, '.aws', 'config')
    writeFileSync(config, '[default]\nregion = eu-west-1\n[profile work]\nregion=us-west-2 \ns3 =\n  region = no\n')
    const env = { AWS_CONFIG_FILE: config }
    expect(profileRegion(env)).toBe('eu-west-1')
    expect(profileRegion({ ...env, AWS_PROFILE: 'work' })).toBe('us-west-2')
    expect(profileRegion({ ...env, AWS_REGION: 'ap-south-1' })).toBe('ap-south-1')
    expect(profileRegion({ AWS_CONFIG_FILE: join(home, 'none') })).toBeUndefined()
  })
})

describe('what is missing or wrong is said with exit 4, without a secret', () => {
  test('nothing at all', async () => {
    await expect(account({})).rejects.toMatchObject({ exit: 4, next: expect.stringContaining('aws configure') })
  })

  test('half a key', async () => {
    const half = account({ AWS_ACCESS_KEY_ID: 'sandbox' })
    await expect(half).rejects.toMatchObject({ exit: 4, what: expect.stringContaining('AWS_SECRET_ACCESS_KEY') })
  })

  test('a profile that is not there is named', async () => {
    const missing = account({ AWS_PROFILE: 'nowhere' })
    await expect(missing).rejects.toMatchObject({ exit: 4, why: expect.stringContaining('nowhere') })
  })

  test('an unknown key, a wrong secret, expired temporary ones', async () => {
    const wrong = [
      { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'S3cret-and-wrong' },
      { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'S3cret-and-wrong' },
      { AWS_ACCESS_KEY_ID: 'sandbox-sts', AWS_SECRET_ACCESS_KEY: 'sandbox-sts', AWS_SESSION_TOKEN: 'expired' },
    ]
    for (const keys of wrong) {
      const error: unknown = await account(keys).catch(caught => caught)
      expect(error).toMatchObject({ exit: 4 })
      expect(String(error)).not.toContain('S3cret')
    }
  })

  test('a region that does not exist', async () => {
    const keys = {
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_ENDPOINT_URL: 'http://sts.nowhere-9.invalid',
    }
    await expect(account(keys)).rejects.toMatchObject({ exit: 4, why: expect.stringContaining('region') })
  })
})

/** Connects as the command does, with the embedded cloud as the endpoint of an otherwise real connection. */
async function account(env: NodeJS.ProcessEnv): Promise<string> {
  if (env.AWS_PROFILE) process.env.AWS_PROFILE = env.AWS_PROFILE
  const connected = await connectAws({
    region: 'ap-northeast-1',
    env: { AWS_ENDPOINT_URL: sandbox.url, ...env },
    emit: () => {},
    drain: new AbortController().signal,
    reveal: () => '',
    keep: async (_name, make) => make(),
    texts: new Map(),
  })
  connected.close()
  return connected.account
}
