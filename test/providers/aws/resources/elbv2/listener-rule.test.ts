import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../../../../src/base/json.ts'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, markFor, removeWholly } from '../../support.ts'

const { at, group, settle } = useNetwork()
const health = {
  ...{ protocol: 'HTTP', path: '/', interval: 10, timeout: 5, healthy: 2, unhealthy: 2, codes: '200' },
}
const pools: string[] = []
let listenerArn = ''

beforeAll(async () => {
  const { cloud } = at.bench
  const securityGroupIds = [(await group('front')).id]
  const place = { name: 'shop', type: 'application', scheme: 'internal', subnetIds: at.subnets.slice(0, 2) }
  const front = await make(cloud, kinds.loadBalancer, 'balancer/front', { ...place, securityGroupIds })
  for (const name of ['web', 'sockets']) {
    const input = { name, vpcId: at.vpc, protocol: 'HTTP', port: 80, health, attributes: {} }
    pools.push((await make(cloud, kinds.targetGroup, `balancer/${name}`, input)).id)
  }
  const port = { port: 80, protocol: 'HTTP', certificateArn: '', sslPolicy: '', action: to(0) }
  listenerArn = (await make(cloud, kinds.listener, 'balancer/http', { loadBalancerArn: front.id, ...port })).id
})

const to = (pool: 0 | 1) => ({ type: 'forward', targetGroupArn: pools[pool]! })
const rule = (priority: number, paths: string[], pool: 0 | 1 = 1) => ({
  listenerArn,
  priority,
  paths,
  action: to(pool),
})
const add = (name: string, input: JsonObject) => make(at.bench.cloud, kinds.listenerRule, `balancer/${name}`, input)
const drop = (name: string, id: string, input: JsonObject) =>
  removeWholly(at.bench.cloud, kinds.listenerRule, id, `balancer/${name}`, input)

async function shown(): Promise<[string, string, string][]> {
  const { Rules = [] } = await at.bench.cloud.call('elbv2', 'DescribeRules', { ListenerArn: listenerArn })
  return Rules.filter(one => !one.IsDefault).map(one => [
    one.Priority!,
    one.Conditions![0]!.PathPatternConfig!.Values!.join(),
    one.Actions![0]!.TargetGroupArn!,
  ])
}

test('paths, target group and priority of a rule change in place', async () => {
  const { id } = await add('one', rule(1, ['/ws/*']))
  await settle(kinds.listenerRule, 'balancer/one', id, rule(7, ['/chat/*', '/chat'], 0))
  expect(await shown()).toEqual([['7', '/chat/*,/chat', pools[0]]])
  await drop('one', id, rule(7, ['/chat/*', '/chat'], 0))
  expect(await shown()).toEqual([])
})

test('two rules of a stack change places, whichever is settled first', async () => {
  const one = await add('one', rule(1, ['/a']))
  const two = await add('two', rule(2, ['/b']))
  await settle(kinds.listenerRule, 'balancer/one', one.id, rule(2, ['/a']))
  await settle(kinds.listenerRule, 'balancer/two', two.id, rule(1, ['/b']))
  expect((await shown()).map(([priority, path]) => [priority, path])).toEqual([
    ['1', '/b'],
    ['2', '/a'],
  ])
  await drop('one', one.id, rule(2, ['/a']))
  await drop('two', two.id, rule(1, ['/b']))
})

test('a rule of somebody else keeps its priority', async () => {
  const { cloud } = at.bench
  const Conditions = [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/theirs'] } }]
  const Actions = [{ Type: 'forward' as const, TargetGroupArn: pools[0]! }]
  const { Rules } = await cloud.call('elbv2', 'CreateRule', {
    ListenerArn: listenerArn,
    Priority: 5,
    Conditions,
    Actions,
  })
  const mark = markFor(kinds.listenerRule, 'balancer/one')
  await expect(kinds.listenerRule.create(cloud, rule(5, ['/ws/*']) as never, mark)).rejects.toMatchObject({
    outcome: 'exists',
  })
  const { id } = await add('one', rule(1, ['/ws/*']))
  await expect(settle(kinds.listenerRule, 'balancer/one', id, rule(5, ['/ws/*']))).rejects.toMatchObject({
    outcome: 'exists',
  })
  expect((await shown()).map(([priority, path]) => [priority, path])).toEqual([
    ['1', '/ws/*'],
    ['5', '/theirs'],
  ])
  await drop('one', id, rule(1, ['/ws/*']))
  await cloud.call('elbv2', 'DeleteRule', { RuleArn: Rules![0]!.RuleArn! })
})
