import { CloudProblem } from '../../../base/errors.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { Secret } from '../../../engine/kind.ts'
import type { Alicloud } from '../cloud.ts'
import { foundIn, rows, str, strings, tagParams } from '../read.ts'
import { backToPayAsYouGo } from './billing.ts'
import { inSecurityGroup } from './blockers.ts'
import {
  type AlicloudKind,
  findByMark,
  given,
  type Listing,
  minute,
  orAbsent,
  removed,
  second,
  settled,
  untilAbsent,
} from './common.ts'

export type SecurityGroupIn = { vpcId: string; name: string; description: string }
export type SecurityGroupOut = { id: string }

const byToken = { by: 'token', size: 100 } as const
const groups: Listing = {
  product: 'ecs',
  action: 'DescribeSecurityGroups',
  list: 'SecurityGroups.SecurityGroup',
  id: 'SecurityGroupId',
  since: 'CreationTime',
  paging: byToken,
}

/** Console: ECS › Security Groups › Create Security Group. */
export const securityGroup: AlicloudKind<SecurityGroupIn, SecurityGroupOut> = {
  type: 'alicloud:security-group',
  title: 'Security group',
  idempotency: 'token',
  after: ['alicloud:vpc'],
  expectMs: 1 * second,
  tagged: true,
  async find(cloud, where) {
    if (!('id' in where)) return findByMark(cloud, groups, this.type, where)
    const row = await readGroup(cloud, where.id)
    return row ? [foundIn(row, groups.id, groups.since)] : []
  },
  async create(cloud, { vpcId, name, description }, mark) {
    const answer = await cloud.call('ecs', 'CreateSecurityGroup', {
      VpcId: vpcId,
      SecurityGroupName: name,
      Description: given(description),
      SecurityGroupType: 'normal',
      Tag: tagParams(mark.tags),
      ClientToken: mark.token,
    })
    return str(answer, 'SecurityGroupId')
  },
  settle: async (_cloud, id) => ({ id }),
  remove: (cloud, id) =>
    removed(
      cloud,
      () => cloud.call('ecs', 'DeleteSecurityGroup', { SecurityGroupId: id }, { repeatable: true }),
      10 * minute,
      () => inSecurityGroup(cloud, id),
    ),
}

export type KeyPairIn = { name: string; publicKey: string }
export type KeyPairOut = { id: string; fingerprint: string }

const keyPairs: Listing = {
  product: 'ecs',
  action: 'DescribeKeyPairs',
  list: 'KeyPairs.KeyPair',
  id: 'KeyPairName',
  since: 'CreationTime',
}

/** Console: ECS › Key Pairs › Import. Its name is its id: no token exists, but a name is taken only once. */
export const keyPair: AlicloudKind<KeyPairIn, KeyPairOut> = {
  type: 'alicloud:key-pair',
  title: 'Key pair',
  idempotency: 'uniqueName',
  after: [],
  expectMs: 1 * second,
  tagged: true,
  async find(cloud, where) {
    if (!('id' in where) && !where.input) return findByMark(cloud, keyPairs, this.type, where)
    const row = await readKeyPair(cloud, 'id' in where ? where.id : where.input!.name)
    return row ? [foundIn(row, keyPairs.id, keyPairs.since)] : []
  },
  async create(cloud, { name, publicKey }, mark) {
    const params = { KeyPairName: name, PublicKeyBody: publicKey, Tag: tagParams(mark.tags) }
    await cloud.call('ecs', 'ImportKeyPair', params)
    return name
  },
  async settle(cloud, id) {
    const what = `the key pair ${id}`
    const row = await settled(
      cloud,
      () => readKeyPair(cloud, id),
      () => true,
      { what, within: 2 * minute },
    )
    return { id, fingerprint: str(row, 'KeyPairFingerPrint') }
  },
  remove(cloud, id) {
    // It stays attached until the instance's release is through.
    const options = { repeatable: true, busy: ['InvalidParameter.KeypairAlreadyAttachedInstance'] }
    return removed(
      cloud,
      () => cloud.call('ecs', 'DeleteKeyPairs', { KeyPairNames: JSON.stringify([id]) }, options),
      minute,
    )
  },
}

export type InstanceIn = {
  name: string
  hostName: string
  description: string
  vswitchId: string
  securityGroupId: string
  imageId: string
  /** For example `ecs.g7.large`. */
  type: string
  /** `size` in GiB. */
  disk: { category: string; size: number }
  billing: 'payg' | 'subscription'
  months: number
  /** Mbit/s to the Internet; 0: no public address. */
  bandwidth: number
  /** '' for none. */
  keyPair: string
  password: Secret | null
  /** The user's own tags. */
  tags: Record<string, string>
}
/** `publicIp` is '' when it has none. */
export type InstanceOut = { id: string; privateIp: string; publicIp: string }

const instances: Listing = {
  product: 'ecs',
  action: 'DescribeInstances',
  list: 'Instances.Instance',
  id: 'InstanceId',
  since: 'CreationTime',
  paging: byToken,
}

