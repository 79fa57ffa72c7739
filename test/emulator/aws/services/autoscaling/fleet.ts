import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling'
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ground, template } from '../../ground.ts'
import { config, sandbox, until } from '../../support.ts'

/** Ground for Auto Scaling groups, and what most tests ask of it. */
export async function start() {
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
