import { CloudProblem } from '../../../../base/errors.ts'
import type { Mark } from '../../../../engine/kind.ts'
import type { Aws } from '../../client.ts'
import { minute, orAbsent, repeatable, second, until } from '../common.ts'

// Route 53 records carry no tags, so a TXT record beside each of ours, created in the same change, says whose it is:
// records that existed before are never overwritten or removed.

/** A record that proves who owns a domain. */
export type Proof = { name: string; type: string; value: string }

export type Row = NonNullable<Awaited<ReturnType<typeof readRecord>>>
export type Change = [action: 'CREATE' | 'UPSERT' | 'DELETE', row: Row]

/** The record of this name and type, or undefined. */
export async function readRecord(cloud: Aws, zoneId: string, name: string, type: string) {
  const input = {
    HostedZoneId: zoneId,
    StartRecordName: name,
    StartRecordType: type as 'A',
    MaxItems: 1,
  }
  // The list starts at this name: its first record can be another one.
  const { ResourceRecordSets } = await cloud.call('route53', 'ListResourceRecordSets', input)
  return ResourceRecordSets?.find(row => plainName(row.Name) === plainName(name) && row.Type === type)
}

/** Route 53 returns names in lower case with a final dot, and `*` as `\052`. */
export function plainName(name: string | undefined): string {
  return (name ?? '').toLowerCase().replace(/\.$/, '').replace('\\052', '*')
}

/** The record by which the owner of a domain proves it to ACM. */
export function proofRow({ name, type, value }: Proof): Row {
  return { Name: name, Type: type as 'CNAME', TTL: 300, ResourceRecords: [{ Value: value }] }
}

/**
 * Whether two records have the same target; Route 53 writes names with a final dot and `dualstack.` in front.
 */
export function sameRecord(present: Row | undefined, wanted: Row): boolean {
  if (!present) return false
  const target = (row: Row) => plainName(row.AliasTarget?.DNSName).replace(/^dualstack\./, '')
  const values = (row: Row) =>
    (row.ResourceRecords ?? [])
      .map(each => plainName(each.Value))
      .sort()
      .join()
  return target(present) === target(wanted) && values(present) === values(wanted)
}

/** A change batch as Route 53 takes it. */
export function changes(list: Change[]) {
  return { Comment: 'stackwright', Changes: list.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet })) }
}

/** All of it or nothing; waits until every name server knows. */
export async function change(cloud: Aws, zoneId: string, list: Change[]): Promise<void> {
  const input = { HostedZoneId: zoneId, ChangeBatch: changes(list) }
  const { ChangeInfo } = await cloud.call('route53', 'ChangeResourceRecordSets', input, repeatable)
  if (ChangeInfo?.Id) await untilSpread(cloud, ChangeInfo.Id)
}

/** Deletes records in one change and waits until every name server knows. Those that are gone already are left out. */
export async function deleteRecords(cloud: Aws, zoneId: string, rows: Row[]): Promise<void> {
  const send = () =>
    change(
      cloud,
      zoneId,
      rows.map(row => ['DELETE', row]),
    )
  try {
    await orAbsent(send)
  } catch (error) {
    if (!isRefusedBatch(error)) throw error
    const left = await stillThere(cloud, zoneId, rows)
    if (left.length === rows.length) throw error
    if (left.length > 0) await deleteRecords(cloud, zoneId, left)
  }
}

/** The code for everything that can be wrong with a change, a record that is there or missing included: look which. */
export function isRefusedBatch(error: unknown): boolean {
  return error instanceof CloudProblem && error.code === 'InvalidChangeBatch'
}

/** Those of the rows whose name and type have a record now. */
export async function stillThere(cloud: Aws, zoneId: string, rows: Row[]): Promise<Row[]> {
  const present = await Promise.all(
    rows.map(({ Name = '', Type = '' }) => orAbsent(() => readRecord(cloud, zoneId, Name, Type))),
  )
  return rows.filter((_row, n) => present[n] !== undefined)
}

/** Waits, at most 15 minutes of the cloud's time, until every name server knows of a change. */
export async function untilSpread(cloud: Aws, id: string): Promise<void> {
  const read = async () => (await cloud.call('route53', 'GetChange', { Id: id })).ChangeInfo
  await until(
    cloud,
    () => orAbsent(read),
    info => info?.Status === 'INSYNC',
    {
      what: 'the change to reach all name servers',
      within: 15 * minute,
      every: 2 * second,
    },
  )
}

/** Removes validation records that this program created, and their owner records. Others stay. */
export async function removeProofs(cloud: Aws, zoneId: string, proofs: Proof[]): Promise<void> {
  for (const proof of proofs) {
    const owner = await readOwner(cloud, zoneId, proof.name)
    if (wordsIn(owner).length === 0) continue
    const row = await orAbsent(() => readRecord(cloud, zoneId, proof.name, proof.type))
    const rows = row && sameRecord(row, proofRow(proof)) ? [owner!, row] : [owner!]
    await deleteRecords(cloud, zoneId, rows)
  }
}

/** The name of the TXT record beside a record; a wildcard cannot have anything under it. */
export function ownerName(name: string): string {
  return `_stackwright.${name.startsWith('*.') ? `any.${name.slice(2)}` : name}`
}

/** The TXT record with the whole mark, and the type of the record beside it. */
export function ownerRow({ name, type }: { name: string; type: string }, { token, stack, address, tags }: Mark): Row {
  const words = ['stackwright', token, type, stack, tags['stackwright:id'] ?? '', address]
  return { Name: ownerName(name), Type: 'TXT', TTL: 300, ResourceRecords: [{ Value: `"${words.join(' ')}"` }] }
}

/** The TXT record that says whose the record of this name is, or undefined. */
export function readOwner(cloud: Aws, zoneId: string, name: string): Promise<Row | undefined> {
  return orAbsent(() => readRecord(cloud, zoneId, ownerName(name), 'TXT'))
}

/** `stackwright`, token, type, stack, its id, address; [] where it is not ours. */
export function wordsIn(owner: Row | undefined): string[] {
  const words = (owner?.ResourceRecords?.[0]?.Value ?? '').replace(/^"|"$/g, '').split(' ')
  return words[0] === 'stackwright' ? words : []
}

/** Public zones of this account that can hold one of these names. */
export async function zonesFor(cloud: Aws, names: string[]): Promise<string[]> {
  const zones = await cloud.pages('route53', 'ListHostedZones', {}, answer => answer.HostedZones)
  const holds = (zone: string) => names.some(name => `.${plainName(name)}`.endsWith(`.${plainName(zone)}`))
  return zones.filter(zone => !zone.Config?.PrivateZone && holds(zone.Name ?? '')).map(zone => plainZone(zone.Id))
}

/** Route 53 returns `/hostedzone/Z1` and takes `Z1`. */
export function plainZone(id: string | undefined): string {
  return (id ?? '').replace(/^\/hostedzone\//, '')
}
