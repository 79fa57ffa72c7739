import type { Json, JsonObject } from '../../../../base/json.ts'
import { parseAddress, parseCidr } from '../../../world/cidr.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date, newId } from '../../core/ids.ts'
import {
  checkText,
  ecsName,
  flag,
  isObject,
  jsonWords,
  objects,
  operation,
  refuse,
  requireParameter,
  word,
  words,
} from '../../core/input.ts'
import { byToken, pageOrToken } from '../../core/page.ts'
import {
  createResource,
  findResource,
  listedResources,
  resourcesOf,
  text,
  updateResource,
} from '../../core/resources.ts'
import { byTags, newTags, tagKeyValue } from '../../core/tags.ts'
import { usableVpc } from '../vpc/vpc.ts'

const rule =
  'Permissions IpProtocol PortRange SourceCidrIp SourceGroupId DestCidrIp Policy Priority Description NicType SourcePortRange'

export const securityGroupOperations = {
  'ecs.CreateSecurityGroup': operation('VpcId SecurityGroupName SecurityGroupType Description Tag', (input, call) => {
    const vpcId = word(input, 'VpcId')
    if (vpcId === '') refuse(400, 'MissingParameter.VpcId', 'A security group of this region needs a VPC.')
    const vpc = usableVpc(call, input, vpcId)
    checkText(word(input, 'SecurityGroupName'), 2, 128, 'InvalidSecurityGroupName.Malformed', ecsName)
    checkText(word(input, 'Description'), 2, 256, 'InvalidSecurityGroupDiscription.Malformed')
    const data = {
      name: word(input, 'SecurityGroupName'),
      description: word(input, 'Description'),
      kind: word(input, 'SecurityGroupType') || 'normal',
      vpcId,
      permissions: [],
    }
    return {
      SecurityGroupId: createResource(call, 'security-group', newId(call, 'sg'), data, newTags(input), vpc.region).id,
    }
  }),
  'ecs.DescribeSecurityGroups': operation(
    'SecurityGroupId SecurityGroupIds SecurityGroupName SecurityGroupType VpcId NetworkType Tag FuzzyQuery IsQueryEcsCount PageNumber PageSize MaxResults NextToken',
    (input, call) => {
      const one = word(input, 'SecurityGroupId')
      const ids = one === '' ? jsonWords(input, 'SecurityGroupIds') : [one]
      const name = word(input, 'SecurityGroupName')
      const groups = (ids ? resourcesOf(call, 'security-group') : listedResources(call, 'security-group')).filter(
        group =>
          (ids?.includes(group.id) ?? true) &&
          (name === '' ||
            (flag(input, 'FuzzyQuery') ? text(group, 'name').includes(name) : text(group, 'name') === name)) &&
          (word(input, 'VpcId') === '' || text(group, 'vpcId') === word(input, 'VpcId')) &&
          (word(input, 'SecurityGroupType') === '' || text(group, 'kind') === word(input, 'SecurityGroupType')) &&
          word(input, 'NetworkType') !== 'classic',
      )
      const { rows, head } = pageOrToken(input, byTags(input, groups), 10, 100)
      return {
        ...head,
        RegionId: call.region,
        SecurityGroups: { SecurityGroup: rows.map(group => describe(call, group)) },
      }
    },
  ),
  'ecs.DescribeSecurityGroupAttribute': operation(
    'SecurityGroupId Direction NicType MaxResults NextToken',
    (input, call) => {
      const group = securityGroupOf(call, input, requireParameter(input, 'SecurityGroupId'))
      const asked = word(input, 'Direction') !== 'egress' && ['', 'intranet'].includes(word(input, 'NicType'))
      const rules = asked ? rulesOf(group) : []
      const { rows, next } = byToken(input, rules, 500, 1000)
      return {
        RegionId: group.region,
        SecurityGroupId: group.id,
        SecurityGroupName: text(group, 'name'),
        Description: text(group, 'description'),
        VpcId: text(group, 'vpcId'),
        InnerAccessPolicy: 'Accept',
        NextToken: next,
        Permissions: { Permission: rows },
      }
    },
  ),
  'ecs.AuthorizeSecurityGroup': operation(`SecurityGroupId ${rule}`, (input, call) => {
    const group = securityGroupOf(call, input, requireParameter(input, 'SecurityGroupId'))
    const rules = rulesOf(group)
    for (const asked of permissions(input)) {
      const made = permission(call, asked)
      // One that is there already is not added again, and that is no error.
      if (!rules.some(one => sameRule(one, made))) rules.push(made)
    }
    if (rules.length > 200) refuse(403, 'AuthorizationLimitExceed', 'The limit of authorization records is reached.')
    updateResource(call, group, { permissions: rules })
    return {}
  }),
  'ecs.RevokeSecurityGroup': operation(`SecurityGroupId SecurityGroupRuleId ${rule}`, (input, call) => {
    const group = securityGroupOf(call, input, requireParameter(input, 'SecurityGroupId'))
    const ids = words(input, 'SecurityGroupRuleId')
    const asked = ids.length > 0 ? [] : permissions(input).map(one => permission(call, one))
    const left = rulesOf(group).filter(
      one => !ids.includes(String(one.SecurityGroupRuleId)) && !asked.some(other => sameRule(one, other)),
    )
    updateResource(call, group, { permissions: left })
    return {}
  }),
  'ecs.DeleteSecurityGroup': operation('SecurityGroupId', (input, call) => {
    const group = securityGroupOf(call, input, requireParameter(input, 'SecurityGroupId'))
    const users = resourcesOf(call, 'network-interface').some(one => (one.data.groups as string[]).includes(group.id))
    const foreign = resourcesOf(call, 'security-group').some(
      other => other.id !== group.id && rulesOf(other).some(one => one.SourceGroupId === group.id),
    )
    if (users || foreign) {
      refuse(
        403,
        'DependencyViolation',
        'There is still instance(s) or security group rule(s) using the security group.',
      )
    }
    call.world.drop(group)
    return {}
  }),
  'ecs.ModifySecurityGroupAttribute': operation('SecurityGroupId SecurityGroupName Description', (input, call) => {
    const group = securityGroupOf(call, input, requireParameter(input, 'SecurityGroupId'))
    checkText(word(input, 'SecurityGroupName'), 2, 128, 'InvalidSecurityGroupName.Malformed', ecsName)
    if (word(input, 'SecurityGroupName') !== '') updateResource(call, group, { name: word(input, 'SecurityGroupName') })
    if ('Description' in input) updateResource(call, group, { description: word(input, 'Description') })
    return {}
  }),
}

