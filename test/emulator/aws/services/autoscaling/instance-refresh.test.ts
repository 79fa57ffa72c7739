import {
  AttachLoadBalancerTargetGroupsCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribePoliciesCommand,
  PutScalingPolicyCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateVersionCommand } from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam'
import { expect, it } from 'vitest'
import { slow, travel } from '../../ground.ts'
import { codeOf, config, until } from '../../support.ts'
import { start } from './fleet.ts'

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
