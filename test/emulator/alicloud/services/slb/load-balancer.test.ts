import { describe, expect, it } from 'vitest'
import { machine, network, order, type Still, still, zoneA } from '../../support.ts'

const setup = Buffer.from('echo step\n'.repeat(200)).toString('base64')
const http = {
  ListenerPort: 80,
  HealthCheck: 'on',
  HealthCheckURI: '/health',
  HealthCheckInterval: 2,
  HealthyThreshold: 3,
  Bandwidth: -1,
}

/** A load balancer with a group and a machine in it, nothing listening yet. */
async function balanced(cloud: Still) {
  const net = await network(cloud)
  const id = await machine(cloud, net)
  const { LoadBalancerId, Address } = await cloud.ask('slb.CreateLoadBalancer', {
    LoadBalancerName: 'shop',
    AddressType: 'internet',
  })
  const { VServerGroupId } = await cloud.ask('slb.CreateVServerGroup', {
    LoadBalancerId,
    VServerGroupName: 'web',
    BackendServers: JSON.stringify([{ ServerId: id, Port: '80', Weight: '100' }]),
  })
  cloud.pass(2)
  return {
    ...net,
    id,
    LoadBalancerId: LoadBalancerId as string,
    Address: Address as string,
    VServerGroupId: VServerGroupId as string,
  }
}

async function health({ ask }: Still, LoadBalancerId: string): Promise<string> {
  const { BackendServers } = await ask('slb.DescribeHealthStatus', { LoadBalancerId, ListenerPort: 80 })
  return BackendServers.BackendServer[0].ServerHealthStatus
}

