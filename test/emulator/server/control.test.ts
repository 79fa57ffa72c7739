import { describe, expect, it } from 'vitest'
import { call, codeOf, sandbox } from '../support.ts'

const region = { RegionId: 'ap-northeast-1' }

describe('the control paths beside the API', () => {
  const get = async (url: string) => {
    const response = await fetch(url)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  it('tell what the sandbox is, what is in it and what was called', async () => {
    const { url } = await sandbox({ faults: 'slow=0.1:1' })
    const { VpcId } = await call(url, 'vpc.CreateVpc', region)
    expect((await get(`${url}/-/status`)).body).toMatchObject({
      url,
      pid: process.pid,
      speed: 1000,
      machines: 'none',
      faults: 'slow=0.1:1',
      calls: 1,
    })
    expect((await get(`${url}/-/inventory`)).body).toMatchObject([{ type: 'vpc', id: VpcId }])
    expect((await get(`${url}/-/calls`)).body).toEqual({ 'vpc.CreateVpc': 1 })
    expect((await get(`${url}/-/log`)).body).toMatchObject([
      { action: 'vpc.CreateVpc', mutating: true, status: 200, code: '' },
    ])
  })

  it('change the faults of a running sandbox, and refuse wrong ones', async () => {
    const { url } = await sandbox()
    const post = (spec: unknown) => fetch(`${url}/-/faults`, { method: 'POST', body: JSON.stringify({ spec }) })
    expect((await post('throttle=1')).status).toBe(200)
    expect(await codeOf(call(url, 'vpc.CreateVpc', region))).toBe('Throttling.User')
    expect((await post('throttle=9')).status).toBe(400)
    expect((await post(7)).status).toBe(400)
    expect((await post('')).status).toBe(200)
    expect(await codeOf(call(url, 'vpc.CreateVpc', region))).toBe('accepted')
  })

  it('set the CPU load of an Auto Scaling group’s simulated machines, and refuse what is none', async () => {
    const { url } = await sandbox()
    const post = async (body: unknown) => {
      const response = await fetch(`${url}/-/cpu`, { method: 'POST', body: JSON.stringify(body) })
      return [response.status, ((await response.json()) as { error?: string }).error]
    }
    expect(await post({ group: 'web', percent: 90 })).toEqual([400, 'There is no Auto Scaling group web.'])
    for (const wrong of [{}, { group: 'web', percent: 101 }, { group: 'web', percent: '9' }, { percent: 9 }])
      expect(await post(wrong)).toEqual([400, expect.stringContaining('percent')])
  })

  it('know no load balancer that is not there, and no other path', async () => {
    const { url } = await sandbox()
    expect((await get(`${url}/-/reach?host=47.74.0.1&port=80`)).status).toBe(404)
    expect((await get(`${url}/-/secrets`)).status).toBe(404)
  })

  it('are closed to pages in a browser', async () => {
    const { url } = await sandbox()
    const response = await fetch(`${url}/-/stop`, { method: 'POST', headers: { origin: 'https://example.com' } })
    expect(response.status).toBe(403)
    expect((await get(`${url}/-/status`)).status).toBe(200)
  })

  it('stop it', async () => {
    const { url } = await sandbox()
    expect((await fetch(`${url}/-/stop`, { method: 'POST' })).status).toBe(200)
    await expect.poll(() => codeOf(fetch(`${url}/-/status`))).not.toBe('accepted')
  })
})

describe('requests that are no calls', () => {
  it.each([
    ['nothing', {}, 'MissingAction'],
    ['an action without a version', { Action: 'CreateVpc' }, 'MissingVersion'],
    ['a version of no product', { Action: 'CreateVpc', Version: '1999-01-01' }, 'InvalidVersion'],
    ['another format', { Action: 'CreateVpc', Version: '2016-04-28' }, 'InvalidParameter.Format'],
  ])('are refused: %s', async (_, params, code) => {
    const { url } = await sandbox()
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(params) })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ Code: code, RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) })
  })

  it('are refused when they say one thing twice, are not properly encoded, or are far too large', async () => {
    const { url } = await sandbox()
    const ask = async (body: string) =>
      (
        await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
      ).json()
    expect(await ask('Action=CreateVpc&Action=DeleteVpc')).toMatchObject({ Code: 'InvalidParameter' })
    expect(await ask('Action=%ff%')).toMatchObject({ Code: 'InvalidParameter' })
    expect(await ask(`Action=${'x'.repeat(33_000_000)}`)).toMatchObject({ Code: 'RequestEntityTooLarge' })
  })
})

describe('calls over the wire', () => {
  it('are refused for actions and parameters that the official table does not have', async () => {
    const { url, inventory } = await sandbox()
    expect(await codeOf(call(url, 'vpc.MakeVpc', region))).toBe('InvalidAction.NotFound')
    expect(await codeOf(call(url, 'vpc.CreateVpc', { ...region, Cidr: '10.0.0.0/8' }))).toBe('UnsupportedParameter')
    expect(await codeOf(call(url, 'vpc.CreateVpc', { ...region, 'Tag.Key': 'x' }))).toBe('UnsupportedParameter')
    expect(await codeOf(call(url, 'vpc.CreateVpc', {}))).toBe('MissingRegionId')
    expect(await codeOf(call(url, 'vpc.DescribeVpcs', { ...region, 'Filter.1.Key': 'x' }))).toBe('UnsupportedParameter')
    expect(inventory()).toEqual([])
  })

  it('see only what their own account has', async () => {
    const { url } = await sandbox()
    const other = { accessKeyId: 'other', accessKeySecret: 'other' }
    const { VpcId } = await call(url, 'vpc.CreateVpc', region)
    expect((await call(url, 'vpc.DescribeVpcAttribute', { ...region, VpcId })).VpcId).toBe(VpcId)
    expect((await call(url, 'vpc.DescribeVpcAttribute', { ...region, VpcId }, other)).VpcId).toBe('')
  })
})
