import { describe, expect, test } from 'vitest'
import * as kinds from '../../../../src/providers/aws/resources/index.ts'
import { change, deleteRecords, stillThere } from '../../../../src/providers/aws/resources/route53/common.ts'
import { useNetwork } from '../ground.ts'
import { make, markFor, removeWholly } from '../support.ts'

// Data, names that are taken, and what stands in the way of a removal.

const { at, group, image } = useNetwork()

describe('a bucket', () => {
  test('is emptied of versions, marks of deleted ones and unfinished uploads before it goes', async () => {
    const { cloud } = at.bench
    const { S3Client, PutObjectCommand, DeleteObjectCommand, CreateMultipartUploadCommand } = await import(
      '@aws-sdk/client-s3'
    )
    const name = 'shop-images-of-somebody'
    await make(cloud, kinds.bucket, 'application/bucket', { name, versioned: true })
    const person = new S3Client({
      endpoint: at.bench.sandbox.url,
      region: 'ap-northeast-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    })
    for (const Body of ['one', 'two']) await person.send(new PutObjectCommand({ Bucket: name, Key: 'a/ü.png', Body }))
    await person.send(new DeleteObjectCommand({ Bucket: name, Key: 'a/ü.png' }))
    await person.send(new CreateMultipartUploadCommand({ Bucket: name, Key: 'big' }))
    person.destroy()
    await removeWholly(cloud, kinds.bucket, name, 'application/bucket', { name, versioned: true })
    expect(await kinds.bucket.find(cloud, { id: name })).toEqual([])
  })

  test('with the name of one that is there already says so, in the region that would take it silently, too', async () => {
    const { cloud } = at.bench
    const name = 'shop-first'
    await make(cloud, kinds.bucket, 'application/bucket', { name, versioned: false })
    const east = { ...cloud, region: 'us-east-1' }
    for (const where of [cloud, east]) {
      const again = kinds.bucket.create(where, { name, versioned: false }, markFor(kinds.bucket, 'application/other'))
      await expect(again).rejects.toMatchObject({ outcome: 'exists' })
    }
    await removeWholly(cloud, kinds.bucket, name, 'application/bucket', { name, versioned: false })
  })
})

describe('names', () => {
  test('a record that was there before is not ours, is not overwritten and not removed', async () => {
    const { cloud } = at.bench
    const zone = await make(cloud, kinds.hostedZone, 'balancer/zone', { name: 'shop.example' })
    const input = { zoneId: zone.id, name: 'www.shop.example', type: 'A', alias: null, values: ['192.0.2.1'] }
    const theirs = { Name: input.name, Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value: '198.51.100.7' }] }
    const change = (Action: 'CREATE' | 'DELETE') =>
      cloud.call('route53', 'ChangeResourceRecordSets', {
        HostedZoneId: zone.id,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet: theirs }] },
      })
    await change('CREATE')
    const mark = markFor(kinds.record, 'balancer/name')
    await expect(kinds.record.create(cloud, input, mark)).rejects.toMatchObject({ outcome: 'exists' })
    const [found] = await kinds.record.find(cloud, { stack: 'shop', address: 'balancer/name', input })
    expect(found?.tags).toEqual({})
    await kinds.record.remove(cloud, found!.id, input, mark)
    expect(await kinds.record.find(cloud, { id: found!.id })).toHaveLength(1)
    await expect(kinds.hostedZone.remove(cloud, zone.id, { name: 'shop.example' }, mark)).rejects.toMatchObject({
      list: ['Blocked by: www.shop.example. A.'],
    })
    await change('DELETE')
    await removeWholly(cloud, kinds.hostedZone, zone.id, 'balancer/zone', { name: 'shop.example' })
  })

  test('of records that are removed together, one that is gone already does not keep the others', async () => {
    const { cloud } = at.bench
    const zone = await make(cloud, kinds.hostedZone, 'balancer/zone', { name: 'shop.example' })
    const [one, two] = ['1', '2'].map(n => ({
      Name: `${n}.shop.example`,
      Type: 'A' as const,
      TTL: 300,
      ResourceRecords: [{ Value: `192.0.2.${n}` }],
    }))
    await change(cloud, zone.id, [['UPSERT', one!]])
    await deleteRecords(cloud, zone.id, [one!, two!])
    expect(await stillThere(cloud, zone.id, [one!, two!])).toEqual([])
    await deleteRecords(cloud, zone.id, [one!, two!])
    // One with other contents is somebody else's by now.
    await change(cloud, zone.id, [['UPSERT', { ...one!, ResourceRecords: [{ Value: '198.51.100.7' }] }]])
    await expect(deleteRecords(cloud, zone.id, [one!])).rejects.toMatchObject({ code: 'InvalidChangeBatch' })
    await change(cloud, zone.id, [['DELETE', { ...one!, ResourceRecords: [{ Value: '198.51.100.7' }] }]])
    await removeWholly(cloud, kinds.hostedZone, zone.id, 'balancer/zone', { name: 'shop.example' })
  })
})

describe('what comes to nothing, and what is in the way', () => {
  test('a NAT gateway that failed is one to be made again, and no longer counts as ours', async () => {
    const { cloud } = at.bench
    const lonely = await make(cloud, kinds.vpc, 'other/vpc', { name: 'lonely', cidr: '10.9.0.0/16' })
    const place = { vpcId: lonely.id, name: 'lonely', zone: 'ap-northeast-1a', cidr: '10.9.0.0/24', public: false }
    const subnet = await make(cloud, kinds.subnet, 'other/subnet', place)
    const ip = await make(cloud, kinds.elasticIp, 'other/ip', { name: 'lonely' })
    const input = { subnetId: subnet.id, allocationId: ip.id, name: 'lonely' }
    await expect(make(cloud, kinds.natGateway, 'other/nat', input)).rejects.toMatchObject({
      outcome: expect.stringMatching(/^(retry|refused)$/),
      code: 'Gateway.NotAttached',
    })
    expect(await kinds.natGateway.find(cloud, { stack: 'shop', address: 'other/nat' })).toEqual([])
    await removeWholly(cloud, kinds.elasticIp, ip.id, 'other/ip', {})
    await removeWholly(cloud, kinds.subnet, subnet.id, 'other/subnet', place)
    await removeWholly(cloud, kinds.vpc, lonely.id, 'other/vpc', {})
  })

  test("somebody else's machine is named by the removal that it blocks", async () => {
    const { cloud } = at.bench
    const groupId = (await group('crowded')).id
    const input = {
      name: 'stranger',
      imageId: await image('arm64'),
      type: 't4g.micro',
      subnetId: at.subnets[2]!,
      securityGroupIds: [groupId],
      keyName: '',
      instanceProfile: '',
      userData: '',
      publicIp: false,
      volumeSize: 0,
      tags: {},
    }
    const stranger = await make(cloud, kinds.instance, 'machines/stranger', input)
    const inTheWay = { list: [`Blocked by: EC2 instance ${stranger.id}.`] }
    const subnet = kinds.subnet.remove(cloud, at.subnets[2]!, undefined, markFor(kinds.subnet, 'subnets/2'))
    await expect(subnet).rejects.toMatchObject(inTheWay)
    const removal = kinds.securityGroup.remove(
      cloud,
      groupId,
      undefined,
      markFor(kinds.securityGroup, 'machines/crowded'),
    )
    await expect(removal).rejects.toMatchObject(inTheWay)
    await removeWholly(cloud, kinds.instance, stranger.id, 'machines/stranger', input)
    await removeWholly(cloud, kinds.securityGroup, groupId, 'machines/crowded', {})
  })
})
