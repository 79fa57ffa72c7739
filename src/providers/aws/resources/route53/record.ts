import { carries, found, markFilter } from '../../read.ts'
import { provenNames } from '../acm/certificate.ts'
import { type AwsKind, orAbsent, second } from '../common.ts'
import {
  change,
  changes,
  ownerRow,
  type Row,
  readOwner,
  readRecord,
  sameRecord,
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
    // Found by the names of the stack's certificates: zones with thousands of records are not searched.
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
    const { ChangeInfo } = await cloud.call('route53', 'ChangeResourceRecordSets', {
      HostedZoneId: input.zoneId,
      ChangeBatch: changes([
        ['CREATE', rowOf(input)],
        ['CREATE', ownerRow(input, mark)],
      ]),
    })
    if (ChangeInfo?.Id) cloud.memory.set(spreading(idOf(input)), ChangeInfo.Id)
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
    await orAbsent(() =>
      change(
        cloud,
        zoneId,
        rows.map(each => ['DELETE', each]),
      ),
    )
    return 'gone'
  },
}

/** Under what a change that may not have reached all name servers is remembered. */
const spreading = (id: string) => `change of ${id}`

function tagsBeside(owner: Row | undefined, kind: string): Record<string, string> {
  const [, token, , stack, id, address] = wordsIn(owner)
  if (!token) return {}
  const told = { stack, id, address, token, type: kind }
  return Object.fromEntries(Object.entries(told).map(([key, value]) => [`stackwright:${key}`, value ?? '']))
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
