import type { JsonObject } from '../../../base/json.ts'
import type { Alicloud } from '../cloud.ts'
import { foundIn, str, tagParams } from '../read.ts'
import { inVpc, inVSwitch } from './blockers.ts'
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

export type VpcIn = { name: string; cidr: string; description: string }
export type VpcOut = { id: string; cidr: string }

const vpcs: Listing = { product: 'vpc', action: 'DescribeVpcs', list: 'Vpcs.Vpc', id: 'VpcId', since: 'CreationTime' }

/** Console: VPC › Create VPC. */
export const vpc: AlicloudKind<VpcIn, VpcOut> = {
  type: 'alicloud:vpc',
  title: 'VPC',
  idempotency: 'token',
  after: [],
  expectMs: 6 * second,
  tagged: true,
  async find(cloud, where) {
    if (!('id' in where)) return findByMark(cloud, vpcs, this.type, where)
    const row = await orAbsent(() => readVpc(cloud, where.id))
    return row ? [foundIn(row, 'VpcId', 'CreationTime')] : []
  },
  async create(cloud, { name, cidr, description }, mark) {
    const answer = await cloud.call('vpc', 'CreateVpc', {
      VpcName: name,
      CidrBlock: cidr,
      Description: given(description),
      Tag: tagParams(mark.tags),
      ClientToken: mark.token,
    })
    return str(answer, 'VpcId')
  },
  async settle(cloud, id) {
    const row = await settled(cloud, () => readVpc(cloud, id), available, {
      what: `the VPC ${id}`,
      within: 10 * minute,
    })
    return { id, cidr: str(row, 'CidrBlock') }
  },
  remove: (cloud, id) =>
    removed(
      cloud,
      () => cloud.call('vpc', 'DeleteVpc', { VpcId: id }, repeatable),
      5 * minute,
      () => inVpc(cloud, id),
    ),
}

export type VSwitchIn = { vpcId: string; name: string; zone: string; cidr: string }
export type VSwitchOut = { id: string; zone: string; cidr: string }

const vswitches: Listing = {
  product: 'vpc',
  action: 'DescribeVSwitches',
  list: 'VSwitches.VSwitch',
  id: 'VSwitchId',
  since: 'CreationTime',
}

/** Console: VPC › vSwitch › Create vSwitch. */
export const vswitch: AlicloudKind<VSwitchIn, VSwitchOut> = {
  type: 'alicloud:vswitch',
  title: 'VSwitch',
  idempotency: 'token',
  after: ['alicloud:vpc'],
  expectMs: 6 * second,
  tagged: true,
  async find(cloud, where) {
    if (!('id' in where)) return findByMark(cloud, vswitches, this.type, where)
    const row = await orAbsent(() => readVSwitch(cloud, where.id))
    return row ? [foundIn(row, 'VSwitchId', 'CreationTime')] : []
  },
  async create(cloud, { vpcId, name, zone, cidr }, mark) {
    const send = () =>
      cloud.call('vpc', 'CreateVSwitch', {
        VpcId: vpcId,
        VSwitchName: name,
        ZoneId: zone,
        CidrBlock: cidr,
        Tag: tagParams(mark.tags),
        ClientToken: mark.token,
      })
    // "You cannot create vSwitches in a VPC at the same time": one after the other, each when the one before is there.
    const answer = await cloud.serialize(`vpc:${vpcId}`, send, made => settledVSwitch(cloud, str(made, 'VSwitchId')))
    return str(answer, 'VSwitchId')
  },
  async settle(cloud, id) {
    const row = await settledVSwitch(cloud, id)
    return { id, zone: str(row, 'ZoneId'), cidr: str(row, 'CidrBlock') }
  },
  // The network interfaces of a deleted database stay on it for three to ten minutes.
  remove(cloud, id, input) {
    const send = () => cloud.call('vpc', 'DeleteVSwitch', { VSwitchId: id }, repeatable)
    const away = () => untilAbsent(cloud, () => readVSwitch(cloud, id), minute)
    const inTurn = () => (input ? cloud.serialize(`vpc:${input.vpcId}`, send, away) : send())
    return removed(cloud, inTurn, 20 * minute, () => inVSwitch(cloud, id))
  },
}

const repeatable = { repeatable: true }

const available = (row: Parameters<typeof str>[0]) => str(row, 'Status') === 'Available'

/** Its own end and the start of the next one wait for the same thing. */
function settledVSwitch(cloud: Alicloud, id: string): Promise<JsonObject> {
  const options = { what: `the VSwitch ${id}`, within: 10 * minute }
  return cloud.coalesce(`vswitch:${id}`, () => settled(cloud, () => readVSwitch(cloud, id), available, options))
}

/** A VPC that is not there answers 200 with an empty id. */
async function readVpc(cloud: Alicloud, id: string) {
  const answer = await cloud.call('vpc', 'DescribeVpcAttribute', { VpcId: id })
  return str(answer, 'VpcId') ? answer : undefined
}

/** So does a VSwitch. */
async function readVSwitch(cloud: Alicloud, id: string) {
  const answer = await cloud.call('vpc', 'DescribeVSwitchAttributes', { VSwitchId: id })
  return str(answer, 'VSwitchId') ? answer : undefined
}
