import type { JsonObject } from '../../../../base/json.ts'
import type { Alicloud } from '../../cloud.ts'
import { foundIn, str, tagParams } from '../../read.ts'
import { type AlicloudKind, findByMark, given, minute, orAbsent, removed, second, settled } from '../common.ts'
import { balancers, write } from './common.ts'

export type LoadBalancerIn = {
  name: string
  addressType: 'internet' | 'intranet'
  primaryZone: string
  backupZone: string
  /** '' for internet: a VSwitch makes it internal. */
  vswitchId: string
}

export type LoadBalancerOut = { id: string; address: string }

/** Console: Server Load Balancer › CLB › Create. There is no specification to choose: since June 2025 new ones are billed by use. */
export const loadBalancer: AlicloudKind<LoadBalancerIn, LoadBalancerOut> = {
  type: 'alicloud:load-balancer',
  title: 'Load balancer',
  idempotency: 'token',
  after: ['alicloud:vswitch'],
  expectMs: 3 * second,
  tagged: true,
  async find(cloud, where) {
    if (!('id' in where)) return findByMark(cloud, balancers, this.type, where)
    const row = await orAbsent(() => readBalancer(cloud, where.id))
    return row ? [foundIn(row, balancers.id, balancers.since)] : []
  },
  async create(cloud, { name, addressType, primaryZone, backupZone, vswitchId }, mark) {
    const answer = await cloud.call('slb', 'CreateLoadBalancer', {
      LoadBalancerName: name,
      AddressType: addressType,
      MasterZoneId: primaryZone,
      SlaveZoneId: given(backupZone),
      ...(addressType === 'intranet' ? { VSwitchId: vswitchId } : { InternetChargeType: 'paybytraffic' }),
      PayType: 'PayOnDemand',
      InstanceChargeType: 'PayByCLCU',
      DeleteProtection: 'off',
      Tag: tagParams(mark.tags),
      ClientToken: mark.token,
    })
    return str(answer, 'LoadBalancerId')
  },
  async settle(cloud, id) {
    const ready = (row: JsonObject) => str(row, 'LoadBalancerStatus') === 'active' && str(row, 'Address') !== ''
    const what = `the load balancer ${id}`
    const row = await settled(cloud, () => readBalancer(cloud, id), ready, { what, within: 10 * minute })
    return { id, address: str(row, 'Address') }
  },
  remove(cloud, id) {
    const send = () => cloud.call('slb', 'DeleteLoadBalancer', { LoadBalancerId: id }, { repeatable: true })
    return removed(cloud, () => write(cloud, id, send), 5 * minute)
  },
}

async function readBalancer(cloud: Alicloud, id: string): Promise<JsonObject | undefined> {
  const answer = await cloud.call('slb', 'DescribeLoadBalancerAttribute', { LoadBalancerId: id })
  return str(answer, 'LoadBalancerId') ? answer : undefined
}
