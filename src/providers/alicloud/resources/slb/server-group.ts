import type { Found } from '../../../../engine/kind.ts'
import type { Alicloud } from '../../cloud.ts'
import { carries, foundIn, markFilter, rows, str, tagParams } from '../../read.ts'
import { type AlicloudKind, findByMark, minute, orAbsent, removed, second } from '../common.ts'
import { balancers, isInvalidParameter, readServerGroup, write } from './common.ts'
import { loadBalancer } from './load-balancer.ts'

export type ServerGroupIn = { loadBalancerId: string; name: string }

/** Console: CLB › VServer Groups › Create. No token, and names need not be unique: looked up by tag before it is created again. */
export const serverGroup: AlicloudKind<ServerGroupIn, { id: string }> = {
  type: 'alicloud:server-group',
  title: 'VServer group',
  idempotency: 'tagLookup',
  visibleWithinMs: 15 * second,
  after: ['alicloud:load-balancer'],
  expectMs: 2 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) return groupById(cloud, where.id)
    const balancerIds = where.input
      ? [where.input.loadBalancerId]
      : (await findByMark(cloud, balancers, loadBalancer.type, { stack: where.stack })).map(({ id }) => id)
    const found = await Promise.all(balancerIds.map(id => groupsOf(cloud, id, markFilter(this.type, where))))
    return found.flat()
  },
  async create(cloud, { loadBalancerId, name }, mark) {
    const params = { LoadBalancerId: loadBalancerId, VServerGroupName: name, Tag: tagParams(mark.tags) }
    const answer = await write(cloud, loadBalancerId, () => cloud.call('slb', 'CreateVServerGroup', params))
    return str(answer, 'VServerGroupId')
  },
  settle: async (_cloud, id) => ({ id }),
  async remove(cloud, id, input) {
    const send = async () => {
      if ((await readServerGroup(cloud, id)) === undefined) return
      await cloud.call('slb', 'DeleteVServerGroup', { VServerGroupId: id }, { repeatable: true })
    }
    const orMissing = async () => {
      try {
        await send()
      } catch (error) {
        // A missing group is refused with the catch-all InvalidParameter. So is a real mistake, hence the second look.
        if (!isInvalidParameter(error) || (await readServerGroup(cloud, id)) !== undefined) throw error
      }
    }
    const inTurn = () =>
      input ? write(cloud, input.loadBalancerId, orMissing) : cloud.serialize(`rsp:${id}`, orMissing)
    return removed(cloud, inTurn, 5 * minute)
  },
}

async function groupById(cloud: Alicloud, id: string): Promise<Found[]> {
  const row = await readServerGroup(cloud, id)
  return row ? [foundIn(row, 'VServerGroupId', 'CreateTime')] : []
}

/** This list has no pages. */
async function groupsOf(cloud: Alicloud, balancerId: string, filter: Record<string, string>): Promise<Found[]> {
  const params = { LoadBalancerId: balancerId, Tag: tagParams(filter) }
  const answer = await orAbsent(() => cloud.call('slb', 'DescribeVServerGroups', params))
  return rows(answer, 'VServerGroups.VServerGroup')
    .map(row => foundIn(row, 'VServerGroupId', 'CreateTime'))
    .filter(thing => carries(thing.tags, filter))
}
