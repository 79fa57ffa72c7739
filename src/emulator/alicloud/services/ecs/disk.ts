import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Thing } from '../../../world/model.ts'
import { all, date, find, jsonWords, listed, operation, owner, text, word, words } from '../../core/input.ts'
import { pageOrToken } from '../../core/page.ts'
import { byTags, tagActions, tagKeyValue } from '../../core/tags.ts'
import { keyPair } from './key-pair.ts'

const types = {
  instance: 'instance',
  disk: 'disk',
  securitygroup: 'security-group',
  eni: 'network-interface',
  keypair: 'key-pair',
  command: 'command',
}
const tags = tagActions(types, (call, input, type, id) =>
  type === 'key-pair' ? keyPair(call, id) : find(call, input, type, id),
)

/** Disks and network interfaces, which come and go with their machines; and ECS's tag actions. */
export const partOperations = {
  'ecs.DescribeDisks': operation(
    'DiskIds InstanceId DiskName DiskType Category DiskChargeType Status ZoneId Portable DeleteWithInstance Tag PageNumber PageSize MaxResults NextToken',
    (input, call) => {
      const ids = jsonWords(input, 'DiskIds')
      const disks = (ids ? all(call, 'disk') : listed(call, 'disk')).filter(
        disk =>
          (ids?.includes(disk.id) ?? true) &&
          is(input, 'InstanceId', text(disk, 'instanceId')) &&
          is(input, 'DiskName', text(disk, 'name')) &&
          is(input, 'Category', text(disk, 'category')) &&
          is(input, 'ZoneId', text(disk, 'zone')) &&
          ['', 'all', 'system'].includes(word(input, 'DiskType')) &&
          ['', 'PostPaid'].includes(word(input, 'DiskChargeType')) &&
          ['', 'All', 'In_use'].includes(word(input, 'Status')) &&
          word(input, 'Portable') !== 'true' &&
          word(input, 'DeleteWithInstance') !== 'false',
      )
      const { rows, head } = pageOrToken(input, byTags(input, disks), 10, 100)
      return { ...head, Disks: { Disk: rows.map(disk => describeDisk(call, disk)) } }
    },
  ),
  'ecs.DescribeNetworkInterfaces': operation(
    'NetworkInterfaceId InstanceId VSwitchId VpcId SecurityGroupId PrimaryIpAddress PrivateIpAddress Type Status ServiceManaged Tag PageNumber PageSize MaxResults NextToken',
    (input, call) => {
      const ids = words(input, 'NetworkInterfaceId')
      const addresses = words(input, 'PrivateIpAddress')
      const ports = (ids.length > 0 ? all(call, 'network-interface') : listed(call, 'network-interface')).filter(
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
      return { ...head, NetworkInterfaceSets: { NetworkInterfaceSet: rows.map(port => describePort(call, port)) } }
    },
  ),
  'ecs.TagResources': tags.tag,
  'ecs.UntagResources': tags.untag,
  'ecs.ListTagResources': tags.list,
  'ecs.AddTags': operation('ResourceType ResourceId Tag', (input, call) =>
    tags.tag({ ...input, ResourceId: [word(input, 'ResourceId')] }, call),
  ),
}

function is(input: JsonObject, name: string, value: string): boolean {
  return word(input, name) === '' || word(input, name) === value
}

function groupsOf(thing: Thing): string[] {
  const groups = thing.data.groups
  return Array.isArray(groups) ? groups.map(String) : []
}

function describeDisk(call: Call, disk: Thing): JsonObject {
  return {
    DiskId: disk.id,
    DiskName: text(disk, 'name'),
    Description: text(disk, 'description'),
    Category: text(disk, 'category'),
    PerformanceLevel: text(disk, 'level'),
    Size: Number(disk.data.size),
    Type: 'system',
    Status: 'In_use',
    Device: '/dev/xvda',
    InstanceId: text(disk, 'instanceId'),
    ImageId: text(disk, 'imageId'),
    DiskChargeType: 'PostPaid',
    DeleteWithInstance: true,
    DeleteAutoSnapshot: false,
    EnableAutoSnapshot: true,
    Encrypted: false,
    Portable: false,
    RegionId: disk.region,
    ZoneId: text(disk, 'zone'),
    CreationTime: date(call, disk.born),
    AttachedTime: date(call, disk.born),
    Attachments: {
      Attachment: [{ InstanceId: text(disk, 'instanceId'), Device: '/dev/xvda', AttachedTime: date(call, disk.born) }],
    },
    OperationLocks: { OperationLock: [] },
    Tags: tagKeyValue(disk),
  }
}

function describePort(call: Call, port: Thing): JsonObject {
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