describe('a load balancer in the emulated Alibaba Cloud', () => {
  it('is active at once and has an address nobody else has', async () => {
    const { ask } = await still()
    const { LoadBalancerId, Address } = await ask('slb.CreateLoadBalancer', {
      AddressType: 'internet',
      InstanceChargeType: 'PayByCLCU',
    })
    expect(Address).toMatch(/^198\.1[89]\./)
    expect(await ask('slb.DescribeLoadBalancerAttribute', { LoadBalancerId })).toMatchObject({
      LoadBalancerStatus: 'active',
      Address,
    })
  })

  it('is no longer sold by specification, nor for a pair of zones that does not exist', async () => {
    const { code } = await still()
    const create = (more: object) => code('slb.CreateLoadBalancer', more)
    expect(await create({ LoadBalancerSpec: 'slb.s1.small' })).toBe('OperationDenied')
    expect(await create({ InstanceChargeType: 'PayBySpec' })).toBe('OperationDenied')
    expect(await create({ MasterZoneId: zoneA, SlaveZoneId: zoneA })).toBe('InvalidParameter')
  })

  it('has a private address when a VSwitch is named', async () => {
    const cloud = await still()
    const { VSwitchId } = await network(cloud)
    const { Address } = await cloud.ask('slb.CreateLoadBalancer', { AddressType: 'intranet', VSwitchId })
    expect(Address).toMatch(/^172\.16\.1\./)
    expect(await cloud.code('slb.CreateLoadBalancer', { AddressType: 'intranet' })).toBe('InvalidParameter')
    expect(await cloud.code('vpc.DeleteVSwitch', { VSwitchId })).toBe('DependencyViolation')
  })

  it('makes a listener that is stopped, starts it in some time, and has one a port', async () => {
    const cloud = await still()
    const { LoadBalancerId, VServerGroupId } = await balanced(cloud)
    const create = { LoadBalancerId, VServerGroupId, ...http }
    const status = async () => {
      const { Listeners } = await cloud.ask('slb.DescribeLoadBalancerListeners', { 'LoadBalancerId.1': LoadBalancerId })
      return Listeners[0].Status
    }
    const start = () => cloud.code('slb.StartLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 })
    await cloud.ask('slb.CreateLoadBalancerHTTPListener', create)
    expect(await cloud.code('slb.CreateLoadBalancerHTTPListener', create)).toBe('ListenerAlreadyExists')
    expect(await status()).toBe('stopped')
    expect(await start()).toMatch(
      /^(ServiceIsConfiguring|OperationBusy|OperationFailed\.TokenIsProcessing|SystemBusy)$/,
    )
    cloud.pass(1)
    expect(await start()).toBe('accepted')
    expect(await status()).toBe('starting')
    cloud.pass(3)
    expect(await status()).toBe('running')
    expect(await start()).toBe('OperationDenied.ListenerStatus')
  })

  it('finds a server healthy only after its setup and some checks in a row', async () => {
    const cloud = await still()
    const { LoadBalancerId, VServerGroupId, id } = await balanced(cloud)
    await cloud.ask('slb.CreateLoadBalancerHTTPListener', { LoadBalancerId, VServerGroupId, ...http })
    cloud.pass(1)
    expect(await health(cloud, LoadBalancerId)).toBe('unavailable')
    await cloud.ask('slb.StartLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 })
    cloud.pass(4)
    expect(await health(cloud, LoadBalancerId)).toBe('unavailable')
    cloud.pass(10)
    expect(await health(cloud, LoadBalancerId)).toBe('abnormal')
    await cloud.ask('ecs.RunCommand', {
      Type: 'RunShellScript',
      ContentEncoding: 'Base64',
      CommandContent: setup,
      'InstanceId.1': id,
      Timeout: 600,
    })
    cloud.pass(92)
    expect(await health(cloud, LoadBalancerId)).toBe('abnormal')
    cloud.pass(6)
    expect(await health(cloud, LoadBalancerId)).toBe('normal')
    await cloud.ask('ecs.StopInstance', { InstanceId: id })
    expect(await health(cloud, LoadBalancerId)).toBe('abnormal')
  })

  it('answers at its address once a server is healthy, and says who it is', async () => {
    const cloud = await still()
    const { LoadBalancerId, VServerGroupId, id, Address } = await balanced(cloud)
    await cloud.ask('ecs.RunCommand', {
      Type: 'RunShellScript',
      ContentEncoding: 'Base64',
      CommandContent: setup,
      'InstanceId.1': id,
      Timeout: 600,
    })
    await cloud.ask('slb.CreateLoadBalancerHTTPListener', { LoadBalancerId, VServerGroupId, ...http })
    cloud.pass(1)
    await cloud.ask('slb.StartLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 })
    cloud.pass(200)
    const { url } = (await (await fetch(`${cloud.url}/-/reach?host=${Address}&port=80`)).json()) as { url: string }
    const page = await fetch(url)
    expect(page.status).toBe(200)
    expect(await page.text()).toMatch(/simulated/i)
  })

  it('changes a server group once at a time, by server and port', async () => {
    const cloud = await still()
    const { VServerGroupId, id } = await balanced(cloud)
    const servers = (Port: string, Weight: string) => ({
      VServerGroupId,
      BackendServers: JSON.stringify([{ ServerId: id, Port, Weight }]),
    })
    const read = async () =>
      (await cloud.ask('slb.DescribeVServerGroupAttribute', { VServerGroupId })).BackendServers.BackendServer
    await cloud.ask('slb.AddVServerGroupBackendServers', servers('8080', '50'))
    expect(await cloud.code('slb.AddVServerGroupBackendServers', servers('8081', '50'))).toBe('VServerGroupProcessing')
    expect(await read()).toMatchObject([{ Port: 80 }, { Port: 8080, Weight: 50 }])
    cloud.pass(1)
    await cloud.ask('slb.SetVServerGroupAttribute', servers('8080', '10'))
    expect(await read()).toMatchObject([{ Weight: 100 }, { Port: 8080, Weight: 10 }])
    cloud.pass(1)
    await cloud.ask('slb.RemoveVServerGroupBackendServers', servers('8080', '10'))
    expect(await read()).toHaveLength(1)
  })

  it('takes only servers that run, and loses those that are released', async () => {
    const cloud = await still()
    const { VServerGroupId, id, ...net } = await balanced(cloud)
    const fresh = (await cloud.ask('ecs.RunInstances', order(net))).InstanceIdSets.InstanceIdSet[0]
    const add = { VServerGroupId, BackendServers: JSON.stringify([{ ServerId: fresh, Port: 80, Weight: 100 }]) }
    expect(await cloud.code('slb.AddVServerGroupBackendServers', add)).toBe('ObtainIpFail')
    await cloud.ask('ecs.DeleteInstance', { InstanceId: id, Force: true })
    const { BackendServers } = await cloud.ask('slb.DescribeVServerGroupAttribute', { VServerGroupId })
    expect(BackendServers.BackendServer).toEqual([])
  })

  it('keeps a group that a listener uses, and calls a missing one an invalid parameter', async () => {
    const cloud = await still()
    const { LoadBalancerId, VServerGroupId } = await balanced(cloud)
    await cloud.ask('slb.CreateLoadBalancerHTTPListener', { LoadBalancerId, VServerGroupId, ...http })
    cloud.pass(1)
    expect(await cloud.code('slb.DeleteVServerGroup', { VServerGroupId })).toBe('RspoolVipExist')
    await cloud.ask('slb.DeleteLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 })
    cloud.pass(1)
    await cloud.ask('slb.DeleteVServerGroup', { VServerGroupId })
    expect(await cloud.code('slb.DescribeVServerGroupAttribute', { VServerGroupId })).toBe('InvalidParameter')
    expect(await cloud.code('slb.DeleteLoadBalancerListener', { LoadBalancerId, ListenerPort: 80 })).toBe(
      'ListenerNotFound',
    )
  })

  it('can have two groups of one name, and shows a fresh one a little late', async () => {
    const cloud = await still()
    const { LoadBalancerId } = await balanced(cloud)
    cloud.pass(6)
    await cloud.ask('slb.CreateVServerGroup', { LoadBalancerId, VServerGroupName: 'web' })
    const names = async () => {
      const { VServerGroups } = await cloud.ask('slb.DescribeVServerGroups', { LoadBalancerId })
      return VServerGroups.VServerGroup.map((one: { VServerGroupName: string }) => one.VServerGroupName)
    }
    expect(await names()).toEqual(['web'])
    cloud.pass(6)
    expect(await names()).toEqual(['web', 'web'])
  })

  it('takes its listeners and groups along, unless it is protected', async () => {
    const cloud = await still()
    const { LoadBalancerId, VServerGroupId } = await balanced(cloud)
    await cloud.ask('slb.CreateLoadBalancerHTTPListener', { LoadBalancerId, VServerGroupId, ...http })
    cloud.pass(1)
    await cloud.ask('slb.SetLoadBalancerDeleteProtection', { LoadBalancerId, DeleteProtection: 'on' })
    cloud.pass(1)
    expect(await cloud.code('slb.DeleteLoadBalancer', { LoadBalancerId })).toBe('OperationDenied.DeletionProtection')
    await cloud.ask('slb.SetLoadBalancerDeleteProtection', { LoadBalancerId, DeleteProtection: 'off' })
    cloud.pass(1)
    await cloud.ask('slb.DeleteLoadBalancer', { LoadBalancerId })
    expect(
      cloud.inventory().filter(item => ['load-balancer', 'listener', 'vserver-group'].includes(item.type)),
    ).toEqual([])
    expect(await cloud.code('slb.DeleteLoadBalancer', { LoadBalancerId })).toBe('InvalidLoadBalancerId.NotFound')
  })
})
