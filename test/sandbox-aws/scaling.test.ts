import {
  AttachLoadBalancerTargetGroupsCommand,
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  PutScalingPolicyCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam'
import { expect, it } from 'vitest'
import { ground, slow, template, travel } from './ground.ts'
import { codeOf, config, sandbox, until } from './support.ts'

async function start() {
  const box = await sandbox()
  const place = await ground(box.url)
  const asg = new AutoScalingClient(config(box.url))
  const elb = new ElasticLoadBalancingV2Client(config(box.url))
  const LaunchTemplateId = await template(place)
  const make = (input: object = {}) =>
    asg.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'web',
        LaunchTemplate: { LaunchTemplateId, Version: '1' },
        MinSize: 2,
        MaxSize: 4,
        VPCZoneIdentifier: place.subnets.join(','),
        Tags: [
          { Key: 'Server', Value: 'ApacheWeb', PropagateAtLaunch: true },
          { Key: 'mine', Value: 'yes', PropagateAtLaunch: false },
        ],
        ...input,
      }),
    )
  const read = async () =>
    (await asg.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] }))).AutoScalingGroups![0]
  const inService = (count: number) =>
    until(read, one => {
      const members = one?.Instances ?? []
      return members.length === count && members.every(member => member.LifecycleState === 'InService')
    })
  const instances = async () => {
    const Filters = [{ Name: 'tag:aws:autoscaling:groupName', Values: ['web'] }]
    const { Reservations } = await place.ec2.send(new DescribeInstancesCommand({ Filters }))
    return Reservations!.flatMap(row => row.Instances!)
  }
  return { box, place, asg, elb, LaunchTemplateId, make, read, inService, instances }
}

it('a group starts what it wants over its zones, with its tags on the machines and not on the disks', async () => {
  const { make, inService, instances, box } = await start()
  await make()
  const group = (await inService(2))!
  expect(new Set(group.Instances!.map(one => one.AvailabilityZone)).size).toBe(2)
  const rows = await until(instances, all => all.length === 2)
  expect(rows[0]!.Tags).toContainEqual({ Key: 'Server', Value: 'ApacheWeb' })
  expect(rows[0]!.Tags!.map(tag => tag.Key)).not.toContain('mine')
  const volumes = box.inventory().filter(one => one.type === 'volume')
  expect(volumes).toHaveLength(2)
  expect(volumes[0]!.tags).toEqual({})
})

it('names are taken once, and a wrong template, subnet or size is refused', async () => {
  const { make, LaunchTemplateId } = await start()
  await make()
  expect(await codeOf(make())).toBe('AlreadyExists')
  const other = (input: object) => codeOf(make({ AutoScalingGroupName: 'other', ...input }))
  expect(await other({ LaunchTemplate: { LaunchTemplateId: 'lt-0' } })).toBe('ValidationError')
  expect(await other({ LaunchTemplate: { LaunchTemplateId, Version: '7' } })).toBe('ValidationError')
  expect(await other({ VPCZoneIdentifier: 'subnet-0' })).toBe('ValidationError')
  expect(await other({ MinSize: 3, MaxSize: 2 })).toBe('ValidationError')
  expect(await other({ TargetGroupARNs: ['arn:aws:nothing'] })).toBe('ValidationError')
  expect(await other({ AutoScalingGroupName: 'a:b' })).toBe('ValidationError')
})

it('a machine that dies is replaced, and its successor serves in its place', async () => {
  const { make, inService, place, elb, read } = await start()
  const group = { Name: 'web', Protocol: 'HTTP' as const, Port: 80, VpcId: place.vpcId }
  const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(group))
  const TargetGroupArn = TargetGroups![0]!.TargetGroupArn!
  await make({ TargetGroupARNs: [TargetGroupArn] })
  const before = (await inService(2))!.Instances!.map(one => one.InstanceId!)
  const targets = async () => {
    const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
    return TargetHealthDescriptions!.map(one => one.Target!.Id!).sort()
  }
  expect(await targets()).toEqual([...before].sort())
  await place.ec2.send(new TerminateInstancesCommand({ InstanceIds: [before[0]!] }))
  await until(read, one => one!.Instances!.every(member => member.InstanceId !== before[0]))
  const after = (await inService(2))!.Instances!.map(one => one.InstanceId!)
  expect(after).toContain(before[1])
  expect(await targets()).toEqual([...after].sort())
})