/** The group of that id, or ECS's refusal. */
export function securityGroupOf(call: Call, input: JsonObject, id: string): Resource {
  const group = findResource(call, input, 'security-group', id)
  return group ?? refuse(404, 'InvalidSecurityGroupId.NotFound', `The specified SecurityGroupId ${id} does not exist.`)
}

function rulesOf(group: Resource): JsonObject[] {
  const rules: Json = group.data.permissions ?? []
  return Array.isArray(rules) ? rules.filter(isObject) : []
}

/** `Permissions.N`, or the older way of one rule in flat parameters. */
function permissions(input: JsonObject): JsonObject[] {
  const list = objects(input, 'Permissions')
  if (list.length > 100) refuse(400, 'InvalidPermissions.Exceed', 'At most 100 rules a call.')
  if (list.length > 0) return list
  requireParameter(input, 'IpProtocol')
  return [input]
}

function permission(call: Call, asked: JsonObject): JsonObject {
  const protocol = requireParameter(asked, 'IpProtocol').toUpperCase()
  if (!['TCP', 'UDP', 'ICMP', 'ICMPV6', 'GRE', 'ALL'].includes(protocol)) {
    refuse(400, 'InvalidIpProtocol.ValueNotSupported', 'The specified IpProtocol does not exist.')
  }
  const ports = requireParameter(asked, 'PortRange')
  checkPorts(protocol, ports)
  const source = word(asked, 'SourceCidrIp')
  const group = word(asked, 'SourceGroupId')
  if (source === '' && group === '')
    refuse(400, 'MissingParameter.Source', 'One of SourceCidrIp and SourceGroupId is mandatory.')
  if (group !== '') securityGroupOf(call, {}, group)
  if (source !== '' && !parseCidr(source) && parseAddress(source) === undefined) {
    refuse(400, 'InvalidParam.SourceIp', 'The Parameters SourceCidrIp is not valid.')
  }
  const priority = word(asked, 'Priority') || '1'
  if (!/^([1-9]\d?|100)$/.test(priority)) refuse(400, 'InvalidPriority.ValueNotSupported', 'Priority must be 1 to 100.')
  const policy = (word(asked, 'Policy') || 'accept').toLowerCase()
  if (policy !== 'accept' && policy !== 'drop')
    refuse(400, 'InvalidPolicy.Malformed', 'The specified Policy is not valid.')
  checkText(word(asked, 'Description'), 1, 512, 'InvalidSecurityGroupDescription.Malformed')
  return {
    SecurityGroupRuleId: newId(call, 'sgr'),
    Direction: 'ingress',
    NicType: 'intranet',
    IpProtocol: protocol,
    PortRange: ports,
    SourceCidrIp: source,
    SourceGroupId: group,
    Policy: policy === 'accept' ? 'Accept' : 'Drop',
    Priority: priority,
    Description: word(asked, 'Description'),
    CreateTime: date(call, call.world.now()),
  }
}

function checkPorts(protocol: string, ports: string): void {
  const match = /^(-?\d+)\/(-?\d+)$/.exec(ports)
  const [low, high] = [Number(match?.[1]), Number(match?.[2])]
  const whole = low === -1 && high === -1
  const ranged = low >= 1 && high <= 65535 && low <= high
  if (!match || !(protocol === 'TCP' || protocol === 'UDP' ? ranged : whole)) {
    refuse(400, 'InvalidPortRange.Malformed', `The specified PortRange ${ports} is not valid for ${protocol}.`)
  }
}

function sameRule(one: JsonObject, other: JsonObject): boolean {
  return ['IpProtocol', 'PortRange', 'SourceCidrIp', 'SourceGroupId', 'Policy', 'Priority'].every(
    field => one[field] === other[field],
  )
}

function describe(call: Call, group: Resource): JsonObject {
  return {
    SecurityGroupId: group.id,
    SecurityGroupName: text(group, 'name'),
    SecurityGroupType: text(group, 'kind'),
    Description: text(group, 'description'),
    VpcId: text(group, 'vpcId'),
    CreationTime: date(call, group.born),
    RuleCount: rulesOf(group).length,
    EcsCount: resourcesOf(call, 'instance').filter(one => (one.data.groups as string[]).includes(group.id)).length,
    ResourceGroupId: '',
    ServiceManaged: false,
    Tags: tagKeyValue(group),
  }
}
