import { CloudProblem } from '../../../errors.ts'
import type { Found, Mark } from '../../../kind.ts'
import type { Aws } from '../client.ts'
import { carries, found, markFilter } from '../read.ts'
import { isSharedProof, type Proof, proofsOf, provenNames } from './certificates.ts'
import { type AwsKind, minute, orAbsent, repeatable, second, until } from './common.ts'

// Records carry no tags, so a TXT record beside each, made in the same change, says whose it is: what was there before
// is never overwritten or removed. Without a state they are found by the names of the stack's own certificates.

export type ValidationRecordIn = { zoneId: string; certificateArn: string; records: Proof[] }

/** The records that prove a domain to Certificate Manager. Their content follows from account and domain: set, never clashing. */
export const validationRecord: AwsKind<ValidationRecordIn, { id: string }> = {
  type: 'aws:validation-record',
  title: 'Validation record',
  once: 'put',
  after: ['aws:certificate', 'aws:hosted-zone'],
  expectMs: 40 * second,
  tagged: true,
  async find(cloud, where) {
    const [zone, arn] = 'id' in where ? where.id.split(' ') : []
    const sets = zone && arn ? [{ zoneId: zone, arn, proofs: await proofsOf(cloud, arn) }] : []
    for (const { arn, names, proofs } of 'id' in where ? [] : await provenNames(cloud, where.stack)) {
      for (const zoneId of await zonesFor(cloud, names)) sets.push({ zoneId, arn, proofs })
    }
    const lists = sets.map(async ({ zoneId, arn, proofs }) => {
      const owners = await Promise.all(proofs.map(({ name }) => readOwner(cloud, zoneId, name)))
      return found(owners.some(Boolean) ? `${zoneId} ${arn}` : undefined, tagsBeside(owners.find(Boolean), this.type))
    })
    return ofMark((await Promise.all(lists)).flat(), this.type, where)
  },
  create: async (_cloud, { zoneId, certificateArn }) => `${zoneId} ${certificateArn}`,
  async settle(cloud, id, { zoneId, records }, mark) {
    const present = await Promise.all(records.map(({ name, type }) => readRecord(cloud, zoneId, name, type)))
    const missing = records.filter((proof, n) => !sameRecord(present[n], simple(proof)))
    const rows = missing.flatMap(proof => [simple(proof), ownerRow(proof, mark)])
    if (rows.length > 0)
      await change(
        cloud,
        zoneId,
        rows.map(row => ['UPSERT', row]),
      )
    return { id }
  },
  async remove(cloud, id, input) {
    const [zoneId = '', arn = ''] = id.split(' ')
    const records = input?.records ?? (await proofsOf(cloud, arn))
    const shared = await isSharedProof(cloud, arn)
    for (const proof of records) {
      const owner = await readOwner(cloud, zoneId, proof.name)
      if (!owner) continue
      const row = await readRecord(cloud, zoneId, proof.name, proof.type)
      // Another certificate goes on proving itself by it.
      const rows = row && !shared && sameRecord(row, simple(proof)) ? [owner, row] : [owner]
      await orAbsent(() =>
        change(
          cloud,
          zoneId,
          rows.map(each => ['DELETE', each]),
        ),
      )
    }
    return 'gone'
  },
}

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
  once: 'name',
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
    const lists = (await provenNames(cloud, (where as { stack: string }).stack)).map(async ({ names }) => {
      const places = (await zonesFor(cloud, names)).flatMap(zoneId => names.map(name => ({ zoneId, name })))
      return Promise.all(
        places.map(async ({ zoneId, name }) => {
          const owner = await readOwner(cloud, zoneId, name)
          const [, , type = ''] = wordsIn(owner)
          return found(type && idOf({ zoneId, name, type }), tagsBeside(owner, this.type))
        }),
      )
    })
    return ofMark((await Promise.all(lists)).flat(2), this.type, where)
  },
  async create(cloud, input, mark) {
    const { ChangeInfo } = await cloud.call('route53', 'ChangeResourceRecordSets', {
      HostedZoneId: input.zoneId,
      ChangeBatch: changes([
        ['CREATE', rowOf(input)],
        ['CREATE', ownerRow(input, mark)],
      ]),
    })
    if (ChangeInfo?.Id) spreading.set(idOf(input), ChangeInfo.Id)
    return idOf(input)
  },
  async settle(cloud, id, input) {
    const present = await readRecord(cloud, input.zoneId, input.name, input.type)
    const wanted = rowOf(input)
    if (!sameRecord(present, wanted)) await change(cloud, input.zoneId, [['UPSERT', wanted]])
    const changeId = spreading.get(id)
    if (changeId) await untilSpread(cloud, changeId)
    spreading.delete(id)
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

type Row = NonNullable<Awaited<ReturnType<typeof readRecord>>>
type Change = [action: 'CREATE' | 'UPSERT' | 'DELETE', row: Row]

/** Changes of this process that may not have reached all name servers, by record. */
const spreading = new Map<string, string>()

/** Beside the record; a wildcard cannot have anything under it. */
function ownerName(name: string): string {
  return `_stackwright.${name.startsWith('*.') ? `any.${name.slice(2)}` : name}`
}

/** Everything that a mark says, and the type of the record it stands beside. */
function ownerRow({ name, type }: { name: string; type: string }, { token, stack, address, tags }: Mark): Row {
  const words = ['stackwright', token, type, stack, tags['stackwright:id'] ?? '', address]
  return { Name: ownerName(name), Type: 'TXT', TTL: 300, ResourceRecords: [{ Value: `"${words.join(' ')}"` }] }
}

function readOwner(cloud: Aws, zoneId: string, name: string): Promise<Row | undefined> {
  return orAbsent(() => readRecord(cloud, zoneId, ownerName(name), 'TXT'))
}

/** `stackwright`, token, type, stack, its id, address; nothing where it is not ours. */
function wordsIn(owner: Row | undefined): string[] {
  const words = (owner?.ResourceRecords?.[0]?.Value ?? '').replace(/^"|"$/g, '').split(' ')
  return words[0] === 'stackwright' ? words : []
}

function tagsBeside(owner: Row | undefined, kind: string): Record<string, string> {
  const [, token, , stack, id, address] = wordsIn(owner)
  if (!token) return {}
  const told = { stack, id, address, token, type: kind }
  return Object.fromEntries(Object.entries(told).map(([key, value]) => [`stackwright:${key}`, value ?? '']))
}

function ofMark(all: Found[], type: string, where: { id: string } | { stack: string; address?: string }): Found[] {
  return 'id' in where ? all : all.filter(thing => carries(thing.tags, markFilter(type, where)))
}

/** Public zones of this account in which one of these names can stand. */
async function zonesFor(cloud: Aws, names: string[]): Promise<string[]> {
  const zones = await cloud.pages('route53', 'ListHostedZones', {}, answer => answer.HostedZones)
  const holds = (zone: string) => names.some(name => `.${plainName(name)}`.endsWith(`.${plainName(zone)}`))
  return zones.filter(zone => !zone.Config?.PrivateZone && holds(zone.Name ?? '')).map(zone => plainZone(zone.Id))
}

function idOf({ zoneId, name, type }: { zoneId: string; name: string; type: string }): string {
  return `${zoneId} ${name} ${type}`
}

function placeOf(id: string): { zoneId: string; name: string; type: string } {
  const [zoneId = '', name = '', type = ''] = id.split(' ')
  return { zoneId, name, type }
}

async function readRecord(cloud: Aws, zoneId: string, name: string, type: string) {
  const input = {
    HostedZoneId: zoneId,
    StartRecordName: name,
    StartRecordType: type as 'A',
    MaxItems: 1,
  }
  // It starts there: what comes first need not be it.
  const { ResourceRecordSets } = await cloud.call('route53', 'ListResourceRecordSets', input)
  return ResourceRecordSets?.find(row => plainName(row.Name) === plainName(name) && row.Type === type)
}

/** Names come back with a dot at the end, in lower case, and `*` as `\052`. */
function plainName(name: string | undefined): string {
  return (name ?? '').toLowerCase().replace(/\.$/, '').replace('\\052', '*')
}

function simple({ name, type, value }: Proof): Row {
  return { Name: name, Type: type as 'CNAME', TTL: 300, ResourceRecords: [{ Value: value }] }
}

function rowOf({ name, type, alias, values }: RecordIn): Row {
  const place = { Name: name, Type: type as 'A' }
  if (!alias) return { ...place, TTL: 300, ResourceRecords: values.map(Value => ({ Value })) }
  return { ...place, AliasTarget: { HostedZoneId: alias.zoneId, DNSName: alias.dnsName, EvaluateTargetHealth: false } }
}

function sameRecord(present: Row | undefined, wanted: Row): boolean {
  if (!present) return false
  const target = (row: Row) => plainName(row.AliasTarget?.DNSName).replace(/^dualstack\./, '')
  const values = (row: Row) =>
    (row.ResourceRecords ?? [])
      .map(each => plainName(each.Value))
      .sort()
      .join()
  return target(present) === target(wanted) && values(present) === values(wanted)
}

function changes(list: Change[]) {
  return { Comment: 'stackwright', Changes: list.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet })) }
}

