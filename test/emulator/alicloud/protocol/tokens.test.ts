import { describe, expect, it } from 'vitest'
import { call, codeOf, folder, sandbox, until } from '../../support.ts'

const region = { RegionId: 'ap-northeast-1' }

describe('client tokens', () => {
  it('answer the same request with the first result, and make nothing twice', async () => {
    const { url, inventory } = await sandbox()
    const create = () => call(url, 'vpc.CreateVpc', { ...region, VpcName: 'one', ClientToken: 'token' })
    const ids = (await Promise.all([create(), create(), create()])).map(answer => answer.VpcId)
    expect(new Set(ids).size).toBe(1)
    expect(inventory()).toHaveLength(1)
  })

  it('refuse another request with the same token', async () => {
    const { url, inventory } = await sandbox()
    await call(url, 'vpc.CreateVpc', { ...region, VpcName: 'one', ClientToken: 'token' })
    const other = call(url, 'vpc.CreateVpc', { ...region, VpcName: 'two', ClientToken: 'token' })
    expect(await codeOf(other)).toBe('IdempotentParameterMismatch')
    expect(inventory()).toHaveLength(1)
  })

  it('still answer with the first result after the resource was deleted', async () => {
    const { url, inventory } = await sandbox()
    const create = () => call(url, 'vpc.CreateVpc', { ...region, ClientToken: 'token' })
    const { VpcId } = await create()
    await until(
      () => call(url, 'vpc.DescribeVpcAttribute', { ...region, VpcId }),
      answer => answer.Status === 'Available',
    )
    await call(url, 'vpc.DeleteVpc', { ...region, VpcId })
    expect((await create()).VpcId).toBe(VpcId)
    expect(inventory()).toEqual([])
  })

  it('are not used up by a refused request', async () => {
    const { url } = await sandbox()
    const create = (CidrBlock: string) => call(url, 'vpc.CreateVpc', { ...region, CidrBlock, ClientToken: 'token' })
    expect(await codeOf(create('nonsense'))).not.toBe('accepted')
    expect(await codeOf(create('10.0.0.0/8'))).toBe('accepted')
  })

  it('belong to one account', async () => {
    const { url, inventory } = await sandbox()
    const create = (name: string) =>
      call(url, 'vpc.CreateVpc', { ...region, ClientToken: 'token' }, { accessKeyId: name, accessKeySecret: name })
    expect((await create('sandbox')).VpcId).not.toBe((await create('other')).VpcId)
    expect(inventory()).toHaveLength(2)
  })

  it('are refused where the official action has none', async () => {
    const { url } = await sandbox()
    const key = { ...region, KeyPairName: 'mine', PublicKeyBody: 'x', ClientToken: 'token' }
    expect(await codeOf(call(url, 'ecs.ImportKeyPair', key))).toBe('UnsupportedParameter')
  })

  it('are remembered by a sandbox that was started again', async () => {
    const data = folder()
    const first = await sandbox({ data })
    const create = (url: string) => call(url, 'vpc.CreateVpc', { ...region, ClientToken: 'token' })
    const { VpcId } = await create(first.url)
    await first.close()
    const second = await sandbox({ data })
    expect((await create(second.url)).VpcId).toBe(VpcId)
    expect(second.inventory()).toHaveLength(1)
  })
})
