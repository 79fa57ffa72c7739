import { Problem } from '../../../base/errors.ts'
import type { JsonObject } from '../../../base/json.ts'
import { until } from '../../waiting.ts'
import type { Alicloud } from '../cloud.ts'
import { rows, str } from '../read.ts'
import { calm, readServerGroup } from './balancer.ts'
import { type AlicloudKind, lookAndDo, minute, orAbsent, second } from './common.ts'

export type BackendIn = { groupId: string; instanceId: string; port: number; weight: number }

/** Console: VServer group › Add, one ECS instance with its port and weight. */
export const backend: AlicloudKind<BackendIn, { id: string }> = {
  type: 'alicloud:backend',
  title: 'Backend server',
  idempotency: 'upsert',
  after: ['alicloud:server-group', 'alicloud:instance'],
  expectMs: 3 * second,
  tagged: false,
  mutable: ['weight'],
  async find(cloud, where) {
    if (!('id' in where)) return []
    const place = placeOf(where.id)
    const present = backendsIn(await readServerGroup(cloud, place.groupId))
    return present.some(row => isAt(row, place)) ? [{ id: where.id, tags: {} }] : []
  },
  create: async (_cloud, { groupId, instanceId, port }) => `${groupId}/${instanceId}/${port}`,
  async settle(cloud, id, input) {
    await together(cloud, input.groupId, { add: input })
    return { id }
  },
  async remove(cloud, id) {
    const place = placeOf(id)
    await together(cloud, place.groupId, { remove: { ...place, weight: 0 } })
    return 'gone'
  },
}

export type HealthIn = { loadBalancerId: string; port: number; instanceIds: string[] }

/** The tutorial's last look: the listener says "unavailable" until every backend has passed its health checks. */
export const health: AlicloudKind<HealthIn, { id: string }> = {
  type: 'alicloud:health',
  title: 'Health check',
  idempotency: 'upsert',
  after: ['alicloud:listener', 'alicloud:backend'],
  expectMs: 20 * second,
  tagged: false,
  find: async (_cloud, where) => ('id' in where ? [{ id: where.id, tags: {} }] : []),
  create: async (_cloud, { loadBalancerId, port }) => `${loadBalancerId}/${port}/health`,
  async settle(cloud, id, { loadBalancerId, port, instanceIds }) {
    const late = cloud.deadline(10 * minute)
    const read = () => readHealth(cloud, loadBalancerId, port)
    const sick = (found: JsonObject[]) =>
      instanceIds.filter(machine => !found.some(row => str(row, 'ServerId') === machine && isNormal(row)))
    await until(
      cloud,
      read,
      found => {
        const waiting = sick(found)
        if (waiting.length === 0) return true
        if (late()) throw unhealthy(loadBalancerId, port, waiting, found)
        return false
      },
      { what: 'healthy backends', within: 20 * minute },
    )
    return { id }
  },
  remove: async () => 'gone',
}

/** At most this many servers in one call (reference of AddVServerGroupBackendServers). */
const most = 20

interface Wish {
  add?: BackendIn
  remove?: BackendIn
}
interface Waiting extends Wish {
  done(): void
  failed(error: unknown): void
}

/** Wishes for a group that wait for their turn, by group: a group takes one change at a time, so they travel together. */
const waiting = new Map<string, Waiting[]>()

function together(cloud: Alicloud, groupId: string, wish: Wish): Promise<void> {
  const key = `${cloud.account}/${groupId}`
  const list = waiting.get(key) ?? []
  waiting.set(key, list)
  return new Promise((done, failed) => {
    list.push({ ...wish, done, failed })
    const turnOf = async () => {
      const turn = list.splice(0, most)
      if (list.length === 0) waiting.delete(key)
      if (turn.length === 0) return
      try {
        await lookAndDo(cloud, () => change(cloud, groupId, turn))
        for (const one of turn) one.done()
      } catch (error) {
        for (const one of turn) one.failed(error)
      }
    }
    void cloud.serialize(`rsp:${groupId}`, turnOf, (_answer, ago) => calm(cloud, ago))
  })
}

/** Adds what is missing, sets weights that differ, takes out what is to go. */
async function change(cloud: Alicloud, groupId: string, turn: Waiting[]): Promise<void> {
  const group = await readServerGroup(cloud, groupId)
  const wanted = turn.flatMap(({ add }) => (add ? [add] : []))
  const unwanted = turn.flatMap(({ remove }) => (remove ? [remove] : []))
  if (!group) {
    if (wanted.length > 0) throw new Problem({ what: `The VServer group ${groupId} is not there any more.` })
    return
  }
  const present = backendsIn(group)
  const missing = wanted.filter(one => !present.some(row => isAt(row, one)))
  const changed = wanted.filter(one => present.some(row => isAt(row, one) && Number(row.Weight) !== one.weight))
  const leaving = unwanted.filter(one => present.some(row => isAt(row, one)))
  const send = (action: string, list: BackendIn[]) =>
    list.length > 0 ? cloud.call('slb', action, { VServerGroupId: groupId, BackendServers: servers(list) }) : undefined
  await send('AddVServerGroupBackendServers', missing)
  await send('SetVServerGroupAttribute', changed)
  await send('RemoveVServerGroupBackendServers', leaving)
}

/** One JSON text; numbers as text, as the reference shows them. */
function servers(list: BackendIn[]): string {
  return JSON.stringify(
    list.map(({ instanceId, port, weight }) => ({
      ServerId: instanceId,
      Port: String(port),
      Weight: String(weight),
      Type: 'ecs',
    })),
  )
}

function backendsIn(group: JsonObject | undefined): JsonObject[] {
  return rows(group, 'BackendServers.BackendServer')
}

function isAt(row: JsonObject, { instanceId, port }: { instanceId: string; port: number }): boolean {
  return str(row, 'ServerId') === instanceId && str(row, 'Port') === String(port)
}

function placeOf(id: string): { groupId: string; instanceId: string; port: number } {
  const [groupId = '', instanceId = '', port = ''] = id.split('/')
  return { groupId, instanceId, port: Number(port) }
}

async function readHealth(cloud: Alicloud, balancerId: string, port: number): Promise<JsonObject[]> {
  const params = { LoadBalancerId: balancerId, ListenerPort: port }
  return rows(await orAbsent(() => cloud.call('slb', 'DescribeHealthStatus', params)), 'BackendServers.BackendServer')
}

function isNormal(row: JsonObject): boolean {
  return str(row, 'ServerHealthStatus') === 'normal'
}

function unhealthy(balancerId: string, port: number, waiting: string[], found: JsonObject[]): Problem {
  const stateOf = (machine: string) =>
    str(
      found.find(row => str(row, 'ServerId') === machine),
      'ServerHealthStatus',
    ) || 'not checked'
  return new Problem({
    what: `The health check of listener ${port} on ${balancerId} does not pass.`,
    list: waiting.map(machine => `${machine}: ${stateOf(machine)}.`),
    why: 'The machine answers with another status than the health check wants, or not at all.',
    next: 'Check nginx and the application on it (`systemctl status nginx`), or `--set health.path=…`; then run the same command again.',
  })
}
