import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import type { Reads } from '../../core/filters.ts'
import { date } from '../../core/ids.ts'
import { object } from '../../core/input.ts'
import { findResource, text, texts, time } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { volumesOf } from './instance-lifecycle.ts'
import { instanceState, runsSince, stateBlock } from './instance-state.ts'
import { associationOf, groupNames, publicIpOf, publicName } from './network-interface.ts'
import { zoneOf } from './subnet.ts'

/** Instances as the reads show them, and what they can be asked by. */

/** What the filters of `DescribeInstances` read. */
export function instanceReads(call: Call): Reads<Resource> {
  const port = (one: Resource) => findResource(call, 'network-interface', text(one, 'interfaceId'))
  const groups = (one: Resource) => texts(port(one) ?? one, 'groups')
  return {
    'instance-id': one => one.id,
    'instance-state-name': one => instanceState(call, one),
    'instance-state-code': one => String(stateBlock(instanceState(call, one)).Code),
    'instance-type': one => text(one, 'type'),
    'image-id': one => text(one, 'imageId'),
    architecture: one => text(one, 'arch'),
    'availability-zone': one => text(one, 'zone'),
    'vpc-id': one => (port(one) ? text(one, 'vpcId') : undefined),
    'subnet-id': one => (port(one) ? text(one, 'subnetId') : undefined),
    'client-token': one => text(one, 'clientToken') || undefined,
    'key-name': one => text(one, 'keyName') || undefined,
    'private-ip-address': one => (port(one) ? text(one, 'privateIp') : undefined),
    'ip-address': one => publicIp(call, port(one)) || undefined,
    'iam-instance-profile.arn': one => text(one, 'profileArn') || undefined,
    'instance.group-id': groups,
    'network-interface.group-id': groups,
    'network-interface.network-interface-id': one => text(one, 'interfaceId'),
    'reservation-id': one => text(one, 'reservationId'),
    'launch-time': one => date(call, one.born),
    'owner-id': () => call.account,
    'root-device-name': one => text(one, 'root'),
    'block-device-mapping.volume-id': one => texts(one, 'volumes'),
  }
}

/** What the filters of `DescribeInstanceStatus` read. */
export function statusReads(call: Call): Reads<Resource> {
  const all = instanceReads(call)
  return {
    'availability-zone': all['availability-zone']!,
    'instance-state-code': all['instance-state-code']!,
    'instance-state-name': all['instance-state-name']!,
    'instance-status.status': one => summaryOf(call, one),
    'system-status.status': one => summaryOf(call, one),
  }
}

/** An instance as `DescribeInstances` shows it. */
export function describeInstance(call: Call, one: Resource): JsonObject {
  const state = instanceState(call, one)
  const port = findResource(call, 'network-interface', text(one, 'interfaceId'))
  const ip = publicIp(call, port)
  const vpc = findResource(call, 'vpc', text(one, 'vpcId'))
  const profile = findResource(call, 'instance-profile', text(one, 'profileArn'))
  return {
    InstanceId: one.id,
    ImageId: text(one, 'imageId'),
    InstanceType: text(one, 'type'),
    Architecture: text(one, 'arch'),
    State: stateBlock(state),
    StateTransitionReason: state === 'terminated' || state === 'shutting-down' ? text(one, 'reason') : '',
    LaunchTime: date(call, one.born),
    AmiLaunchIndex: time(one, 'index'),
    ...(text(one, 'clientToken') && { ClientToken: text(one, 'clientToken') }),
    ...(text(one, 'keyName') && { KeyName: text(one, 'keyName') }),
    ...(text(one, 'profileArn') && {
      IamInstanceProfile: { Arn: text(one, 'profileArn'), Id: profile ? text(profile, 'uniqueId') : '' },
    }),
    Placement: {
      AvailabilityZone: text(one, 'zone'),
      AvailabilityZoneId: zoneOf(call, text(one, 'zone'))?.id ?? '',
      GroupName: '',
      Tenancy: 'default',
    },
    Monitoring: { State: 'disabled' },
    PrivateDnsName: port ? privateName(call, text(one, 'privateIp')) : '',
    PublicDnsName: vpc?.data.dnsHostnames === true ? publicName(call, ip) : '',
    // A terminated instance has lost its place in the network.
    ...(port && {
      PrivateIpAddress: text(one, 'privateIp'),
      SubnetId: text(one, 'subnetId'),
      VpcId: text(one, 'vpcId'),
      ...(ip && { PublicIpAddress: ip }),
    }),
    NetworkInterfaces: port ? [describePort(call, port)] : [],
    SecurityGroups: port ? groupNames(call, texts(port, 'groups')) : [],
    SourceDestCheck: true,
    RootDeviceName: text(one, 'root'),
    RootDeviceType: 'ebs',
    BlockDeviceMappings:
      state === 'terminated' ? [] : volumesOf(call, one).map(volume => describeMapping(call, volume)),
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EbsOptimized: false,
    EnaSupport: true,
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    MetadataOptions: metadataOf(one, state),
    Tags: tagList(one),
  }
}

