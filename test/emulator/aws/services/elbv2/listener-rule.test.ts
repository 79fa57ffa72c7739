import {
  type Action,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, it } from 'vitest'
import { ground, slow, travel } from '../../ground.ts'
import { codeOf, config, sandbox } from '../../support.ts'

const closed: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }

/** A listener, and short ways to make rules on it. */
async function start() {
  const box = await sandbox()
  const elb = new ElasticLoadBalancingV2Client(config(box.url))
  const place = await ground(box.url)
  const group = { Name: 'sockets', Protocol: 'HTTP' as const, Port: 5000, VpcId: place.vpcId }
  const TargetGroupArn = (await elb.send(new CreateTargetGroupCommand(group))).TargetGroups![0]!.TargetGroupArn!
  const balancer = { Name: 'front', Subnets: place.subnets, SecurityGroups: [place.front] }
  const { LoadBalancerArn } = (await elb.send(new CreateLoadBalancerCommand(balancer))).LoadBalancers![0]!
  const wish = { LoadBalancerArn, Port: 80, Protocol: 'HTTP' as const, DefaultActions: [closed] }
  const ListenerArn = (await elb.send(new CreateListenerCommand(wish))).Listeners![0]!.ListenerArn!
  const forward: Action = { Type: 'forward', TargetGroupArn }
  const make = async (Priority: number, Values: string[], more = {}) => {
    const Conditions = [{ Field: 'path-pattern', PathPatternConfig: { Values } }]
    const input = { ListenerArn, Priority, Conditions, Actions: [forward], ...more }
    return (await elb.send(new CreateRuleCommand(input))).Rules![0]!
  }
  const rules = async () => (await elb.send(new DescribeRulesCommand({ ListenerArn }))).Rules!
  const order = async () => (await rules()).map(one => one.Priority)
  return { box, elb, LoadBalancerArn: LoadBalancerArn!, ListenerArn, TargetGroupArn, make, rules, order }
}

it('a listener begins with its default rule, which cannot be changed as a rule', async () => {
  const { elb, rules } = await start()
  const [only, ...more] = await rules()
  expect(more).toEqual([])
  expect(only).toMatchObject({ Priority: 'default', IsDefault: true, Conditions: [] })
  const RuleArn = only!.RuleArn!
  expect(await codeOf(elb.send(new DeleteRuleCommand({ RuleArn })))).toBe('OperationNotPermitted')
  const RulePriorities = [{ RuleArn, Priority: 1 }]
  expect(await codeOf(elb.send(new SetRulePrioritiesCommand({ RulePriorities })))).toBe('OperationNotPermitted')
})

it('rules come in the order of their priorities, the default one last, with their tags', async () => {
  const { elb, make, rules, order } = await start()
  await make(50, ['/b'])
  await make(1, ['/ws', '/ws/*'], { Tags: [{ Key: 'a', Value: 'b' }] })
  expect(await order()).toEqual(['1', '50', 'default'])
  const [first] = await rules()
  expect(first!.Conditions).toEqual([
    { Field: 'path-pattern', Values: ['/ws', '/ws/*'], PathPatternConfig: { Values: ['/ws', '/ws/*'] } },
  ])
  const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns: [first!.RuleArn!] }))
  expect(TagDescriptions![0]!.Tags).toEqual([{ Key: 'a', Value: 'b' }])
})

it('a priority is unique on its listener, also while several change', async () => {
  const { elb, make, order } = await start()
  const [one, two] = [await make(1, ['/a']), await make(2, ['/b'])]
  expect(await codeOf(make(2, ['/c']))).toBe('PriorityInUse')
  for (const wrong of [0, 50_001]) expect(await codeOf(make(wrong, ['/c']))).toBe('ValidationError')
  const set = (...pairs: [string, number][]) => {
    const RulePriorities = pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority }))
    return codeOf(elb.send(new SetRulePrioritiesCommand({ RulePriorities })))
  }
  expect(await set([one.RuleArn!, 2])).toBe('PriorityInUse')
  expect(await set([one.RuleArn!, 9], [two.RuleArn!, 9])).toBe('PriorityInUse')
  expect(await set([one.RuleArn!, 2], [two.RuleArn!, 1])).toBe('accepted')
  const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [one.RuleArn!] }))
  expect([Rules![0]!.Priority, await order()]).toEqual(['2', ['1', '2', 'default']])
})

it('what a rule may hold is limited', async () => {
  const { make, ListenerArn } = await start()
  expect(await codeOf(make(1, []))).toBe('ValidationError')
  expect(await codeOf(make(1, [`/${'x'.repeat(128)}`]))).toBe('ValidationError')
  expect(await codeOf(make(1, ['/1', '/2', '/3', '/4', '/5', '/6']))).toBe('ValidationError')
  expect(await codeOf(make(1, ['/*/*/*/*/*/*/*']))).toBe('ValidationError')
  const host = { Field: 'host-header', HostHeaderConfig: { Values: ['*.example.com'] } }
  expect(await codeOf(make(1, [], { Conditions: [host, host] }))).toBe('ValidationError')
  expect(await codeOf(make(1, [], { Conditions: [host] }))).toBe('accepted')
  expect(await codeOf(make(2, ['/a'], { ListenerArn: `${ListenerArn.slice(0, -4)}0000` }))).toBe('ListenerNotFound')
})

it('a rule is changed in place, and its target group is in use until the rule is gone', async () => {
  const { elb, box, make, rules, TargetGroupArn } = await start()
  const { RuleArn } = await make(1, ['/ws/*'])
  const drop = () => codeOf(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })))
  expect(await drop()).toBe('ResourceInUse')
  const Conditions = [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/chat/*'] } }]
  await elb.send(new ModifyRuleCommand({ RuleArn, Conditions }))
  expect((await rules())[0]).toMatchObject({
    RuleArn,
    Actions: [{ TargetGroupArn }],
    Conditions: [{ Values: ['/chat/*'] }],
  })
  await elb.send(new DeleteRuleCommand({ RuleArn }))
  expect(await codeOf(elb.send(new DeleteRuleCommand({ RuleArn })))).toBe('RuleNotFound')
  slow(box)
  travel(box, 120)
  expect(await drop()).toBe('accepted')
})

it('a removed listener takes its rules with it', async () => {
  const { elb, make, ListenerArn } = await start()
  const { RuleArn } = await make(1, ['/ws/*'])
  await elb.send(new DeleteListenerCommand({ ListenerArn }))
  expect(await codeOf(elb.send(new DescribeRulesCommand({ ListenerArn })))).toBe('ListenerNotFound')
  expect(await codeOf(elb.send(new DescribeRulesCommand({ RuleArns: [RuleArn!] })))).toBe('RuleNotFound')
})

it('the idle time-out of an application load balancer is 1 to 4000 seconds', async () => {
  const { elb, LoadBalancerArn } = await start()
  const set = (Value: string) => {
    const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value }]
    return codeOf(elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes })))
  }
  for (const wrong of ['0', '4001', '1.5', 'x']) expect(await set(wrong), wrong).toBe('InvalidConfigurationRequest')
  for (const right of ['1', '120', '4000']) expect(await set(right), right).toBe('accepted')
})