it('sizes follow what is wanted, within their bounds', async () => {
  const { make, asg, inService } = await start()
  await make()
  await inService(2)
  const resize = (DesiredCapacity: number) =>
    asg.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: 'web', DesiredCapacity }))
  expect(await codeOf(resize(9))).toBe('ValidationError')
  await resize(3)
  await inService(3)
  await resize(2)
  await inService(2)
  await asg.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', MinSize: 4, MaxSize: 4 }))
  const group = (await inService(4))!
  expect(group.DesiredCapacity).toBe(4)
  const { Activities } = await asg.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: 'web' }))
  expect(Activities!.filter(one => one.Description!.startsWith('Launching'))).toHaveLength(5)
  expect(Activities!.filter(one => one.Description!.startsWith('Terminating'))).toHaveLength(1)
})

it('a machine ended through the group can leave a place less', async () => {
  const { make, asg, inService } = await start()
  await make({ MinSize: 1, DesiredCapacity: 2 })
  const [first] = (await inService(2))!.Instances!
  const end = { InstanceId: first!.InstanceId!, ShouldDecrementDesiredCapacity: true }
  await asg.send(new TerminateInstanceInAutoScalingGroupCommand(end))
  const group = (await inService(1))!
  expect(group.DesiredCapacity).toBe(1)
  const last = { ...end, InstanceId: group.Instances![0]!.InstanceId! }
  expect(await codeOf(asg.send(new TerminateInstanceInAutoScalingGroupCommand(last)))).toBe('ValidationError')
})

it('a full group is deleted only by force, and is gone when its machines are', async () => {
  const { box, make, asg, inService, read, instances, place, LaunchTemplateId } = await start()
  await make()
  await inService(2)
  const remove = (ForceDelete: boolean) =>
    asg.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'web', ForceDelete }))
  expect(await codeOf(remove(false))).toBe('ResourceInUse')
  slow(box)
  await remove(true)
  expect((await read())!.Status).toBe('Delete in progress')
  box.world.speed = 1_000
  await until(read, one => one === undefined)
  expect((await instances()).every(one => one.State!.Name === 'terminated')).toBe(true)
  expect(await codeOf(remove(true))).toBe('ValidationError')
  await place.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }))
  const { LaunchTemplates } = await place.ec2.send(new DescribeLaunchTemplatesCommand({}))
  expect(LaunchTemplates).toEqual([])
})

it('an emptied group is deleted without force once its activities are over', async () => {
  const { box, make, asg, inService, read } = await start()
  await make()
  await inService(2)
  const none = { AutoScalingGroupName: 'web', MinSize: 0, MaxSize: 0, DesiredCapacity: 0 }
  slow(box)
  await asg.send(new UpdateAutoScalingGroupCommand(none))
  const remove = () => codeOf(asg.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'web' })))
  expect(await remove()).toBe('ResourceInUse')
  box.world.speed = 1_000
  await until(remove, word => word === 'accepted')
  await until(read, one => one === undefined)
})

it('policies are put, not made twice, and go with their group', async () => {
  const { make, asg, inService, read } = await start()
  await make()
  await inService(2)
  const put = (TargetValue: number) =>
    asg.send(
      new PutScalingPolicyCommand({
        AutoScalingGroupName: 'web',
        PolicyName: 'cpu',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingConfiguration: {
          TargetValue,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
        },
      }),
    )
  const first = await put(50)
  expect((await put(60)).PolicyARN).toBe(first.PolicyARN)
  const policies = async () => (await asg.send(new DescribePoliciesCommand({}))).ScalingPolicies!
  expect(await policies()).toMatchObject([{ PolicyName: 'cpu', TargetTrackingConfiguration: { TargetValue: 60 } }])
  await asg.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'web', ForceDelete: true }))
  await until(read, one => one === undefined)
  expect(await policies()).toEqual([])
})

it('a refresh replaces every machine by one of the new template, one after the other', async () => {
  const { box, make, asg, inService, place, LaunchTemplateId } = await start()
  await make()
  const old = (await inService(2))!.Instances!.map(one => one.InstanceId!)
  const version = { LaunchTemplateId, SourceVersion: '1', LaunchTemplateData: { InstanceType: 't4g.small' as const } }
  await place.ec2.send(new CreateLaunchTemplateVersionCommand(version))
  const wish = {
    AutoScalingGroupName: 'web',
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId, Version: '2' } },
  }
  slow(box)
  await asg.send(new StartInstanceRefreshCommand(wish))
  expect(await codeOf(asg.send(new StartInstanceRefreshCommand(wish)))).toBe('InstanceRefreshInProgress')
  box.world.speed = 1_000
  const refresh = async () =>
    (await asg.send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: 'web' }))).InstanceRefreshes![0]!
  await until(refresh, one => one.Status === 'Successful')
  const group = (await inService(2))!
  expect(group.Instances!.map(one => one.LaunchTemplate!.Version)).toEqual(['2', '2'])
  expect(group.Instances!.some(one => old.includes(one.InstanceId!))).toBe(false)
})

