import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { operation, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { text, time, updateResource } from '../../core/resources.ts'
import { describeMember } from './description.ts'
import { groups, invalid, requireGroup } from './lookup.ts'
import { activitiesOf, dismiss, type Member, membersOf, setMember } from './members.ts'
import { reconcile } from './reconcile.ts'
import { describeActivity } from './scaling-activity.ts'

/** Machines as members of their groups. */
export const groupInstanceOperations: Record<string, Operation> = {
  'autoscaling.DescribeAutoScalingInstances': operation('InstanceIds MaxRecords NextToken', (input, call) => {
    const ids = words(input, 'InstanceIds')
    const rows = groups(call)
      .flatMap(group => membersOf(group).map(member => ({ group, member })))
      .filter(({ member }) => ids.length === 0 || ids.includes(member.id))
    const { rows: some, next } = page(input, rows, { limit: 'MaxRecords', size: 50 })
    return {
      AutoScalingInstances: some.map(({ group, member }) => {
        const shown = describeMember(call, group, member)
        return {
          ...shown,
          AutoScalingGroupName: text(group, 'name'),
          HealthStatus: String(shown.HealthStatus).toUpperCase(),
        }
      }),
      ...nextToken(next),
    }
  }),
  'autoscaling.TerminateInstanceInAutoScalingGroup': operation(
    'InstanceId ShouldDecrementDesiredCapacity',
    (input, call) => {
      const { group, member } = memberOf(call, word(input, 'InstanceId'))
      const less = input.ShouldDecrementDesiredCapacity === true
      if (less && time(group, 'desired') - 1 < time(group, 'min')) {
        invalid(
          `Currently, desiredSize equals minSize (${time(group, 'min')}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
        )
      }
      if (less) updateResource(call, group, { desired: time(group, 'desired') - 1 })
      dismiss(
        call,
        group,
        member,
        `At ${date(call, call.world.now())} instance ${member.id} was taken out of service in response to a user request.`,
      )
      const activity = activitiesOf(group).at(-1)!
      reconcile(call, group)
      return { Activity: describeActivity(call, group, activity) }
    },
  ),
  'autoscaling.SetInstanceHealth': operation('InstanceId HealthStatus ShouldRespectGracePeriod', (input, call) => {
    const { group, member } = memberOf(call, word(input, 'InstanceId'))
    const health = word(input, 'HealthStatus')
    if (!['Healthy', 'Unhealthy'].includes(health)) invalid(`Valid instance health states are: [Healthy, Unhealthy].`)
    setMember(call, group, member.id, { markedUnhealthy: health === 'Unhealthy' })
    return {}
  }),
  'autoscaling.SetInstanceProtection': operation(
    'InstanceIds AutoScalingGroupName ProtectedFromScaleIn',
    (input, call) => {
      const group = requireGroup(call, input)
      for (const id of words(input, 'InstanceIds')) {
        if (!membersOf(group).some(one => one.id === id))
          invalid(`The instance ${id} is not part of Auto Scaling group ${text(group, 'name')}.`)
        setMember(call, group, id, { protectedFromScaleIn: input.ProtectedFromScaleIn === true })
      }
      return {}
    },
  ),
}

function memberOf(call: Call, id: string): { group: Resource; member: Member } {
  for (const group of groups(call)) {
    const member = membersOf(group).find(one => one.id === id && one.state === 'in')
    if (member) return { group, member }
  }
  return invalid(`Instance Id not found - No managed instance found for instance ID: ${id}`)
}
