import { expect, test } from 'vitest'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, removeWholly } from '../../support.ts'

const { at } = useNetwork()

test('a failed NAT gateway is created again, and no longer counts as ours', async () => {
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
