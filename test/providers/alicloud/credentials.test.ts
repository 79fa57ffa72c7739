import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findKeys, profileRegion } from '../../../src/providers/alicloud/credentials.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'stackwright-home-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const nowhere = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' }

describe('credentials are found as the aliyun CLI has them', () => {
  test('variables come before the profile', async () => {
    profile({ name: 'default', mode: 'AK', access_key_id: 'fromFile', access_key_secret: 'x' })
    const env = {
      HOME: home,
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'a',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'b',
      ALIBABA_CLOUD_SECURITY_TOKEN: 'c',
    }
    expect(await keysOf(env)).toEqual({ accessKeyId: 'a', accessKeySecret: 'b', securityToken: 'c' })
    expect(await keysOf({ HOME: home })).toMatchObject({ accessKeyId: 'fromFile' })
  })

  test('the profile is the current one, or the one in ALIBABA_CLOUD_PROFILE', async () => {
    profile(
      { name: 'default', mode: 'AK', access_key_id: 'one', access_key_secret: 'x', region_id: 'ap-northeast-1' },
      {
        name: 'work',
        mode: 'StsToken',
        access_key_id: 'two',
        access_key_secret: 'y',
        sts_token: 'z',
        region_id: 'eu-central-1',
      },
    )
    expect(await keysOf({ HOME: home })).toEqual({ accessKeyId: 'one', accessKeySecret: 'x' })
    const env = { HOME: home, ALIBABA_CLOUD_PROFILE: 'work' }
    expect(await keysOf(env)).toEqual({ accessKeyId: 'two', accessKeySecret: 'y', securityToken: 'z' })
    expect([profileRegion({ HOME: home }), profileRegion(env)]).toEqual(['ap-northeast-1', 'eu-central-1'])
    expect(profileRegion({ ...env, ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou' })).toBe('cn-hangzhou')
  })

  test("the SDKs' credentials file is read", async () => {
    const file = join(home, 'credentials')
    writeFileSync(file, '[default]\nenable = true\ntype = access_key\naccess_key_id = ini\naccess_key_secret = s\n')
    const before = process.env.ALIBABA_CLOUD_CREDENTIALS_FILE
    process.env.ALIBABA_CLOUD_CREDENTIALS_FILE = file
    try {
      expect(await keysOf({ HOME: home, ALIBABA_CLOUD_CREDENTIALS_FILE: file })).toMatchObject({ accessKeyId: 'ini' })
    } finally {
      if (before === undefined) delete process.env.ALIBABA_CLOUD_CREDENTIALS_FILE
      else process.env.ALIBABA_CLOUD_CREDENTIALS_FILE = before
    }
  })
})

describe('what is missing or broken is said with exit 4, without a secret', () => {
  test('nothing at all', async () => {
    await expect(findKeys({ HOME: home, ...nowhere })).rejects.toMatchObject({
      exit: 4,
      next: expect.stringContaining('aliyun configure'),
    })
  })

  test('nothing at all on a machine that is not in the cloud, whatever answers at the address of its metadata service', async () => {
    await expect(findKeys({ HOME: home })).rejects.toThrow('No Alibaba Cloud credentials')
  })

  test('half a key', async () => {
    await expect(findKeys({ HOME: home, ALIBABA_CLOUD_ACCESS_KEY_ID: 'a' })).rejects.toThrow(
      'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    )
  })

  test('a profile file that is no JSON is not quoted', async () => {
    mkdirSync(join(home, '.aliyun'))
    writeFileSync(join(home, '.aliyun', 'config.json'), '{"access_key_secret": "hunter2hunter2",')
    const error: unknown = await findKeys({ HOME: home, ...nowhere }).catch(caught => caught)
    expect(error).toMatchObject({ exit: 4 })
    expect(String(error) + (error as Error).stack).not.toContain('hunter2')
    expect(profileRegion({ HOME: home })).toBeUndefined()
  })

  test('a mode that is not supported is named with a way out', async () => {
    profile({ name: 'default', mode: 'RsaKeyPair' })
    await expect(findKeys({ HOME: home, ...nowhere })).rejects.toMatchObject({
      what: expect.stringContaining('RsaKeyPair'),
      next: expect.stringContaining('StsToken'),
    })
  })

  test('a profile that is not there', async () => {
    profile({ name: 'default', mode: 'AK', access_key_id: 'one', access_key_secret: 'x' })
    await expect(findKeys({ HOME: home, ALIBABA_CLOUD_PROFILE: 'wrok' })).rejects.toThrow('"wrok"')
  })

  test('an empty profile, as a fresh CLI leaves it, counts as none', async () => {
    profile({ name: 'default', mode: 'AK', access_key_id: '', access_key_secret: '' })
    await expect(findKeys({ HOME: home, ...nowhere })).rejects.toThrow('No Alibaba Cloud credentials')
  })
})

async function keysOf(env: NodeJS.ProcessEnv) {
  return (await findKeys({ ...nowhere, ...env })).getCredentials()
}

function profile(...profiles: object[]) {
  mkdirSync(join(home, '.aliyun'))
  writeFileSync(join(home, '.aliyun', 'config.json'), JSON.stringify({ current: 'default', profiles }))
}
