import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling'
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  SetSecurityGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, it } from 'vitest'
import { type Ground, ground, slow, template, travel } from '../../ground.ts'
import { codeOf, config, sandbox, until } from '../../support.ts'

async function start() {
  const box = await sandbox()
  const { url } = box
  return { box, elb: new ElasticLoadBalancingV2Client(config(url)), place: await ground(url) }
}

async function webGroup(elb: ElasticLoadBalancingV2Client, place: Ground, Name = 'web') {
  const made = await elb.send(new CreateTargetGroupCommand({ Name, Protocol: 'HTTP', Port: 80, VpcId: place.vpcId }))
  return made.TargetGroups![0]!.TargetGroupArn!
}

async function webBalancer(elb: ElasticLoadBalancingV2Client, place: Ground, Name = 'front') {
  const input = { Name, Subnets: place.subnets, SecurityGroups: [place.front], Tags: [{ Key: 'a', Value: 'b' }] }
  return (await elb.send(new CreateLoadBalancerCommand(input))).LoadBalancers![0]!
}

it('a load balancer is provisioned for a while, then active, and the same request answers the same one', async () => {
  const { elb, place } = await start()
  const made = await webBalancer(elb, place)
  expect(made.State?.Code).toBe('provisioning')
  expect((await webBalancer(elb, place)).LoadBalancerArn).toBe(made.LoadBalancerArn)
  const other = { Name: 'front', Subnets: place.subnets, Scheme: 'internal' as const }
  expect(await codeOf(elb.send(new CreateLoadBalancerCommand(other)))).toBe('DuplicateLoadBalancerName')
  const read = () => elb.send(new DescribeLoadBalancersCommand({ Names: ['front'] }))
  const active = await until(read, answer => answer.LoadBalancers![0]!.State?.Code === 'active')
  expect(active.LoadBalancers![0]!.DNSName).toMatch(/^front-\d+\.ap-northeast-1\.elb\.amazonaws\.com$/)
  const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns: [made.LoadBalancerArn!] }))
  expect(TagDescriptions![0]!.Tags).toEqual([{ Key: 'a', Value: 'b' }])
})

it('load balancers want two zones, a way to the internet, and a fitting name', async () => {
  const { elb, place } = await start()
  const make = (input: object) => {
    const whole = { Name: 'x', Subnets: place.subnets, ...input }
    return codeOf(elb.send(new CreateLoadBalancerCommand(whole)))
  }
  expect(await make({ Subnets: place.subnets.slice(0, 1) })).toBe('ValidationError')
  expect(await make({ Subnets: ['subnet-0000'] })).toBe('SubnetNotFound')
  expect(await make({ Name: 'x'.repeat(33) })).toBe('ValidationError')
  expect(await make({ Name: '-x' })).toBe('ValidationError')
  expect(await make({ Name: 'internal-x' })).toBe('ValidationError')
  expect(await make({ SecurityGroups: ['sg-0'] })).toBe('InvalidSecurityGroup')
})

it('attributes are kept, protection is honoured, and deleting what is gone succeeds', async () => {
  const { elb, place } = await start()
  const { LoadBalancerArn } = await webBalancer(elb, place)
  const set = (Key: string, Value: string) =>
    elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [{ Key, Value }] }))
  await set('deletion_protection.enabled', 'true')
  expect(await codeOf(set('no.such', 'x'))).toBe('InvalidConfigurationRequest')
  const remove = () => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
  expect(await codeOf(remove())).toBe('OperationNotPermitted')
  await set('deletion_protection.enabled', 'false')
  const { Attributes } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }))
  expect(Attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '60' })
  await remove()
  await remove()
  expect(await codeOf(elb.send(new DescribeLoadBalancersCommand({ Names: ['front'] })))).toBe('LoadBalancerNotFound')
})

it("a removed load balancer's interfaces stay in its subnets for a while", async () => {
  const { elb, place, box } = await start()
  const { LoadBalancerArn } = await webBalancer(elb, place)
  const look = async () => {
    const Filters = [
      { Name: 'vpc-id', Values: [place.vpcId] },
      { Name: 'description', Values: ['ELB app/front/*'] },
    ]
    return (await place.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces!
  }
  const there = await until(look, rows => rows.length === 2)
  expect(there[0]!.Attachment?.InstanceOwnerId).toBe('amazon-elb')
  slow(box)
  await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
  expect(await look()).toHaveLength(2)
  travel(box, 45)
  expect(await look()).toEqual([])
})

it('a network load balancer made without security groups can never get any', async () => {
  const { elb, place } = await start()
  const input = { Name: 'inner', Type: 'network' as const, Scheme: 'internal' as const, Subnets: place.subnets }
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand(input))
  const { LoadBalancerArn, SecurityGroups, DNSName } = LoadBalancers![0]!
  expect(SecurityGroups ?? []).toEqual([])
  expect(DNSName).toMatch(/^inner-[0-9a-f]{16}\.elb\.ap-northeast-1/)
  const set = { LoadBalancerArn, SecurityGroups: [place.front] }
  expect(await codeOf(elb.send(new SetSecurityGroupsCommand(set)))).toBe('InvalidConfigurationRequest')
})

