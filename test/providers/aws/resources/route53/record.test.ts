import { expect, test } from 'vitest'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, markFor, removeWholly } from '../../support.ts'

const { at } = useNetwork()

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
