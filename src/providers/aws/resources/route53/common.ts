import { CloudProblem } from '../../../../base/errors.ts'
import type { Mark } from '../../../../engine/kind.ts'
import type { Aws } from '../../client.ts'
import { minute, orAbsent, repeatable, second, until } from '../common.ts'

// Records of Route 53 carry no tags, so a TXT record beside each of ours, made in the same change, says whose it is: what
// was there before is never overwritten or removed.

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
  // It starts there: what comes first need not be it.
  const { ResourceRecordSets } = await cloud.call('route53', 'ListResourceRecordSets', input)
  return ResourceRecordSets?.find(row => plainName(row.Name) === plainName(name) && row.Type === type)
}

/** Names come back with a dot at the end, in lower case, and `*` as `\052`. */
export function plainName(name: string | undefined): string {
  return (name ?? '').toLowerCase().replace(/\.$/, '').replace('\\052', '*')
}

/** The record with which ACM lets the owner of a domain prove it. */
export function proofRow({ name, type, value }: Proof): Row {
  return { Name: name, Type: type as 'CNAME', TTL: 300, ResourceRecords: [{ Value: value }] }
}

/**
 * Whether two records lead to the same place; Route 53 writes names with a dot at the end and `dualstack.` in front.
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

/** Waits, at most 15 minutes of the cloud's time, until every name server knows of a change. */
export async function untilSpread(cloud: Aws, id: string): Promise<void> {
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

/** Removes proofs that this program made, with what says so beside them. Others' stay. */
export async function removeProofs(cloud: Aws, zoneId: string, proofs: Proof[]): Promise<void> {
  for (const proof of proofs) {
    const owner = await readOwner(cloud, zoneId, proof.name)
    if (wordsIn(owner).length === 0) continue
    const row = await orAbsent(() => readRecord(cloud, zoneId, proof.name, proof.type))
    const rows = row && sameRecord(row, proofRow(proof)) ? [owner!, row] : [owner!]
    await orAbsent(() =>
      change(
        cloud,
        zoneId,
        rows.map(each => ['DELETE', each]),
      ),
    )
  }
}

/** Beside the record; a wildcard cannot have anything under it. */
export function ownerName(name: string): string {
  return `_stackwright.${name.startsWith('*.') ? `any.${name.slice(2)}` : name}`
}

/** Everything that a mark says, and the type of the record it stands beside. */
export function ownerRow({ name, type }: { name: string; type: string }, { token, stack, address, tags }: Mark): Row {
  const words = ['stackwright', token, type, stack, tags['stackwright:id'] ?? '', address]
  return { Name: ownerName(name), Type: 'TXT', TTL: 300, ResourceRecords: [{ Value: `"${words.join(' ')}"` }] }
}

/** The TXT record beside a record that says whose it is: records have no tags. */
export function readOwner(cloud: Aws, zoneId: string, name: string): Promise<Row | undefined> {
  return orAbsent(() => readRecord(cloud, zoneId, ownerName(name), 'TXT'))
}

/** `stackwright`, token, type, stack, its id, address; nothing where it is not ours. */
export function wordsIn(owner: Row | undefined): string[] {
  const words = (owner?.ResourceRecords?.[0]?.Value ?? '').replace(/^"|"$/g, '').split(' ')
  return words[0] === 'stackwright' ? words : []
}

/** Public zones of this account in which one of these names can stand. */
export async function zonesFor(cloud: Aws, names: string[]): Promise<string[]> {
  const zones = await cloud.pages('route53', 'ListHostedZones', {}, answer => answer.HostedZones)
  const holds = (zone: string) => names.some(name => `.${plainName(name)}`.endsWith(`.${plainName(zone)}`))
  return zones.filter(zone => !zone.Config?.PrivateZone && holds(zone.Name ?? '')).map(zone => plainZone(zone.Id))
}

/** A zone that answers `/hostedzone/Z1` is asked for as `Z1`. */
export function plainZone(id: string | undefined): string {
  return (id ?? '').replace(/^\/hostedzone\//, '')
}