/** An instance as `DescribeInstanceStatus` shows it. */
export function describeStatus(call: Call, one: Resource): JsonObject {
  const summary = summaryOf(call, one)
  const detail = {
    Status: summary,
    Details: [{ Name: 'reachability', Status: summary === 'ok' ? 'passed' : summary }],
  }
  return {
    InstanceId: one.id,
    AvailabilityZone: text(one, 'zone'),
    InstanceState: stateBlock(instanceState(call, one)),
    InstanceStatus: detail,
    SystemStatus: detail,
  }
}

function summaryOf(call: Call, one: Resource): string {
  const since = runsSince(call, one)
  if (since === undefined) return 'not-applicable'
  return call.world.now() < since + times.instanceChecked ? 'initializing' : 'ok'
}

/** Not shown before the instance runs. */
function publicIp(call: Call, port: Resource | undefined): string {
  return port ? publicIpOf(call, port) : ''
}

/** The DNS name of a private address. */
export function privateName(call: Call, ip: string): string {
  const zone = call.region === 'us-east-1' ? 'ec2.internal' : `${call.region}.compute.internal`
  return `ip-${ip.replaceAll('.', '-')}.${zone}`
}

function describePort(call: Call, port: Resource): JsonObject {
  const association = associationOf(call, port)
  const shared = {
    PrivateIpAddress: text(port, 'privateIp'),
    PrivateDnsName: privateName(call, text(port, 'privateIp')),
    ...(association && { Association: association }),
  }
  return {
    ...shared,
    NetworkInterfaceId: port.id,
    Description: text(port, 'description'),
    Groups: groupNames(call, texts(port, 'groups')),
    InterfaceType: 'interface',
    Ipv6Addresses: [],
    MacAddress: text(port, 'mac'),
    OwnerId: call.account,
    PrivateIpAddresses: [{ ...shared, Primary: true }],
    SourceDestCheck: true,
    Status: 'in-use',
    SubnetId: text(port, 'subnetId'),
    VpcId: text(port, 'vpcId'),
    Attachment: {
      AttachmentId: text(port, 'attachmentId'),
      AttachTime: date(call, port.born),
      DeleteOnTermination: true,
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      Status: 'attached',
    },
  }
}

function describeMapping(call: Call, volume: Resource): JsonObject {
  return {
    DeviceName: text(volume, 'device'),
    Ebs: {
      VolumeId: volume.id,
      AttachTime: date(call, volume.born),
      DeleteOnTermination: volume.data.deleteOnTermination === true,
      Status: 'attached',
    },
  }
}

function metadataOf(one: Resource, state: string): JsonObject {
  const asked = object(one.data, 'metadata')
  return {
    State: state === 'pending' ? 'pending' : 'applied',
    // Amazon Linux 2023 and its like ask for version 2 by themselves.
    HttpTokens: asked.HttpTokens ?? 'required',
    HttpPutResponseHopLimit: asked.HttpPutResponseHopLimit ?? 2,
    HttpEndpoint: asked.HttpEndpoint ?? 'enabled',
    HttpProtocolIpv6: asked.HttpProtocolIpv6 ?? 'disabled',
    InstanceMetadataTags: asked.InstanceMetadataTags ?? 'disabled',
  }
}