/** Console: ECS › Instances › Create Instance. */
export const instance: AlicloudKind<InstanceIn, InstanceOut> = {
  type: 'alicloud:instance',
  title: 'ECS instance',
  idempotency: 'token',
  after: ['alicloud:vswitch', 'alicloud:security-group', 'alicloud:key-pair'],
  expectMs: 50 * second,
  tagged: true,
  prepaid: ({ billing, months, name }) =>
    billing === 'subscription'
      ? `The ECS instance ${name} is paid ahead for ${months} month${months === 1 ? '' : 's'}; a refund at teardown depends on the account's quota.`
      : undefined,
  async find(cloud, where) {
    if (!('id' in where)) return findByMark(cloud, instances, this.type, where)
    const row = await readInstance(cloud, where.id)
    return row ? [foundIn(row, instances.id, instances.since)] : []
  },
  async create(cloud, input, mark) {
    const { billing, bandwidth, disk, months, password } = input
    const prepaid = billing === 'subscription'
    const answer = await cloud.call('ecs', 'RunInstances', {
      InstanceName: input.name,
      HostName: given(input.hostName),
      Description: given(input.description),
      VSwitchId: input.vswitchId,
      SecurityGroupId: input.securityGroupId,
      ImageId: input.imageId,
      InstanceType: input.type,
      SystemDisk: { Category: disk.category, Size: disk.size },
      InstanceChargeType: prepaid ? 'PrePaid' : 'PostPaid',
      ...(prepaid && { Period: months, PeriodUnit: 'Month', AutoPay: true }),
      InternetMaxBandwidthOut: bandwidth,
      ...(bandwidth > 0 && { InternetChargeType: 'PayByTraffic' }),
      KeyPairName: given(input.keyPair),
      Password: password ? cloud.reveal(password) : undefined,
      Amount: 1,
      DeletionProtection: false,
      Tag: tagParams({ ...input.tags, ...mark.tags }),
      ClientToken: mark.token,
    })
    return strings(answer, 'InstanceIdSets.InstanceIdSet')[0] ?? ''
  },
  async settle(cloud, id, input) {
    const row = await settled(
      cloud,
      () => readInstance(cloud, id),
      row => running(row, input.bandwidth > 0),
      {
        what: `the ECS instance ${id} to run`,
        within: 15 * minute,
        every: 2 * second,
        vanished: noStock(id),
      },
    )
    return { id, privateIp: privateIpOf(row), publicIp: publicIpOf(row) }
  },
  async remove(cloud, id, _input, mark) {
    const row = await readInstance(cloud, id)
    if (!row) return 'gone'
    if (str(row, 'InstanceChargeType') === 'PrePaid') {
      const params = {
        InstanceIds: JSON.stringify([id]),
        InstanceChargeType: 'PostPaid',
        ClientToken: `${mark.token.slice(0, 56)}-refund`,
      }
      await backToPayAsYouGo(`The ECS instance ${id}`, () => cloud.call('ecs', 'ModifyInstanceChargeType', params))
    }
    await orAbsent(() => cloud.call('ecs', 'DeleteInstance', { InstanceId: id, Force: true }, { repeatable: true }))
    return untilAbsent(cloud, () => readInstance(cloud, id), 5 * minute)
  },
}

/** One machine as the cloud describes it, or undefined. A missing id answers an empty list. */
export async function readInstance(cloud: Alicloud, id: string): Promise<JsonObject | undefined> {
  const answer = await cloud.call('ecs', 'DescribeInstances', { InstanceIds: JSON.stringify([id]) })
  return rows(answer, 'Instances.Instance')[0]
}

async function readGroup(cloud: Alicloud, id: string) {
  const answer = await orAbsent(() => cloud.call('ecs', 'DescribeSecurityGroups', { SecurityGroupId: id }))
  return rows(answer, groups.list)[0]
}

async function readKeyPair(cloud: Alicloud, name: string) {
  const answer = await orAbsent(() => cloud.call('ecs', 'DescribeKeyPairs', { KeyPairName: name }))
  // The filter takes wildcards, so the name is compared.
  return rows(answer, keyPairs.list).find(row => str(row, 'KeyPairName') === name)
}

function running(row: JsonObject, wantsPublicIp: boolean): boolean {
  return str(row, 'Status') === 'Running' && privateIpOf(row) !== '' && (!wantsPublicIp || publicIpOf(row) !== '')
}

function privateIpOf(row: JsonObject): string {
  return strings(row, 'VpcAttributes.PrivateIpAddress.IpAddress')[0] ?? ''
}

function publicIpOf(row: JsonObject): string {
  return strings(row, 'PublicIpAddress.IpAddress')[0] ?? str(row, 'EipAddress.IpAddress')
}

/** An accepted instance disappears again when the zone has no more of its type. */
function noStock(id: string): CloudProblem {
  return new CloudProblem('retry', {
    what: `The ECS instance ${id} was accepted and then disappeared.`,
    why: 'That happens when the zone has run out of this instance type, or somebody released it.',
    next: 'Choose another instance type or zone (`--set machine.type=…`), or run the same command again to try once more.',
  })
}
