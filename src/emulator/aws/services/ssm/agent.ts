import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { object, objects, operation, refuse, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { findResource, resourcesOf, text, texts, time } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { imageOf } from '../ec2/image.ts'
import { privateName } from '../ec2/instance-description.ts'
import { runsSince } from '../ec2/instance-state.ts'
import { publicIpOf } from '../ec2/network-interface.ts'
import { wayOut } from '../ec2/route.ts'
import { letsOut, rulesOf } from '../ec2/security-group-rule.ts'
import { roleOfProfile } from '../iam/instance-profile.ts'

/** The Systems Manager agent on each instance: it reports when it may and can. */
export const agentOperations: Record<string, Operation> = {
  'ssm.DescribeInstanceInformation': operation(
    'Filters InstanceInformationFilterList MaxResults NextToken',
    (input, call) => {
      const asked = [
        ...objects(input, 'Filters').map(one => ({ key: word(one, 'Key'), values: words(one, 'Values') })),
        ...objects(input, 'InstanceInformationFilterList').map(one => ({
          key: word(one, 'key'),
          values: words(one, 'valueSet'),
        })),
      ]
      const found = resourcesOf(call, 'instance').filter(
        one => isOnline(call, one) && asked.every(({ key, values }) => fits(call, one, key, values)),
      )
      const { rows, next } = page(input, found, { size: 50 })
      return { InstanceInformationList: rows.map(one => describe(call, one)), ...nextToken(next) }
    },
  ),
}

/**
 * Whether the agent is there: the instance has run long enough, its role lets it, and it has a way out.
 * What is missing is what a real machine would lack.
 */
export function isOnline(call: Call, instance: Resource): boolean {
  const since = runsSince(call, instance)
  if (since === undefined || call.world.now() < since + times.agent) return false
  return mayReport(call, instance) && hasWayOut(call, instance)
}

function mayReport(call: Call, instance: Resource): boolean {
  const role = roleOfProfile(call, text(instance, 'profileArn'))
  if (!role) return false
  const policies = [...texts(role, 'attached'), ...Object.values(object(role.data, 'inline')).map(String)]
  return policies.some(one =>
    /policy\/(AmazonSSMManagedInstanceCore|AdministratorAccess)$|ssmmessages:|ssm:\*/.test(one),
  )
}

function hasWayOut(call: Call, instance: Resource): boolean {
  const subnet = findResource(call, 'subnet', text(instance, 'subnetId'))
  const port = findResource(call, 'network-interface', text(instance, 'interfaceId'))
  if (!subnet || !port) return false
  const way = wayOut(call, subnet)
  if (way === 'none' || (way === 'internet' && publicIpOf(call, port) === '')) return false
  const rules = texts(port, 'groups').flatMap(id => {
    const group = findResource(call, 'security-group', id)
    return group ? rulesOf(group) : []
  })
  return letsOut(rules, 443)
}

function fits(call: Call, instance: Resource, key: string, values: string[]): boolean {
  if (key.startsWith('tag:')) return values.includes(instance.tags[key.slice(4)] ?? '')
  if (key === 'tag-key') return values.some(value => value in instance.tags)
  const reads: Record<string, string> = {
    InstanceIds: instance.id,
    PingStatus: 'Online',
    PlatformTypes: 'Linux',
    ResourceType: 'EC2Instance',
    IamRole: roleOfProfile(call, text(instance, 'profileArn'))?.id ?? '',
  }
  const value = reads[key]
  return value === undefined ? refuse(400, 'InvalidInstanceInformationFilterValue', key) : values.includes(value)
}

function describe(call: Call, instance: Resource): JsonObject {
  const now = call.world.now()
  const role = roleOfProfile(call, text(instance, 'profileArn'))
  const [platform = '', version = ''] = imageOf(call.region, text(instance, 'imageId')).description.split(/ (?=\d)/)
  return {
    InstanceId: instance.id,
    PingStatus: 'Online',
    LastPingDateTime: date(call, now - (now % 60_000)),
    AgentVersion: '3.3.2299.0',
    IsLatestVersion: true,
    PlatformType: 'Linux',
    PlatformName: platform,
    PlatformVersion: version.split(' ')[0] ?? '',
    ResourceType: 'EC2Instance',
    SourceType: 'AWS::EC2::Instance',
    SourceId: instance.id,
    IPAddress: text(instance, 'privateIp'),
    ComputerName: privateName(call, text(instance, 'privateIp')),
    RegistrationDate: date(call, time(instance, 'thereAt') + times.agent),
    ...(role && { IamRole: text(role, 'name') }),
  }
}
