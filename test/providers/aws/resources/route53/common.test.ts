import { expect, test } from 'vitest'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { change, deleteRecords, stillThere } from '../../../../../src/providers/aws/resources/route53/common.ts'
import { useNetwork } from '../../ground.ts'
import { make, removeWholly } from '../../support.ts'

const { at } = useNetwork()

test('of records that are deleted together, one that is gone already does not keep the others', async () => {
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
  // One with other values is someone else's by now.
  await change(cloud, zone.id, [['UPSERT', { ...one!, ResourceRecords: [{ Value: '198.51.100.7' }] }]])
  await expect(deleteRecords(cloud, zone.id, [one!])).rejects.toMatchObject({ code: 'InvalidChangeBatch' })
  await change(cloud, zone.id, [['DELETE', { ...one!, ResourceRecords: [{ Value: '198.51.100.7' }] }]])
  await removeWholly(cloud, kinds.hostedZone, zone.id, 'balancer/zone', { name: 'shop.example' })
})
