import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { object, objects, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { createResource, everywhere, removeResource, text } from '../../core/resources.ts'
import { dnsName, isBelow, recordFaults, reversed } from './dns-name.ts'
import { newChange, recordsOf, serversOf, zoneOf } from './hosted-zone.ts'

/** Record sets: a batch happens wholly or not at all. Routing policies besides the simple one are not simulated. */
export const recordOperations: Record<string, Operation> = {
  'route53.ChangeResourceRecordSets': operation('HostedZoneId ChangeBatch', (input, call) => {
    const zone = zoneOf(call, requireParameter(input, 'HostedZoneId', 'InvalidInput'))
    const batch = object(input, 'ChangeBatch')
    const changes = objects(batch, 'Changes')
    if (changes.length === 0) refuse(400, 'InvalidInput', 'A batch has at least one change.')
    if (changes.length > 1000) refuse(400, 'InvalidChangeBatch', 'A batch has at most 1000 changes.')
    apply(call, zone, changes)
    return { ChangeInfo: newChange(call, word(batch, 'Comment')) }
  }),
  'route53.ListResourceRecordSets': operation(
    'HostedZoneId StartRecordName StartRecordType StartRecordIdentifier MaxItems',
    (input, call) => {
      const zone = zoneOf(call, requireParameter(input, 'HostedZoneId', 'InvalidInput'))
      const start = word(input, 'StartRecordName')
      const begin = start === '' ? '' : reversed(dnsName(start))
      const rows = recordSets(call, zone).filter(row => {
        const order = reversed(word(row, 'Name'))
        return order > begin || (order === begin && word(row, 'Type') >= word(input, 'StartRecordType'))
      })
      const count = Math.min(Number(word(input, 'MaxItems') || 300), 300)
      const next = rows[count]
      return {
        ResourceRecordSets: rows.slice(0, count),
        IsTruncated: next !== undefined,
        MaxItems: count,
        ...(next && { NextRecordName: word(next, 'Name'), NextRecordType: word(next, 'Type') }),
      }
    },
  ),
}

interface Set {
  name: string
  type: string
  /** As Route 53 shows it. */
  shown: JsonObject
  since: number
}

/** Everything in the zone after each change; the first that is wrong refuses the whole batch. */
function apply(call: Call, zone: Resource, changes: JsonObject[]): void {
  const before = new Map(recordsOf(call, zone).map(one => [`${text(one, 'name')} ${text(one, 'recordType')}`, one]))
  const after = new Map<string, Set>(
    [...before].map(([key, one]) => [
      key,
      {
        name: text(one, 'name'),
        type: text(one, 'recordType'),
        shown: object(one.data, 'shown'),
        since: Number(one.data.since),
      },
    ]),
  )
  const faults = changes.flatMap(change => {
    const record = object(change, 'ResourceRecordSet')
    const set = setOf(call, record)
    return changed(zone, after, word(change, 'Action'), set, record)
  })
  if (faults.length > 0) refuse(400, 'InvalidChangeBatch', `[${faults.join(', ')}]`)
  for (const [key, one] of before) if (after.get(key)?.shown !== one.data.shown) removeResource(call, one)
  for (const [key, set] of after) {
    if (before.get(key)?.data.shown === set.shown) continue
    const data = { zoneId: zone.id, name: set.name, recordType: set.type, shown: set.shown, since: set.since }
    createResource(call, 'record', `${zone.id}/${set.name}/${set.type}`, data, { region: everywhere })
  }
}

function setOf(call: Call, record: JsonObject): Set {
  const name = dnsName(word(record, 'Name'))
  const type = word(record, 'Type')
  const alias = record.AliasTarget !== undefined ? object(record, 'AliasTarget') : undefined
  const shown: JsonObject = alias
    ? {
        Name: name,
        Type: type,
        AliasTarget: {
          HostedZoneId: word(alias, 'HostedZoneId'),
          DNSName: dnsName(word(alias, 'DNSName')),
          EvaluateTargetHealth: alias.EvaluateTargetHealth === true,
        },
      }
    : {
        Name: name,
        Type: type,
        TTL: Number(record.TTL ?? 0),
        ResourceRecords: objects(record, 'ResourceRecords').map(one => ({ Value: word(one, 'Value') })),
      }
  return { name, type, shown, since: call.world.now() }
}

function changed(zone: Resource, sets: Map<string, Set>, action: string, set: Set, record: JsonObject): string[] {
  const { name, type } = set
  const key = `${name} ${type}`
  const about = `resource record set [name='${name}', type='${type}']`
  const unusual = Object.keys(record).find(
    one => !['Name', 'Type', 'TTL', 'ResourceRecords', 'AliasTarget'].includes(one),
  )
  if (unusual) refuse(400, 'InvalidInput', `The emulator does not simulate ${unusual} of a record set.`)
  if (!isBelow(name, text(zone, 'name'))) {
    return [`RRSet with DNS name ${name} is not permitted in zone ${text(zone, 'name')}`]
  }
  const own = name === text(zone, 'name') && (type === 'NS' || type === 'SOA')
  if (own) return [`A HostedZone must contain exactly one ${type} record for the zone itself.`]
  const faults = recordFaults(
    record,
    objects(record, 'ResourceRecords').map(one => word(one, 'Value')),
  )
  if (faults.length > 0) return faults
  const there = sets.get(key)
  if (action === 'DELETE') return remove(sets, key, there, set, about)
  if (action === 'CREATE' && there) return [`Tried to create ${about} but it already exists`]
  if (!['CREATE', 'UPSERT'].includes(action)) return [`Invalid action ${action}`]
  const others = [...sets.values()].filter(one => one.name === name && one.type !== type)
  if (others.some(one => one.type === 'CNAME') || (type === 'CNAME' && others.length > 0)) {
    return [
      `RRSet of type ${type} with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${text(zone, 'name')}`,
    ]
  }
  if (type === 'CNAME' && name === text(zone, 'name')) {
    return [`RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${text(zone, 'name')}`]
  }
  if (!there || JSON.stringify(there.shown) !== JSON.stringify(set.shown)) sets.set(key, set)
  return []
}

/** A record is deleted only by saying exactly what it is. */
function remove(sets: Map<string, Set>, key: string, there: Set | undefined, set: Set, about: string): string[] {
  if (!there) return [`Tried to delete ${about} but it was not found`]
  if (JSON.stringify(there.shown) !== JSON.stringify(set.shown)) {
    return [`Tried to delete ${about} but the values provided do not match the current values`]
  }
  sets.delete(key)
  return []
}

/** In the order of listing: by labels from the right, then by type; the zone's own NS and SOA are in it. */
function recordSets(call: Call, zone: Resource): JsonObject[] {
  const name = text(zone, 'name')
  const servers = serversOf(zone)
  const own = [
    { Name: name, Type: 'NS', TTL: 172_800, ResourceRecords: servers.map(one => ({ Value: `${one}.` })) },
    {
      Name: name,
      Type: 'SOA',
      TTL: 900,
      ResourceRecords: [{ Value: `${servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` }],
    },
  ]
  const order = (row: JsonObject) => `${reversed(word(row, 'Name'))} ${word(row, 'Type')}`
  return [...own, ...recordsOf(call, zone).map(one => object(one.data, 'shown'))].sort((one, other) =>
    order(one) < order(other) ? -1 : 1,
  )
}
