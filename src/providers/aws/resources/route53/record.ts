import { CloudProblem } from '../../../../base/errors.ts'
import { carries, found, markFilter } from '../../read.ts'
import { provenNames } from '../acm/certificate.ts'
import { type AwsKind, orAbsent, second } from '../common.ts'
import {
  change,
  changes,
  deleteRecords,
  isRefusedBatch,
  ownerRow,
  type Row,
  readOwner,
  readRecord,
  sameRecord,
  stillThere,
  untilSpread,
  wordsIn,
  zonesFor,
} from './common.ts'

export type RecordIn = {
  zoneId: string
  name: string
  /** A, AAAA, CNAME… */
  type: string
  /** A load balancer's name and its zone; null for plain values. */
  alias: { dnsName: string; zoneId: string } | null
  values: string[]
}
/** `name` without the dot at its end. */
export type RecordOut = { id: string; name: string }

/** Console: Route 53 › Create record. */
export const record: AwsKind<RecordIn, RecordOut> = {
  type: 'aws:record',
  title: 'DNS record',
  idempotency: 'uniqueName',
  after: ['aws:load-balancer', 'aws:hosted-zone', 'aws:certificate'],
  expectMs: 40 * second,
  tagged: true,
  mutable: ['alias', 'values'],
  async find(cloud, where) {
    const place = 'id' in where ? placeOf(where.id) : where.input
    if (place) {
      const { zoneId, name, type } = place
      if (!(await orAbsent(() => readRecord(cloud, zoneId, name, type)))) return []
      return found(idOf(place), tagsBeside(await readOwner(cloud, zoneId, name), this.type))
    }
    // Looked up by the names of the stack's certificates: zones with thousands of records are not searched.
    const { stack, address } = where as { stack: string; address?: string }
    const names = await provenNames(cloud, stack)
    const zones = names.length > 0 ? await zonesFor(cloud, names) : []
    const lists = zones.flatMap(zoneId =>
      names.map(async name => {
        const owner = await readOwner(cloud, zoneId, name)
        const [, , type = ''] = wordsIn(owner)
        return found(type && idOf({ zoneId, name, type }), tagsBeside(owner, this.type))
      }),
    )
    const filter = markFilter(this.type, { stack, ...(address && { address }) })
    return (await Promise.all(lists)).flat().filter(thing => carries(thing.tags, filter))
  },
  async create(cloud, input, mark) {
    const rows = [rowOf(input), ownerRow(input, mark)]
    const batch = { HostedZoneId: input.zoneId, ChangeBatch: changes(rows.map(row => ['CREATE', row])) }
    try {
      const { ChangeInfo } = await cloud.call('route53', 'ChangeResourceRecordSets', batch)
      if (ChangeInfo?.Id) cloud.memory.set(spreading(idOf(input)), ChangeInfo.Id)
    } catch (error) {
      if (isRefusedBatch(error) && (await stillThere(cloud, input.zoneId, rows)).length > 0) throw taken(input)
      throw error
    }
    return idOf(input)
  },
  async settle(cloud, id, input) {
    const present = await readRecord(cloud, input.zoneId, input.name, input.type)
    const wanted = rowOf(input)
    if (!sameRecord(present, wanted)) await change(cloud, input.zoneId, [['UPSERT', wanted]])
    const changeId = cloud.memory.get(spreading(id))
    if (changeId) await untilSpread(cloud, changeId)
    cloud.memory.delete(spreading(id))
    return { id, name: input.name.replace(/\.$/, '') }
  },
  async remove(cloud, id, _input, mark) {
    const { zoneId, name, type } = placeOf(id)
    const owner = await readOwner(cloud, zoneId, name)
    if (wordsIn(owner)[1] !== mark.token) return 'gone'
    const row = await readRecord(cloud, zoneId, name, type)
    const rows = [owner, row].filter(each => each !== undefined)
    await deleteRecords(cloud, zoneId, rows)
    return 'gone'
  },
}

/** The key under which a change that has not reached all name servers is remembered. */
const spreading = (id: string) => `change of ${id}`

function tagsBeside(owner: Row | undefined, kind: string): Record<string, string> {
  const [, token, , stack, id, address] = wordsIn(owner)
  if (!token) return {}
  const words = { stack, id, address, token, type: kind }
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [`stackwright:${key}`, value ?? '']))
}

function idOf({ zoneId, name, type }: { zoneId: string; name: string; type: string }): string {
  return `${zoneId} ${name} ${type}`
}

function placeOf(id: string): { zoneId: string; name: string; type: string } {
  const [zoneId = '', name = '', type = ''] = id.split(' ')
  return { zoneId, name, type }
}

function rowOf({ name, type, alias, values }: RecordIn): Row {
  const place = { Name: name, Type: type as 'A' }
  if (!alias) return { ...place, TTL: 300, ResourceRecords: values.map(Value => ({ Value })) }
  return { ...place, AliasTarget: { HostedZoneId: alias.zoneId, DNSName: alias.dnsName, EvaluateTargetHealth: false } }
}

/** The error for a name that is taken; the engine then looks whose it is. */
function taken({ name, type }: RecordIn): CloudProblem {
  return new CloudProblem('exists', { what: `There is a record ${name} ${type} already.`, code: 'InvalidChangeBatch' })
}
