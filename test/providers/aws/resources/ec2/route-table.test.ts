import { expect, test } from 'vitest'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, removeWholly } from '../../support.ts'

const { at, settle } = useNetwork()
const everywhere = '0.0.0.0/0'

test('a subnet moves to another table, and a route that is not in the input any more is deleted', async () => {
  const { cloud } = at.bench
  const common = { vpcId: at.vpc, name: 'shop' }
  const out = [{ to: everywhere, gatewayId: at.gateway }]
  const one = { ...common, routes: out, subnetIds: [at.subnets[0]!, at.subnets[1]!] }
  const two = { ...common, routes: [{ to: '203.0.113.0/24', gatewayId: at.gateway }], subnetIds: [at.subnets[1]!] }
  const first = await make(cloud, kinds.routeTable, 'subnets/one', one)
  const second = await make(cloud, kinds.routeTable, 'subnets/two', two)
  await settle(kinds.routeTable, 'subnets/one', first.id, { ...one, subnetIds: [at.subnets[0]!] })
  await settle(kinds.routeTable, 'subnets/two', second.id, { ...two, routes: out })
  const { RouteTables } = await cloud.call('ec2', 'DescribeRouteTables', { RouteTableIds: [first.id, second.id] })
  const seen = RouteTables!.map(table => [
    table.Associations!.map(link => link.SubnetId),
    table.Routes!.filter(route => route.Origin === 'CreateRoute').map(route => route.DestinationCidrBlock),
  ])
  expect(seen.sort()).toEqual(
    [
      [[at.subnets[0]], [everywhere]],
      [[at.subnets[1]], [everywhere]],
    ].sort(),
  )
  await removeWholly(cloud, kinds.routeTable, first.id, 'subnets/one', one)
  await removeWholly(cloud, kinds.routeTable, second.id, 'subnets/two', two)
})
