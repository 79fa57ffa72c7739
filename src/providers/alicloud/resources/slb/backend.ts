import { Problem } from '../../../../base/errors.ts'
import type { JsonObject } from '../../../../base/json.ts'
import type { Alicloud } from '../../cloud.ts'
import { rows, str } from '../../read.ts'
import { type AlicloudKind, lookAndDo, second } from '../common.ts'
import { calm, readServerGroup } from './common.ts'

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

/** At most this many servers in one call (AddVServerGroupBackendServers). */
const most = 20

interface Change {
  add?: BackendIn
  remove?: BackendIn
}

interface Waiting extends Change {
  done(): void
  failed(error: unknown): void
}

/** Changes to a group that wait for their turn, by group: a group takes one call at a time, so they are sent together. */
const waiting = new Map<string, Waiting[]>()

function together(cloud: Alicloud, groupId: string, requested: Change): Promise<void> {
  const key = `${cloud.account}/${groupId}`
  const list = waiting.get(key) ?? []
  waiting.set(key, list)
  return new Promise((done, failed) => {
    list.push({ ...requested, done, failed })
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

/** Adds what is missing, sets weights that differ, removes what is to be removed. */
async function change(cloud: Alicloud, groupId: string, turn: Waiting[]): Promise<void> {
  const group = await readServerGroup(cloud, groupId)
  const wanted = turn.flatMap(({ add }) => (add ? [add] : []))
  const unwanted = turn.flatMap(({ remove }) => (remove ? [remove] : []))
  if (!group) {
    if (wanted.length > 0) throw new Problem({ what: `The VServer group ${groupId} no longer exists.` })
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

/** One JSON text, with numbers as text, as in the reference. */
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