it('a listener is known by its port; what it forwards to cannot be deleted until some time after it', async () => {
  const { elb, place, box } = await start()
  const { LoadBalancerArn } = await webBalancer(elb, place)
  const group = await webGroup(elb, place)
  const listen = (Type: 'forward' | 'fixed-response') => {
    const action =
      Type === 'forward' ? { Type, TargetGroupArn: group } : { Type, FixedResponseConfig: { StatusCode: '404' } }
    return elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions: [action] }),
    )
  }
  const first = (await listen('forward')).Listeners![0]!
  expect((await listen('forward')).Listeners![0]!.ListenerArn).toBe(first.ListenerArn)
  expect(await codeOf(listen('fixed-response'))).toBe('DuplicateListener')
  expect(first.DefaultActions![0]).toMatchObject({ Type: 'forward', TargetGroupArn: group })
  const remove = () => codeOf(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group })))
  expect(await remove()).toBe('ResourceInUse')
  slow(box)
  await elb.send(new DeleteListenerCommand({ ListenerArn: first.ListenerArn }))
  expect(await remove()).toBe('ResourceInUse')
  travel(box, 10)
  expect(await remove()).toBe('accepted')
  expect((await elb.send(new DescribeListenersCommand({ LoadBalancerArn }))).Listeners).toEqual([])
})

it('rules are known by their priority, and every listener has one of its own', async () => {
  const { elb, place } = await start()
  const { LoadBalancerArn } = await webBalancer(elb, place)
  const TargetGroupArn = await webGroup(elb, place)
  const forward = [{ Type: 'forward' as const, TargetGroupArn }]
  const listener = { LoadBalancerArn, Port: 80, Protocol: 'HTTP' as const, DefaultActions: forward }
  const { ListenerArn } = (await elb.send(new CreateListenerCommand(listener))).Listeners![0]!
  const rule = {
    ListenerArn,
    Priority: 10,
    Actions: forward,
    Conditions: [{ Field: 'path-pattern', Values: ['/ws', '/ws/*'] }],
  }
  await elb.send(new CreateRuleCommand(rule))
  expect(await codeOf(elb.send(new CreateRuleCommand(rule)))).toBe('PriorityInUse')
  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn }))
  expect(Rules!.map(one => [one.Priority, one.IsDefault])).toEqual([
    ['10', false],
    ['default', true],
  ])
  await elb.send(new AddTagsCommand({ ResourceArns: [Rules![0]!.RuleArn!], Tags: [{ Key: 'k', Value: 'v' }] }))
})

it('target groups refuse impossible checks and attributes, and clash by name', async () => {
  const { elb, place } = await start()
  const make = (input: object) => {
    const whole = { Name: 'web', Protocol: 'HTTP' as const, Port: 80, VpcId: place.vpcId, ...input }
    return elb.send(new CreateTargetGroupCommand(whole))
  }
  const first = await make({})
  expect((await make({})).TargetGroups![0]!.TargetGroupArn).toBe(first.TargetGroups![0]!.TargetGroupArn)
  expect(await codeOf(make({ Port: 81 }))).toBe('DuplicateTargetGroupName')
  expect(await codeOf(make({ Name: 'b', HealthCheckIntervalSeconds: 4 }))).toBe('ValidationError')
  expect(await codeOf(make({ Name: 'b', HealthCheckProtocol: 'TCP' }))).toBe('ValidationError')
  expect(await codeOf(make({ Name: 'b', HealthyThresholdCount: 1 }))).toBe('ValidationError')
  const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ Names: ['web'] }))
  expect(TargetGroups![0]).toMatchObject({
    HealthyThresholdCount: 5,
    HealthCheckPath: '/',
    Matcher: { HttpCode: '200' },
  })
  const wish = {
    TargetGroupArn: TargetGroups![0]!.TargetGroupArn!,
    Attributes: [{ Key: 'preserve_client_ip.enabled', Value: 'false' }],
  }
  expect(await codeOf(elb.send(new ModifyTargetGroupAttributesCommand(wish)))).toBe('InvalidConfigurationRequest')
})

it('targets become healthy only when a listener uses them and their security groups let the load balancer in', async () => {
  const { box, elb, place } = await start()
  const asg = new AutoScalingClient(config(place.url))
  const TargetGroupArn = await webGroup(elb, place)
  const LaunchTemplateId = await template(place)
  await asg.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateId, Version: '1' },
      MinSize: 2,
      MaxSize: 4,
      VPCZoneIdentifier: place.subnets.join(','),
      TargetGroupARNs: [TargetGroupArn],
    }),
  )
  const named = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] })
  await until(
    () => asg.send(named),
    answer => answer.AutoScalingGroups![0]!.Instances!.filter(one => one.LifecycleState === 'InService').length === 2,
  )
  const health = async () =>
    (await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))).TargetHealthDescriptions!
  expect((await health()).map(one => one.TargetHealth?.Reason)).toEqual(['Target.NotInUse', 'Target.NotInUse'])
  const { LoadBalancerArn } = await webBalancer(elb, place)
  const forward = [{ Type: 'forward' as const, TargetGroupArn }]
  const listener = { LoadBalancerArn, Port: 80, Protocol: 'HTTP' as const, DefaultActions: forward }
  slow(box)
  await elb.send(new CreateListenerCommand(listener))
  const all = (state: string) => (rows: Awaited<ReturnType<typeof health>>) =>
    rows.every(one => one.TargetHealth?.State === state)
  expect((await health()).map(one => one.TargetHealth?.State)).toEqual(['initial', 'initial'])
  box.world.speed = 1_000
  const lost = await until(health, all('unhealthy'))
  expect(lost[0]!.TargetHealth?.Reason).toBe('Target.Timeout')
  await place.open(place.machines, 80, { UserIdGroupPairs: [{ GroupId: place.front }] })
  await until(health, all('healthy'))
})
