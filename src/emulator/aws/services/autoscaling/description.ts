import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { object } from '../../core/input.ts'
import { findResource, text, texts, time } from '../../core/resources.ts'
import { tagRows } from './lookup.ts'
import { lifecycle, type Member, membersOf } from './members.ts'

/** A group as `DescribeAutoScalingGroups` shows it. */
export function describeGroup(call: Call, group: Resource): JsonObject {
  const warmup = time(group, 'warmup')
  return {
    AutoScalingGroupName: text(group, 'name'),
    AutoScalingGroupARN: group.id,
    LaunchTemplate: object(group.data, 'template'),
    MinSize: time(group, 'min'),
    MaxSize: time(group, 'max'),
    DesiredCapacity: time(group, 'desired'),
    DefaultCooldown: time(group, 'cooldown'),
    AvailabilityZones: zonesOf(call, group),
    LoadBalancerNames: [],
    TargetGroupARNs: texts(group, 'targetGroups'),
    TrafficSources: texts(group, 'targetGroups').map(Identifier => ({ Identifier, Type: 'elbv2' })),
    HealthCheckType: text(group, 'checkType'),
    HealthCheckGracePeriod: time(group, 'grace'),
    Instances: membersOf(group).map(one => describeMember(call, group, one)),
    CreatedTime: date(call, group.born),
    SuspendedProcesses: texts(group, 'suspended').map(ProcessName => ({
      ProcessName,
      SuspensionReason: 'User suspended',
    })),
    VPCZoneIdentifier: texts(group, 'subnets').join(','),
    EnabledMetrics: [],
    Tags: tagRows(group),
    TerminationPolicies: texts(group, 'policies').length > 0 ? texts(group, 'policies') : ['Default'],
    NewInstancesProtectedFromScaleIn: group.data.protects === true,
    ServiceLinkedRoleARN: `arn:aws:iam::${call.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    ...(warmup >= 0 && { DefaultInstanceWarmup: warmup }),
    ...(group.data.deleting === true && { Status: 'Delete in progress' }),
  }
}

/** A member as the group's description lists it. */
export function describeMember(call: Call, group: Resource, member: Member): JsonObject {
  const instance = findResource(call, 'instance', member.id)
  const template = object(group.data, 'template')
  return {
    InstanceId: member.id,
    InstanceType: instance ? text(instance, 'type') : '',
    AvailabilityZone: instance ? text(instance, 'zone') : '',
    LifecycleState: lifecycle(call, member),
    HealthStatus: member.lostAt > 0 || member.markedUnhealthy ? 'Unhealthy' : 'Healthy',
    LaunchTemplate: {
      LaunchTemplateId: String(template.LaunchTemplateId),
      LaunchTemplateName: String(template.LaunchTemplateName),
      Version: member.version,
    },
    ProtectedFromScaleIn: member.protectedFromScaleIn,
  }
}

function zonesOf(call: Call, group: Resource): string[] {
  return [
    ...new Set(
      texts(group, 'subnets').flatMap(id => {
        const subnet = findResource(call, 'subnet', id)
        return subnet ? [text(subnet, 'zone')] : []
      }),
    ),
  ]
}