it('tags are found by filter, and target groups can be attached later', async () => {
  const { make, asg, inService, place, elb } = await start()
  await make()
  await inService(2)
  const Tags = [
    { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'later', Value: 'x', PropagateAtLaunch: true },
  ]
  await asg.send(new CreateOrUpdateTagsCommand({ Tags }))
  const Filters = [{ Name: 'tag:later', Values: ['x'] }]
  const find = async () => (await asg.send(new DescribeAutoScalingGroupsCommand({ Filters }))).AutoScalingGroups!
  expect((await until(find, rows => rows.length === 1))[0]!.AutoScalingGroupName).toBe('web')
  const group = { Name: 'web', Protocol: 'HTTP' as const, Port: 80, VpcId: place.vpcId }
  const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(group))
  const TargetGroupArn = TargetGroups![0]!.TargetGroupArn!
  const attach = { AutoScalingGroupName: 'web', TargetGroupARNs: [TargetGroupArn] }
  await asg.send(new AttachLoadBalancerTargetGroupsCommand(attach))
  const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
  expect(TargetHealthDescriptions).toHaveLength(2)
})

it('a machine profile that was just made is not accepted yet, and the refusal says so', async () => {
  const { box, place, make, LaunchTemplateId } = await start()
  const iam = new IAMClient(config(box.url))
  const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] })
  slow(box)
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'web' }))
  const LaunchTemplateData = { IamInstanceProfile: { Name: 'web' } }
  const version = { LaunchTemplateId, SourceVersion: '1', LaunchTemplateData }
  await place.ec2.send(new CreateLaunchTemplateVersionCommand(version))
  const wish = { LaunchTemplate: { LaunchTemplateId, Version: '2' } }
  const refusal = await make(wish).catch(error => error)
  expect(refusal).toMatchObject({
    Code: 'ValidationError',
    message: expect.stringContaining('Invalid IAM Instance Profile'),
  })
  box.world.speed = 1_000
  await iam.send(new CreateRoleCommand({ RoleName: 'web', AssumeRolePolicyDocument }))
  const add = { InstanceProfileName: 'web', RoleName: 'web' }
  await until(
    () => codeOf(iam.send(new AddRoleToInstanceProfileCommand(add))),
    word => word === 'accepted',
  )
  await until(
    () => codeOf(make(wish)),
    word => word === 'accepted',
  )
})

it('a machine that has to go serves its connections to their end before', async () => {
  const { box, make, asg, elb, place, inService, read } = await start()
  const group = { Name: 'web', Protocol: 'HTTP' as const, Port: 80, VpcId: place.vpcId }
  const { TargetGroupArn } = (await elb.send(new CreateTargetGroupCommand(group))).TargetGroups![0]!
  const front = { Name: 'front', Subnets: place.subnets, SecurityGroups: [place.front] }
  const { LoadBalancerArn } = (await elb.send(new CreateLoadBalancerCommand(front))).LoadBalancers![0]!
  const forward = [{ Type: 'forward' as const, TargetGroupArn }]
  const listener = { LoadBalancerArn, Port: 80, Protocol: 'HTTP' as const, DefaultActions: forward }
  await elb.send(new CreateListenerCommand(listener))
  await make({ MinSize: 1, DesiredCapacity: 2, TargetGroupARNs: [TargetGroupArn] })
  await inService(2)
  slow(box)
  await asg.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: 'web', DesiredCapacity: 1 }))
  travel(box, 5)
  const states = async () => {
    const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
    return TargetHealthDescriptions!.map(one => one.TargetHealth!.State)
  }
  expect((await states()).filter(state => state === 'draining')).toHaveLength(1)
  travel(box, 200)
  const leaving = (await read())!.Instances!.filter(one => one.LifecycleState === 'Terminating')
  expect(leaving).toHaveLength(1)
  travel(box, 200)
  expect((await read())!.Instances).toHaveLength(1)
  expect(await states()).toHaveLength(1)
})
