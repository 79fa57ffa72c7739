import type { JsonObject } from '../../../../base/json.ts'
import type { Alicloud } from '../../cloud.ts'
import { foundIn, str, tagParams } from '../../read.ts'
import { inVSwitch } from '../blockers.ts'
import {
  type AlicloudKind,
  findByMark,
  type Listing,
  minute,
  orAbsent,
  removed,
  second,
  settled,
  untilAbsent,
} from '../common.ts'

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
    // A VPC creates one VSwitch at a time (CreateVSwitch): each waits until the one before is available.
    const answer = await cloud.serialize(`vpc:${vpcId}`, send, made => settledVSwitch(cloud, str(made, 'VSwitchId')))
    return str(answer, 'VSwitchId')
  },
  async settle(cloud, id) {
    const row = await settledVSwitch(cloud, id)
    return { id, zone: str(row, 'ZoneId'), cidr: str(row, 'CidrBlock') }
  },
  // The network interfaces of a deleted database stay in it for three to ten minutes.
  remove(cloud, id, input) {
    const send = () => cloud.call('vpc', 'DeleteVSwitch', { VSwitchId: id }, { repeatable: true })
    const away = () => untilAbsent(cloud, () => readVSwitch(cloud, id), minute)
    const inTurn = () => (input ? cloud.serialize(`vpc:${input.vpcId}`, send, away) : send())
    return removed(cloud, inTurn, 20 * minute, () => inVSwitch(cloud, id))
  },
}

/** Its own end and the start of the next one wait for the same thing. */
function settledVSwitch(cloud: Alicloud, id: string): Promise<JsonObject> {
  const options = { what: `the VSwitch ${id}`, within: 10 * minute }
  const available = (row: JsonObject) => str(row, 'Status') === 'Available'
  return cloud.coalesce(`vswitch:${id}`, () => settled(cloud, () => readVSwitch(cloud, id), available, options))
}

/** Undefined when it does not exist: the cloud answers 200 with an empty id. */
async function readVSwitch(cloud: Alicloud, id: string) {
  const answer = await cloud.call('vpc', 'DescribeVSwitchAttributes', { VSwitchId: id })
  return str(answer, 'VSwitchId') ? answer : undefined
}
