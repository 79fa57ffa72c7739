import { CloudProblem } from '../../../../base/errors.ts'
import type { JsonObject } from '../../../../base/json.ts'
import type { Secret } from '../../../../engine/kind.ts'
import type { Alicloud } from '../../cloud.ts'
import { foundIn, rows, str, strings, tagParams } from '../../read.ts'
import { backToPayAsYouGo } from '../billing.ts'
import {
  type AlicloudKind,
  findByMark,
  given,
  type Listing,
  minute,
  orAbsent,
  second,
  settled,
  untilAbsent,
} from '../common.ts'
import { byToken } from './common.ts'

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
      ? `The ECS instance ${name} is a subscription of ${months} month${months === 1 ? '' : 's'}; a refund at teardown depends on the account's quota.`
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

/** One machine as the cloud describes it, or undefined. */
export async function readInstance(cloud: Alicloud, id: string): Promise<JsonObject | undefined> {
  const answer = await cloud.call('ecs', 'DescribeInstances', { InstanceIds: JSON.stringify([id]) })
  return rows(answer, 'Instances.Instance')[0]
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

/** An accepted instance disappears again when the zone has no stock of its type. */
function noStock(id: string): CloudProblem {
  return new CloudProblem('retry', {
    what: `The ECS instance ${id} was accepted and then disappeared.`,
    why: 'The zone has run out of this instance type, or somebody released the instance.',
    next: 'Choose another instance type or zone (`--set machine.type=…`), or run the same command again to retry.',
  })
}
