import { describe, expect, it } from 'vitest'
import { image, profile, still, zones } from './support.ts'

describe('what is offered where', () => {
  it('differs by zone, and images by architecture', async () => {
    const cloud = await still()
    const { ec2 } = cloud
    const { AvailabilityZones } = await ec2.describeAvailabilityZones({})
    expect(AvailabilityZones!.map(zone => zone.ZoneName)).toEqual([zones.a, zones.c, zones.d])
    const { InstanceTypeOfferings } = await ec2.describeInstanceTypeOfferings({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: ['t2.micro'] }],
    })
    expect(InstanceTypeOfferings!.map(one => one.Location)).toEqual([zones.a, zones.c])
    const { InstanceTypes } = await ec2.describeInstanceTypes({ InstanceTypes: ['t4g.micro'] })
    expect(InstanceTypes).toMatchObject([{ ProcessorInfo: { SupportedArchitectures: ['arm64'] }, VCpuInfo: {} }])
    const { Images } = await ec2.describeImages({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023*'] },
        { Name: 'architecture', Values: ['arm64'] },
      ],
    })
    expect(Images!.map(one => one.ImageId)).toContain(await image(cloud, 'arm64'))
    await profile(cloud)
  })
})
