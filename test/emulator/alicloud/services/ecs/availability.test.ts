import { describe, expect, it } from 'vitest'
import type { Body } from '../../../support.ts'
import { network, order, still } from '../../support.ts'

describe('what the emulated Alibaba Cloud offers', () => {
  it('is told with its stock, and a machine is sold exactly where it is in stock', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const answer = await cloud.ask('ecs.DescribeAvailableResource', {
      DestinationResource: 'InstanceType',
      IoOptimized: 'optimized',
    })
    const zone = answer.AvailableZones.AvailableZone.find((one: Body) => one.ZoneId === 'ap-northeast-1b')
    const offers = zone.AvailableResources.AvailableResource[0].SupportedResources.SupportedResource
    expect(offers.length).toBeGreaterThan(20)
    for (const { Value, StatusCategory } of offers) {
      const arm = Value.includes('8y')
      const ImageId = arm ? 'aliyun_3_arm64_20G_alibase_20260513.vhd' : 'aliyun_3_x64_20G_alibase_20260513.vhd'
      const code = await cloud.code(
        'ecs.RunInstances',
        order({ ...net, VSwitchId: net.otherVSwitchId }, { InstanceType: Value, ImageId, DryRun: true }),
      )
      expect([Value, code]).toEqual([
        Value,
        StatusCategory === 'WithStock' ? 'DryRunOperation' : 'OperationDenied.NoStock',
      ])
    }
  })

  it('names disks only for an instance type', async () => {
    const { ask, code } = await still()
    expect(await code('ecs.DescribeAvailableResource', { DestinationResource: 'SystemDisk' })).toBe(
      'InvalidParameter.InstanceType',
    )
    const answer = await ask('ecs.DescribeAvailableResource', {
      DestinationResource: 'SystemDisk',
      InstanceType: 'ecs.c6.large',
      ZoneId: 'ap-northeast-1a',
    })
    const disks =
      answer.AvailableZones.AvailableZone[0].AvailableResources.AvailableResource[0].SupportedResources
        .SupportedResource
    expect(disks[0]).toMatchObject({ Value: 'cloud_efficiency', Min: 20, Max: 2048, Unit: 'GiB' })
  })

  it('has types with cores and memory, and images by family, the newest where a family is named', async () => {
    const { ask } = await still()
    const { InstanceTypes } = await ask('ecs.DescribeInstanceTypes', { 'InstanceTypes.1': 'ecs.u1-c1m2.large' })
    expect(InstanceTypes.InstanceType).toMatchObject([{ CpuCoreCount: 2, MemorySize: 4, CpuArchitecture: 'X86' }])
    const { Image } = await ask('ecs.DescribeImageFromFamily', { ImageFamily: 'acs:ubuntu_24_04_x64' })
    expect(Image.ImageId).toBe('ubuntu_24_04_x64_20G_alibase_20260513.vhd')
    expect(
      (await ask('ecs.DescribeImageFromFamily', { ImageFamily: 'acs:alibaba_cloud_linux_3_x64' })).Image,
    ).toBeUndefined()
    const arm = await ask('ecs.DescribeImages', {
      InstanceType: 'ecs.g8y.large',
      ImageOwnerAlias: 'system',
      PageSize: 100,
    })
    expect(arm.Images.Image.every((one: Body) => one.Architecture === 'arm64')).toBe(true)
  })

  it('has database classes by zone, engine, version and category, each with its storage', async () => {
    const { ask } = await still()
    const classes = async (zone: string, EngineVersion: string, Category: string) => {
      const asked = { ZoneId: zone, Engine: 'PostgreSQL', EngineVersion, Category, DBInstanceStorageType: 'cloud_essd' }
      return (await ask('rds.DescribeAvailableClasses', asked)).DBInstanceClasses.map(
        (one: Body) => one.DBInstanceClass,
      )
    }
    expect(await classes('ap-northeast-1a', '16.0', 'Basic')).not.toContain('pg.n2.1c.1m')
    expect(await classes('ap-northeast-1b', '16.0', 'Basic')).toContain('pg.n2.1c.1m')
    expect(await classes('ap-northeast-1c', '17.0', 'HighAvailability')).toEqual([])
    const { AvailableZones } = await ask('rds.DescribeAvailableZones', { Engine: 'PostgreSQL' })
    const versions = (zone: Body) => zone.SupportedEngines[0].SupportedEngineVersions.map((one: Body) => one.Version)
    expect(AvailableZones.map(versions).map((list: string[]) => list.includes('17.0'))).toEqual([true, true, false])
  })

  it('is the same set of regions for every product, each with pairs of zones for load balancers', async () => {
    const { ask, code } = await still()
    const ids = async (name: 'ecs' | 'vpc' | 'slb') =>
      (await ask(`${name}.DescribeRegions`)).Regions.Region.map((one: Body) => one.RegionId)
    expect(await ids('ecs')).toEqual(await ids('vpc'))
    expect(await ids('ecs')).toEqual(await ids('slb'))
    const rds = (await ask('rds.DescribeRegions')).Regions.RDSRegion.map((one: Body) => one.RegionId)
    expect([...new Set(rds)]).toEqual(await ids('ecs'))
    const { AvailableResources } = await ask('slb.DescribeAvailableResource')
    expect(AvailableResources.AvailableResource.length).toBe(6)
    expect(await code('ecs.DescribeZones', { RegionId: 'moon-1' })).toBe('InvalidRegionId.NotFound')
  })

  it('knows who is calling', async () => {
    const { ask } = await still()
    expect(await ask('sts.GetCallerIdentity')).toMatchObject({ AccountId: '5000000000000001' })
    const other = await ask('sts.GetCallerIdentity', {}, { accessKeyId: 'other', accessKeySecret: 'other' })
    expect(other.AccountId).toBe('5000000000000002')
  })
})
