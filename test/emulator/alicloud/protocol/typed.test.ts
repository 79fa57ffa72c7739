import { describe, expect, it } from 'vitest'
import { type Body, codeOf, sandbox, typed, until } from '../../support.ts'

/** Clients written by others, with their own idea of every name and type, signing version 3. */
describe('the official typed SDKs', () => {
  const regionId = 'ap-northeast-1'

  async function network(url: string): Promise<{ vpcId: string; vSwitchId: string; vpc: ReturnType<typeof typed> }> {
    const vpc = typed('vpc', url)
    const { client, models } = vpc
    const tag = [new models.CreateVpcRequestTag({ key: 'team', value: 'a b*~é' })]
    const made = await client.createVpc(
      new models.CreateVpcRequest({ regionId, cidrBlock: '10.0.0.0/8', vpcName: 'foreign', tag }),
    )
    const vpcId: string = made.body.vpcId
    await until(
      () => client.describeVpcAttribute(new models.DescribeVpcAttributeRequest({ regionId, vpcId })),
      (answer: Body) => answer.body.status === 'Available',
    )
    const vswitch = { regionId, vpcId, zoneId: 'ap-northeast-1a', cidrBlock: '10.0.1.0/24', vSwitchName: 'foreign' }
    const { vSwitchId } = (await client.createVSwitch(new models.CreateVSwitchRequest(vswitch))).body
    await until(
      () => client.describeVSwitchAttributes(new models.DescribeVSwitchAttributesRequest({ regionId, vSwitchId })),
      (answer: Body) => answer.body.status === 'Available',
    )
    return { vpcId, vSwitchId, vpc }
  }

  it('create, read and delete a network', async () => {
    const { url, inventory } = await sandbox()
    const { vpcId, vSwitchId, vpc } = await network(url)
    const { client, models } = vpc
    const byTag = new models.DescribeVpcsRequest({
      regionId,
      tag: [new models.DescribeVpcsRequestTag({ key: 'team' })],
    })
    const found = await until(
      () => client.describeVpcs(byTag),
      (answer: Body) => answer.body.totalCount === 1,
    )
    expect(found.body.vpcs.vpc[0]).toMatchObject({ vpcId, vpcName: 'foreign', cidrBlock: '10.0.0.0/8', regionId })
    expect(found.body.vpcs.vpc[0].tags.tag[0]).toMatchObject({ key: 'team', value: 'a b*~é' })
    // Neither of these has a region in it: one address serves all regions here.
    expect(await codeOf(client.deleteVpc(new models.DeleteVpcRequest({ vpcId })))).toBe('DependencyViolation.VSwitch')
    await client.deleteVSwitch(new models.DeleteVSwitchRequest({ vSwitchId }))
    await until(
      () => codeOf(client.deleteVpc(new models.DeleteVpcRequest({ vpcId }))),
      code => code === 'accepted',
    )
    expect(inventory()).toEqual([])
  })

  it('create, read and delete a machine', async () => {
    const { url, inventory } = await sandbox()
    const { vpcId, vSwitchId } = await network(url)
    const { client, models } = typed('ecs', url)
    const { securityGroupId } = (
      await client.createSecurityGroup(
        new models.CreateSecurityGroupRequest({ regionId, vpcId, securityGroupName: 'foreign' }),
      )
    ).body
    const permissions = [
      new models.AuthorizeSecurityGroupRequestPermissions({
        ipProtocol: 'TCP',
        portRange: '80/80',
        sourceCidrIp: '0.0.0.0/0',
      }),
    ]
    await client.authorizeSecurityGroup(
      new models.AuthorizeSecurityGroupRequest({ regionId, securityGroupId, permissions }),
    )
    const rules = await client.describeSecurityGroupAttribute(
      new models.DescribeSecurityGroupAttributeRequest({ regionId, securityGroupId }),
    )
    expect(rules.body.permissions.permission).toHaveLength(1)
    const image = await client.describeImageFromFamily(
      new models.DescribeImageFromFamilyRequest({ regionId, imageFamily: 'acs:alibaba_cloud_linux_3_2104_lts_x64' }),
    )
    const run = await client.runInstances(
      new models.RunInstancesRequest({
        ...{ regionId, vSwitchId, securityGroupId, imageId: image.body.image.imageId, instanceType: 'ecs.g7.large' },
        ...{ instanceName: 'foreign', internetMaxBandwidthOut: 5, internetChargeType: 'PayByTraffic', amount: 1 },
        systemDisk: new models.RunInstancesRequestSystemDisk({ category: 'cloud_essd', size: '40' }),
        tag: [new models.RunInstancesRequestTag({ key: 'team', value: 'x' })],
      }),
    )
    const [instanceId] = run.body.instanceIdSets.instanceIdSet
    const describe = new models.DescribeInstancesRequest({ regionId, instanceIds: JSON.stringify([instanceId]) })
    const running = await until(
      () => client.describeInstances(describe),
      (answer: Body) => answer.body.instances.instance[0]?.status === 'Running',
    )
    expect(running.body.instances.instance[0].publicIpAddress.ipAddress).toHaveLength(1)
    await client.deleteInstance(new models.DeleteInstanceRequest({ instanceId, force: true }))
    await until(
      async () => inventory().filter(resource => resource.type === 'instance').length,
      left => left === 0,
    )
    await until(
      () => codeOf(client.deleteSecurityGroup(new models.DeleteSecurityGroupRequest({ regionId, securityGroupId }))),
      code => code === 'accepted',
    )
  })

  it('create, read and delete a database', async () => {
    const { url, inventory } = await sandbox({ speed: 5_000 })
    const { vpcId, vSwitchId } = await network(url)
    const { client, models } = typed('rds', url)
    const engine = { engine: 'PostgreSQL', engineVersion: '16.0' }
    const offered = await client.describeAvailableClasses(
      new models.DescribeAvailableClassesRequest({
        ...{ regionId, ...engine, zoneId: 'ap-northeast-1a', category: 'Basic' },
        ...{ DBInstanceStorageType: 'cloud_essd', instanceChargeType: 'Postpaid', orderType: 'BUY' },
      }),
    )
    const made = await client.createDBInstance(
      new models.CreateDBInstanceRequest({
        ...{
          regionId,
          ...engine,
          DBInstanceClass: offered.body.DBInstanceClasses[0].DBInstanceClass,
          DBInstanceStorage: 20,
        },
        ...{
          DBInstanceStorageType: 'cloud_essd',
          category: 'Basic',
          payType: 'Postpaid',
          DBInstanceNetType: 'Intranet',
        },
        ...{
          instanceNetworkType: 'VPC',
          VPCId: vpcId,
          vSwitchId,
          zoneId: 'ap-northeast-1a',
          securityIPList: '127.0.0.1',
        },
      }),
    )
    const { DBInstanceId } = made.body
    const running = () =>
      until(
        () => client.describeDBInstanceAttribute(new models.DescribeDBInstanceAttributeRequest({ DBInstanceId })),
        (answer: Body) => answer.body.items.DBInstanceAttribute[0]?.DBInstanceStatus === 'Running',
      )
    await running()
    const account = { DBInstanceId, accountName: 'djangouser', accountPassword: 'Str0ng_pass', accountType: 'Super' }
    await client.createAccount(new models.CreateAccountRequest(account))
    await until(
      () => client.describeAccounts(new models.DescribeAccountsRequest({ DBInstanceId })),
      (answer: Body) => answer.body.accounts.DBInstanceAccount[0]?.accountStatus === 'Available',
    )
    await running()
    await client.deleteDBInstance(new models.DeleteDBInstanceRequest({ DBInstanceId }))
    await until(
      async () => inventory().filter(resource => String(resource.type).startsWith('db-')).length,
      left => left === 0,
    )
  })
})
