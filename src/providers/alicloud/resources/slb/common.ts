import { CloudProblem } from '../../../../base/errors.ts'
import type { JsonObject } from '../../../../base/json.ts'
import type { Alicloud } from '../../cloud.ts'
import { str } from '../../read.ts'
import type { Listing } from '../common.ts'

// A Classic Load Balancer accepts one change at a time (SystemBusy, ServiceIsConfiguring…), so its writes are
// serialized.

/** How load balancers are listed. */
export const balancers: Listing = {
  product: 'slb',
  action: 'DescribeLoadBalancers',
  list: 'LoadBalancers.LoadBalancer',
  id: 'LoadBalancerId',
  since: 'CreateTime',
}

/** A write to a load balancer in its turn, once the load balancer is through with the one before. */
export function write<T>(cloud: Alicloud, balancerId: string, work: () => Promise<T>): Promise<T> {
  return cloud.serialize(`slb:${balancerId}`, work, (_answer, ago) => calm(cloud, ago))
}

/** Nothing shows when a load balancer or a group is through with a change, which takes about a second: it is waited out. */
export async function calm(cloud: Alicloud, ago: number): Promise<void> {
  if (ago < CALM_MS) await cloud.sleep(CALM_MS - ago)
}

const CALM_MS = 1500

/** The group, or undefined. A missing one is refused with InvalidParameter; in this call only the id can be wrong. */
export async function readServerGroup(cloud: Alicloud, id: string): Promise<JsonObject | undefined> {
  try {
    const answer = await cloud.call('slb', 'DescribeVServerGroupAttribute', { VServerGroupId: id })
    return str(answer, 'VServerGroupId') ? answer : undefined
  } catch (error) {
    if (isInvalidParameter(error)) return undefined
    throw error
  }
}

/** CLB's catch-all code, which it also sends for something that does not exist. */
export function isInvalidParameter(error: unknown): boolean {
  return error instanceof CloudProblem && (error.code === 'InvalidParameter' || error.outcome === 'notFound')
}
