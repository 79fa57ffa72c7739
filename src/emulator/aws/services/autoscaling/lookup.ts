import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { objects, refuse, word } from '../../core/input.ts'
import { listedResources, resourcesOf, text } from '../../core/resources.ts'
import { type TagCodes, tagsOf } from '../../core/tags.ts'

/** How Auto Scaling finds and tags its groups. A group's id is its ARN; calls use its name. */

/** How Auto Scaling refuses tags. */
export const asgTagCodes: TagCodes = { bad: 'ValidationError', tooMany: 'LimitExceededFault' }

/** Refuses with `ValidationError`. */
export function invalid(message: string): never {
  return refuse(400, 'ValidationError', message)
}

/** What lists show: a fresh group is in them after a moment. */
export function groups(call: Call): Resource[] {
  return listedResources(call, 'auto-scaling-group')
}

/** The Auto Scaling group of that name, if it is there. */
export function groupNamed(call: Call, name: string): Resource | undefined {
  return resourcesOf(call, 'auto-scaling-group').find(one => text(one, 'name') === name)
}

/** The Auto Scaling group that the call names. Refused when it is not there. */
export function requireGroup(call: Call, input: JsonObject): Resource {
  const name = word(input, 'AutoScalingGroupName')
  return groupNamed(call, name) ?? invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`)
}

/** The tags of a group, and which of them its machines get too. */
export function readTags(
  input: JsonObject,
  group: string,
): { tags: Record<string, string>; propagate: Record<string, boolean> } {
  const list = objects(input, 'Tags')
  for (const one of list) {
    if (!['', group].includes(word(one, 'ResourceId'))) invalid(`The tag's ResourceId must be ${group}.`)
    if (!['', 'auto-scaling-group'].includes(word(one, 'ResourceType'))) {
      invalid("The tag's ResourceType must be auto-scaling-group.")
    }
  }
  const propagate = Object.fromEntries(list.map(one => [word(one, 'Key'), one.PropagateAtLaunch === true]))
  return { tags: tagsOf(list, asgTagCodes), propagate }
}

/** Tags as Auto Scaling shows them. */
export function tagRows(group: Resource): JsonObject[] {
  const propagate = (group.data.propagate ?? {}) as Record<string, boolean>
  return Object.entries(group.tags).map(([Key, Value]) => ({
    ResourceId: text(group, 'name'),
    ResourceType: 'auto-scaling-group',
    Key,
    Value,
    PropagateAtLaunch: propagate[Key] === true,
  }))
}
