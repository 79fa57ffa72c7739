import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { instanceType } from '../../core/catalog.ts'
import { date } from '../../core/ids.ts'
import { jsonWords, word } from '../../core/input.ts'
import { text } from '../../core/resources.ts'
import { tagKeyValue } from '../../core/tags.ts'
import { images } from './image.ts'
import { instanceStatus } from './instance-lifecycle.ts'

/** Machines as the two reads show them, and what the list can be asked for. */

/** Whether the filters of `DescribeInstances` let the instance through. */
export function asked(call: Call, input: JsonObject, instance: Resource): boolean {
  const fields: [string, string][] = [
    ['VpcId', 'vpcId'],
    ['VSwitchId', 'vswitchId'],
    ['ZoneId', 'zone'],
    ['KeyPairName', 'keyPair'],
    ['ImageId', 'imageId'],
    ['InstanceType', 'type'],
    ['InstanceChargeType', 'charge'],
    ['InternetChargeType', 'trafficCharge'],
  ]
  const name = word(input, 'InstanceName')
  const group = word(input, 'SecurityGroupId')
  const family = word(input, 'InstanceTypeFamily')
  return (
    fields.every(
      ([parameter, field]) => word(input, parameter) === '' || word(input, parameter) === text(instance, field),
    ) &&
    (word(input, 'Status') === '' || word(input, 'Status') === instanceStatus(call, instance)) &&
    (name === '' ||
      (name.includes('*')
        ? text(instance, 'name').includes(name.replace(/\*/g, ''))
        : text(instance, 'name') === name)) &&
    (group === '' || groupsOf(instance).includes(group)) &&
    (family === '' || instanceType(text(instance, 'type'))?.family === family) &&
    word(input, 'InstanceNetworkType') !== 'classic' &&
    (jsonWords(input, 'PrivateIpAddresses')?.includes(text(instance, 'privateIp')) ?? true) &&
    (jsonWords(input, 'PublicIpAddresses')?.includes(text(instance, 'publicIp')) ?? true)
  )
}

function groupsOf(resource: Resource): string[] {
  const groups = resource.data.groups
  return Array.isArray(groups) ? groups.map(String) : []
}

/** What both reads share. */
export function attributes(call: Call, instance: Resource): JsonObject {
  const type = instanceType(text(instance, 'type'))!
  const status = instanceStatus(call, instance)
  return {
    InstanceId: instance.id,
    InstanceName: text(instance, 'name'),
    HostName: text(instance, 'hostName'),
    Description: text(instance, 'description'),
    Status: status,
    RegionId: instance.region,
    ZoneId: text(instance, 'zone'),
    ImageId: text(instance, 'imageId'),
    InstanceType: type.id,
    Cpu: type.cores,
    Memory: type.memory * 1024,
    InstanceChargeType: text(instance, 'charge'),
    InternetChargeType: text(instance, 'trafficCharge'),
    InternetMaxBandwidthIn: Number(instance.data.bandwidthIn),
    InternetMaxBandwidthOut: Number(instance.data.bandwidth),
    InstanceNetworkType: 'vpc',
    IoOptimized: 'optimized',
    CreationTime: minutes(call, instance.born),
    ExpiredTime: text(instance, 'charge') === 'PrePaid' ? expiry(call, instance) : '2099-12-31T15:59Z',
    SerialNumber: instance.id.slice(2),
    StoppedMode: status === 'Stopped' ? 'KeepCharging' : 'Not-applicable',
    ClusterId: '',
    VlanId: '',
    CreditSpecification: '',
    PublicIpAddress: {
      IpAddress: status === 'Pending' || text(instance, 'publicIp') === '' ? [] : [text(instance, 'publicIp')],
    },
    InnerIpAddress: { IpAddress: [] },
    EipAddress: { AllocationId: '', IpAddress: '', InternetChargeType: '', Bandwidth: 0 },
    SecurityGroupIds: { SecurityGroupId: groupsOf(instance) },
    OperationLocks: { LockReason: [] },
    VpcAttributes: {
      VpcId: text(instance, 'vpcId'),
      VSwitchId: text(instance, 'vswitchId'),
      NatIpAddress: '',
      PrivateIpAddress: { IpAddress: status === 'Pending' ? [] : [text(instance, 'privateIp')] },
    },
  }
}

/** An instance as `DescribeInstances` shows it. */
export function describe(call: Call, instance: Resource): JsonObject {
  const type = instanceType(text(instance, 'type'))!
  const image = images.find(one => one.id === text(instance, 'imageId'))
  return {
    ...attributes(call, instance),
    IoOptimized: true,
    InstanceTypeFamily: type.family,
    OSType: 'linux',
    OSName: image?.system ?? '',
    OSNameEn: image?.system ?? '',
    KeyPairName: text(instance, 'keyPair'),
    DeletionProtection: instance.data.protected === true,
    DeviceAvailable: true,
    GPUAmount: 0,
    GPUSpec: '',
    Recyclable: false,
    ResourceGroupId: '',
    SaleCycle: '',
    SpotStrategy: 'NoSpot',
    StartTime: minutes(call, instance.born),
    AutoReleaseTime: '',
    LocalStorageAmount: 0,
    MetadataOptions: { HttpEndpoint: text(instance, 'httpEndpoint'), HttpTokens: text(instance, 'httpTokens') },
    NetworkInterfaces: {
      NetworkInterface: [
        {
          NetworkInterfaceId: text(instance, 'interfaceId'),
          PrimaryIpAddress: text(instance, 'privateIp'),
          MacAddress: interfaceMac(call, instance),
          Type: 'Primary',
          PrivateIpSets: { PrivateIpSet: [{ PrivateIpAddress: text(instance, 'privateIp'), Primary: true }] },
        },
      ],
    },
    Tags: tagKeyValue(instance),
  }
}

function interfaceMac(call: Call, instance: Resource): string {
  const port = call.world.get('network-interface', text(instance, 'interfaceId'))
  return port ? text(port, 'mac') : ''
}

/** ECS writes its dates to the minute. */
function minutes(call: Call, at: number): string {
  return `${date(call, at).slice(0, 16)}Z`
}

function expiry(call: Call, instance: Resource): string {
  return minutes(call, instance.born + Number(instance.data.months) * 30 * 24 * 3600 * 1000)
}
