import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm'
import { CreateLaunchTemplateCommand, CreateRouteTableCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { codeOf, config, folder, region, sandbox, until } from '../support.ts'

async function withVpc(url: string) {
  const client = new EC2Client(config(url))
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
  const table = (ClientToken: string, more: object = {}) =>
    client.send(new CreateRouteTableCommand({ VpcId: Vpc!.VpcId, ClientToken, ...more }))
  await until(
    () => codeOf(table('probe')),
    code => code === 'accepted',
  )
  return { client, table, vpcId: Vpc!.VpcId! }
}

describe('idempotency tokens', () => {
  it('give the same resource for the same request, and refuse another request', async () => {
    const { url } = await sandbox()
    const { table } = await withVpc(url)
    const first = await table('token')
    const again = await table('token')
    expect(again.RouteTable!.RouteTableId).toBe(first.RouteTable!.RouteTableId)
    expect((await table('other')).RouteTable!.RouteTableId).not.toBe(first.RouteTable!.RouteTableId)
    const tagged = { TagSpecifications: [{ ResourceType: 'route-table' as const, Tags: [{ Key: 'a', Value: 'b' }] }] }
    expect(await codeOf(table('token', tagged))).toBe('IdempotentParameterMismatch')
  })

  it('are not used up by a refused request', async () => {
    const { url } = await sandbox()
    const { client } = await withVpc(url)
    const create = (name: string) =>
      client.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName: name,
          LaunchTemplateData: { KeyName: 'mine' },
          ClientToken: 'token',
        }),
      )
    expect(await codeOf(create('no spaces allowed!'))).not.toBe('accepted')
    expect(await codeOf(create('fine'))).toBe('accepted')
  })

  it('belong to one account and one region', async () => {
    const { url } = await sandbox()
    const arnFor = async (key: string, where: string) => {
      const credentials = { accessKeyId: key, secretAccessKey: key }
      const client = new ACMClient({ ...config(url, credentials), region: where })
      const request = new RequestCertificateCommand({
        DomainName: 'a.example.com',
        ValidationMethod: 'DNS',
        IdempotencyToken: 'token',
      })
      return (await client.send(request)).CertificateArn
    }
    const [mine, again, theirs, elsewhere] = [
      await arnFor('sandbox', region),
      await arnFor('sandbox', region),
      await arnFor('other', region),
      await arnFor('sandbox', 'us-east-1'),
    ]
    expect(again).toBe(mine)
    expect(new Set([mine, theirs, elsewhere]).size).toBe(3)
  })

  it('are remembered by a sandbox that was started again, and forgotten after a day of the cloud’s time', async () => {
    const data = folder()
    const first = await sandbox({ data })
    const { table, vpcId } = await withVpc(first.url)
    const id = (await table('token')).RouteTable!.RouteTableId
    await first.close()
    const second = await sandbox({ data })
    const ask = new CreateRouteTableCommand({ VpcId: vpcId, ClientToken: 'token' })
    const client = new EC2Client(config(second.url))
    expect((await client.send(ask)).RouteTable!.RouteTableId).toBe(id)
    second.world.speed = 1_000_000
    await until(
      async () => (await client.send(ask)).RouteTable!.RouteTableId,
      now => now !== id,
    )
  })
})
