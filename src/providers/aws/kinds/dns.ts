import { CloudProblem } from '../../../errors.ts'
import type { Aws } from '../client.ts'
import { found } from '../read.ts'
import { isSharedProof, type Proof } from './certificates.ts'
import { type AwsKind, minute, orAbsent, repeatable, second, until } from './common.ts'

export type ValidationRecordIn = { zoneId: string; certificateArn: string; records: Proof[] }

/** The records that prove a domain to Certificate Manager. Their content follows from account and domain: set, never clashing. */
export const validationRecord: AwsKind<ValidationRecordIn, { id: string }> = {
  type: 'aws:validation-record',
  title: 'Validation record',
  once: 'put',
  after: ['aws:certificate', 'aws:hosted-zone'],
  expectMs: 40 * second,
  tagged: false,
  find: async (_cloud, where) => ('id' in where ? found(where.id, {}) : []),
  create: async (_cloud, { zoneId, certificateArn }) => `${zoneId} ${certificateArn}`,
  async settle(cloud, id, { zoneId, records }) {
    const wanted = records.map(simple)
    const present = await Promise.all(records.map(({ name, type }) => readRecord(cloud, zoneId, name, type)))
    const missing = wanted.filter((row, n) => !sameRecord(present[n], row))
    if (missing.length > 0)
      await change(
        cloud,
        zoneId,
        missing.map(row => ['UPSERT', row]),
      )
    return { id }
  },
  async remove(cloud, id, input) {
    const [zoneId = '', arn = ''] = id.split(' ')
    if (!input?.records || (await isSharedProof(cloud, arn))) return 'gone'
    const present = await Promise.all(
      input.records.map(({ name, type }) => orAbsent(() => readRecord(cloud, zoneId, name, type))),
    )
    const mine = present.filter((row, n) => row && sameRecord(row, simple(input.records[n]!)))
    if (mine.length > 0)
      await orAbsent(() =>
        change(
          cloud,
          zoneId,
          mine.map(row => ['DELETE', row!]),
        ),
      )
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

/**
 * Console: Route 53 › Create record. Records carry no tags, so a TXT record beside it, made in the same change, says
 * whose it is: a record that was there before is never overwritten.
 */
export const record: AwsKind<RecordIn, RecordOut> = {
  type: 'aws:record',
  title: 'DNS record',
  once: 'name',
  after: ['aws:load-balancer', 'aws:hosted-zone'],
  expectMs: 40 * second,
  tagged: false,
  mutable: ['alias', 'values'],
  async find(cloud, where) {
    const place = 'id' in where ? placeOf(where.id) : where.input
    if (!place) return []
    const { zoneId, name, type } = place
    if (!(await orAbsent(() => readRecord(cloud, zoneId, name, type)))) return []
    const owner = await readRecord(cloud, zoneId, ownerName(name), 'TXT')
    const token = owned.exec(owner?.ResourceRecords?.[0]?.Value ?? '')?.[1]
    return found(idOf(place), token ? { 'stackwright:token': token } : {})
  },
  async create(cloud, input, mark) {
    const owner: Row = {
      Name: ownerName(input.name),
      Type: 'TXT',
      TTL: 300,
      ResourceRecords: [{ Value: `"stackwright ${mark.token}"` }],
    }
    const { ChangeInfo } = await cloud.call('route53', 'ChangeResourceRecordSets', {
      HostedZoneId: input.zoneId,
      ChangeBatch: changes([
        ['CREATE', rowOf(input)],
        ['CREATE', owner],
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
    const owner = await orAbsent(() => readRecord(cloud, zoneId, ownerName(name), 'TXT'))
    if (owned.exec(owner?.ResourceRecords?.[0]?.Value ?? '')?.[1] !== mark.token) return 'gone'
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

const owned = /^"stackwright ([^"]+)"$/

/** Beside the record; a wildcard cannot have anything under it. */
function ownerName(name: string): string {
  return `_stackwright.${name.startsWith('*.') ? `any.${name.slice(2)}` : name}`
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