/** All of it or nothing; waits until every name server knows. */
async function change(cloud: Aws, zoneId: string, list: Change[]): Promise<void> {
  const input = { HostedZoneId: zoneId, ChangeBatch: changes(list) }
  try {
    const { ChangeInfo } = await cloud.call('route53', 'ChangeResourceRecordSets', input, repeatable)
    if (ChangeInfo?.Id) await untilSpread(cloud, ChangeInfo.Id)
  } catch (error) {
    // Removed already, perhaps by the try whose answer was lost.
    const over =
      error instanceof CloudProblem && error.code === 'InvalidChangeBatch' && /not found/.test(error.why ?? '')
    if (!over || list.some(([action]) => action !== 'DELETE')) throw error
  }
}

async function untilSpread(cloud: Aws, id: string): Promise<void> {
  const read = async () => (await cloud.call('route53', 'GetChange', { Id: id })).ChangeInfo
  await until(
    cloud,
    () => orAbsent(read),
    info => info?.Status === 'INSYNC',
    {
      what: 'the name servers to know of the change',
      within: 15 * minute,
      every: 2 * second,
    },
  )
}

/** A zone that answers `/hostedzone/Z1` is asked for as `Z1`. */
export function plainZone(id: string | undefined): string {
  return (id ?? '').replace(/^\/hostedzone\//, '')
}
