import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filteredThings } from '../../core/filters.ts'
import { arn, newId } from '../../core/ids.ts'
import { operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import {
  createResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
  texts,
  time,
} from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { dependency, ec2Find, inVpc } from './lookup.ts'
import { openEgress, permissionsOf, rulesOf } from './security-group-rule.ts'
import { newTags } from './tags.ts'

const perRegion = 2500
const charset = /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/

export const securityGroupOperations: Record<string, Operation> = {
  'ec2.CreateSecurityGroup': operation('GroupName Description VpcId TagSpecifications', (input, call) => {
    const name = requireParameter(input, 'GroupName')
    const description = requireParameter(input, 'Description')
    const vpcId = word(input, 'VpcId')
    if (vpcId === '') refuse(400, 'VPCIdNotSpecified', 'No default VPC for this user')
    const vpc = ec2Find(call, 'vpc', vpcId)
    checkName(name, description)
    const tags = newTags(input, 'security-group')
    if (inVpc(call, 'security-group', vpc.id).some(one => text(one, 'name').toLowerCase() === name.toLowerCase())) {
      refuse(400, 'InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpc.id}'`)
    }
    if (resourcesOf(call, 'security-group').length >= perRegion)
      refuse(400, 'SecurityGroupLimitExceeded', 'The maximum number of security groups has been reached.')
    const group = createGroup(call, vpc, { name, description, tags })
    return { GroupId: group.id, SecurityGroupArn: arnOf(call, group), Tags: tagList(group) }
  }),
  'ec2.DescribeSecurityGroups': operation('GroupIds GroupNames Filters MaxResults NextToken', (input, call) => {
    const ids = words(input, 'GroupIds')
    // Group names are for the default VPC only, which no account here has.
    if (words(input, 'GroupNames').length > 0) refuse(400, 'VPCIdNotSpecified', 'No default VPC for this user')
    const resources =
      ids.length > 0 ? ids.map(id => ec2Find(call, 'security-group', id)) : listedResources(call, 'security-group')
    const found = filteredThings(input, resources, {
      'group-id': one => one.id,
      'group-name': one => text(one, 'name'),
      description: one => text(one, 'description'),
      'vpc-id': one => text(one, 'vpcId'),
      'owner-id': () => call.account,
      'ip-permission.group-id': one => rulesOf(one).flatMap(rule => (rule.egress ? [] : (rule.groupId ?? []))),
      'ip-permission.cidr': one => rulesOf(one).flatMap(rule => (rule.egress ? [] : (rule.cidr ?? []))),
    })
    const { rows, next } = page(input, found)
    return { SecurityGroups: rows.map(one => describe(call, one)), ...nextToken(next) }
  }),
  'ec2.DeleteSecurityGroup': operation('GroupId GroupName', (input, call) => {
    const group = ec2Find(call, 'security-group', requireParameter(input, 'GroupId'))
    if (group.data.isDefault === true)
      refuse(400, 'CannotDelete', `the specified group: "${group.id}" name: "default" cannot be deleted by a user`)
    const used = resourcesOf(call, 'network-interface').some(one => texts(one, 'groups').includes(group.id))
    const named = resourcesOf(call, 'security-group').some(
      other => other.id !== group.id && rulesOf(other).some(rule => rule.groupId === group.id),
    )
    if (used || named || call.world.now() < time(group, 'heldUntil'))
      dependency(`resource ${group.id} has a dependent object`)
    removeResource(call, group)
    return { Return: true, GroupId: group.id }
  }),
}

/** A group that lets everything out and nothing in; the VPC's own also lets its members in. */
export function createGroup(
  call: Call,
  vpc: Resource,
  of: { name: string; description: string; tags?: Record<string, string>; isDefault?: boolean },
): Resource {
  const id = newId(call, 'sg')
  const inside = of.isDefault ? [{ ...openEgress(call), egress: false, cidr: null, groupId: id }] : []
  const data = {
    name: of.name,
    description: of.description,
    vpcId: vpc.id,
    isDefault: of.isDefault === true,
    rules: [openEgress(call), ...inside],
  }
  return createResource(call, 'security-group', id, data, of.tags ? { tags: of.tags } : {})
}

/** A security group's ARN. */
export function arnOf(call: Call, group: Resource): string {
  return arn(call, 'ec2', `security-group/${group.id}`)
}

function checkName(name: string, description: string): void {
  const bad = (what: string, value: string) => {
    const words = `Value (${value}) for parameter ${what} is invalid. Character sets beyond ASCII are not supported.`
    return refuse(400, 'InvalidParameterValue', words)
  }
  if (name.length > 255 || !charset.test(name)) bad('GroupName', name)
  if (description.length > 255 || !charset.test(description)) bad('GroupDescription', description)
  if (/^sg-/i.test(name)) {
    refuse(
      400,
      'InvalidParameterValue',
      `Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    )
  }
  if (name.toLowerCase() === 'default')
    refuse(400, 'InvalidParameterValue', `Cannot use reserved security group name: ${name}`)
}

function describe(call: Call, group: Resource): JsonObject {
  return {
    GroupId: group.id,
    GroupName: text(group, 'name'),
    Description: text(group, 'description'),
    VpcId: text(group, 'vpcId'),
    OwnerId: call.account,
    SecurityGroupArn: arnOf(call, group),
    IpPermissions: permissionsOf(call, group, false),
    IpPermissionsEgress: permissionsOf(call, group, true),
    Tags: tagList(group),
  }
}

/** The groups an action names, all in one VPC. */
export function groupsIn(call: Call, ids: string[], vpcId: string, place: string): string[] {
  return ids.map(id => {
    const group = ec2Find(call, 'security-group', id)
    if (group.data.vpcId !== vpcId)
      refuse(400, 'InvalidParameter', `Security group ${id} and ${place} belong to different networks.`)
    return id
  })
}

/** The group a VPC's interfaces get when none is named. */
export function defaultGroup(call: Call, vpcId: string): string[] {
  return inVpc(call, 'security-group', vpcId)
    .filter(one => one.data.isDefault === true)
    .map(one => one.id)
}
