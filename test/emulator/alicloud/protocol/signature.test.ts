import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encode, signV2, stringToSignV2 } from '../../../../src/emulator/alicloud/protocol/signature.ts'
import { call, codeOf, sandbox, typed } from '../../support.ts'

const official = {
  AccessKeyId: 'testid',
  Action: 'DescribeRegions',
  Format: 'XML',
  SignatureMethod: 'HMAC-SHA1',
  SignatureNonce: '3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf',
  SignatureVersion: '1.0',
  Timestamp: '2016-02-23T12:46:24Z',
  Version: '2014-05-26',
}

const sign = (method: string, params: Record<string, string>) =>
  signV2('testsecret', stringToSignV2(method, Object.entries(params)))

describe('signature version 1.0', () => {
  it("gives the signature of the documentation's own example", () => {
    expect(sign('GET', official)).toBe('OLeaidS1JvxuMvnyHOwuJ+uX5qY=')
  })

  it('escapes spaces, stars, tildes, quotes and letters beyond ASCII as the cloud does', () => {
    const params = {
      ...official,
      Action: 'CreateVpc',
      Format: 'JSON',
      Version: '2016-04-28',
      RegionId: 'ap-northeast-1',
      'Tag.1.Key': 'k',
      'Tag.1.Value': "v v*~é'()!",
    }
    expect(sign('POST', params)).toBe('SCNqgPhcdUCXAqMdRyWsMBf9Pzc=')
    expect(encode("a b*~'()!/é")).toBe('a%20b%2A~%27%28%29%21%2F%C3%A9')
  })
})

describe('who may call', () => {
  const identity = (url: string, accessKeyId: string, accessKeySecret: string, securityToken?: string) =>
    call(url, 'sts.GetCallerIdentity', {}, { accessKeyId, accessKeySecret, ...(securityToken && { securityToken }) })

  it('knows each key by its account', async () => {
    const { url } = await sandbox({
      env: { ALIBABA_CLOUD_ACCESS_KEY_ID: 'mine', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'own' },
    })
    expect((await identity(url, 'sandbox', 'sandbox')).AccountId).toBe('5000000000000001')
    expect((await identity(url, 'other', 'other')).AccountId).toBe('5000000000000002')
    expect((await identity(url, 'anything', 'anything')).AccountId).toBe('5000000000000001')
    expect((await identity(url, 'mine', 'own')).AccountId).toBe('5000000000000001')
    expect((await identity(url, 'sandbox-sts', 'sandbox-sts', 'live')).AccountId).toBe('5000000000000001')
  })

  it('tells a wrong secret from an unknown key', async () => {
    const { url } = await sandbox()
    expect(await codeOf(identity(url, 'sandbox', 'wrong'))).toBe('SignatureDoesNotMatch')
    expect(await codeOf(identity(url, 'nobody', 'wrong'))).toBe('InvalidAccessKeyId.NotFound')
  })

  it('refuses expired, foreign and missing security tokens', async () => {
    const { url } = await sandbox()
    const sts = (token?: string) => codeOf(identity(url, 'sandbox-sts', 'sandbox-sts', token))
    expect(await sts('expired')).toBe('InvalidSecurityToken.Expired')
    expect(await sts('stolen')).toBe('InvalidSecurityToken.MismatchWithAccessKey')
    expect(await sts()).toBe('MissingSecurityToken')
  })

  it('accepts what the official typed client signs with version 3, and nothing that was signed with another secret', async () => {
    const { url } = await sandbox()
    const regions = ({ client, models }: ReturnType<typeof typed>) =>
      client.describeRegions(new models.DescribeRegionsRequest({ acceptLanguage: 'en-US' }))
    const regionsOf = (accessKeyId: string, accessKeySecret: string, securityToken?: string) =>
      regions(typed('ecs', url, { accessKeyId, accessKeySecret, ...(securityToken && { securityToken }) }))
    expect((await regionsOf('sandbox', 'sandbox')).body.regions.region.length).toBeGreaterThan(3)
    expect((await regionsOf('sandbox-sts', 'sandbox-sts', 'live')).body.regions.region.length).toBeGreaterThan(3)
    expect(await codeOf(regionsOf('sandbox', 'wrong'))).toBe('SignatureDoesNotMatch')
    expect(await codeOf(regionsOf('sandbox-sts', 'sandbox-sts', 'expired'))).toBe('InvalidSecurityToken.Expired')
  })

  it('refuses a request that is sent twice, and one of another time', async () => {
    const { url } = await sandbox()
    const post = async (timestamp: Date) => {
      const params: Record<string, string> = {
        ...{ Action: 'GetCallerIdentity', Version: '2015-04-01', Format: 'JSON', AccessKeyId: 'sandbox' },
        ...{ SignatureMethod: 'HMAC-SHA1', SignatureVersion: '1.0', SignatureNonce: timestamp.toISOString() },
        Timestamp: timestamp.toISOString().replace(/\.\d+Z$/, 'Z'),
      }
      const text = stringToSignV2('POST', Object.entries(params))
      const body = new URLSearchParams({
        ...params,
        Signature: createHmac('sha1', 'sandbox&').update(text).digest('base64'),
      })
      return ((await (await fetch(url, { method: 'POST', body })).json()) as { Code?: string }).Code ?? 'accepted'
    }
    const now = new Date()
    expect(await post(now)).toBe('accepted')
    expect(await post(now)).toBe('SignatureNonceUsed')
    expect(await post(new Date(now.getTime() - 16 * 60_000))).toBe('InvalidTimeStamp.Expired')
    expect(await post(new Date(now.getTime() + 16 * 60_000))).toBe('InvalidTimeStamp.Expired')
  })
})
