import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date, owner } from '../../core/ids.ts'
import { operation, word, words } from '../../core/input.ts'
import { pageOrToken } from '../../core/page.ts'
import { listedResources, resourcesOf, text } from '../../core/resources.ts'
import { byTags, tagKeyValue } from '../../core/tags.ts'

/** Network interfaces, which come and go with their machines. */
export const networkInterfaceOperations = {
  'ecs.DescribeNetworkInterfaces': operation(
    'NetworkInterfaceId InstanceId VSwitchId VpcId SecurityGroupId PrimaryIpAddress PrivateIpAddress Type Status ServiceManaged Tag PageNumber PageSize MaxResults NextToken',
    (input, call) => {
      const ids = words(input, 'NetworkInterfaceId')
      const addresses = words(input, 'PrivateIpAddress')
      const ports = (
        ids.length > 0 ? resourcesOf(call, 'network-interface') : listedResources(call, 'network-interface')
      ).filter(
        port =>
          (ids.length === 0 || ids.includes(port.id)) &&
          (addresses.length === 0 || addresses.includes(text(port, 'privateIp'))) &&
          is(input, 'InstanceId', text(port, 'instanceId')) &&
          is(input, 'VSwitchId', text(port, 'vswitchId')) &&
          is(input, 'VpcId', text(port, 'vpcId')) &&
          is(input, 'PrimaryIpAddress', text(port, 'privateIp')) &&
          is(input, 'Type', 'Primary') &&
          is(input, 'Status', 'InUse') &&
          word(input, 'ServiceManaged') !== 'true' &&
          (word(input, 'SecurityGroupId') === '' || groupsOf(port).includes(word(input, 'SecurityGroupId'))),
      )
      const { rows, head } = pageOrToken(input, byTags(input, ports), 10, 100)
      return { ...head, NetworkInterfaceSets: { NetworkInterfaceSet: rows.map(port => describe(call, port)) } }
    },
  ),
}

function is(input: JsonObject, name: string, value: string): boolean {
  return word(input, name) === '' || word(input, name) === value
}

function groupsOf(resource: Resource): string[] {
  const groups = resource.data.groups
  return Array.isArray(groups) ? groups.map(String) : []
}

function describe(call: Call, port: Resource): JsonObject {
  return {
    NetworkInterfaceId: port.id,
    NetworkInterfaceName: '',
    Description: '',
    Type: 'Primary',
    Status: 'InUse',
    InstanceId: text(port, 'instanceId'),
    VpcId: text(port, 'vpcId'),
    VSwitchId: text(port, 'vswitchId'),
    ZoneId: text(port, 'zone'),
    MacAddress: text(port, 'mac'),
    PrivateIpAddress: text(port, 'privateIp'),
    PrivateIpSets: { PrivateIpSet: [{ PrivateIpAddress: text(port, 'privateIp'), Primary: true }] },
    SecurityGroupIds: { SecurityGroupId: groupsOf(port) },
    CreationTime: date(call, port.born),
    DeleteOnRelease: true,
    ServiceManaged: false,
    OwnerId: String(owner(call)),
    Tags: tagKeyValue(port),
  }
}
