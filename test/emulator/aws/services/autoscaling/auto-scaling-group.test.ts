import {
  DeleteAutoScalingGroupCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  DeleteLaunchTemplateCommand,
  DescribeLaunchTemplatesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { CreateTargetGroupCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, it } from 'vitest'
import { slow } from '../../ground.ts'
import { codeOf, until } from '../../support.ts'
import { start } from './fleet.ts'

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
