import { CloudProblem } from '../../../../base/errors.ts'
import type { JsonObject } from '../../../../base/json.ts'
import type { Alicloud } from '../../cloud.ts'
import { str } from '../../read.ts'
import type { Listing } from '../common.ts'

// Classic Load Balancer takes one change at a time per load balancer (SystemBusy, ServiceIsConfiguring…),
// so every write goes through its lane.

export const balancers: Listing = {
  product: 'slb',
  action: 'DescribeLoadBalancers',
  list: 'LoadBalancers.LoadBalancer',
  id: 'LoadBalancerId',
  since: 'CreateTime',
}

/** A write in the turn of its load balancer, when that is through with the one before. */
export function write<T>(cloud: Alicloud, balancerId: string, work: () => Promise<T>): Promise<T> {
  return cloud.lane(`slb:${balancerId}`, work, (_answer, ago) => calm(cloud, ago))
}

/** Nothing shows when a load balancer or a group is through with a change, and it takes about a second: left to it. */
export async function calm(cloud: Alicloud, ago: number): Promise<void> {
  if (ago < CALM_MS) await cloud.sleep(CALM_MS - ago)
}

const CALM_MS = 1500

/** The group, or undefined; a missing one answers InvalidParameter, and this call has only the id to be wrong about. */
export async function readServerGroup(cloud: Alicloud, id: string): Promise<JsonObject | undefined> {
  try {
    const answer = await cloud.call('slb', 'DescribeVServerGroupAttribute', { VServerGroupId: id })
    return str(answer, 'VServerGroupId') ? answer : undefined
  } catch (error) {
    if (isInvalidParameter(error)) return undefined
    throw error
  }
}

export function isInvalidParameter(error: unknown): boolean {
  return error instanceof CloudProblem && (error.code === 'InvalidParameter' || error.outcome === 'notFound')
}
