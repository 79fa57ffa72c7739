import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { letters } from '../../core/ids.ts'
import { object, objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import {
  createResource,
  everywhere,
  findResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { moreTags, type TagCodes, tagsOf, withoutTags } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { dnsName, reversed } from './dns-name.ts'

const tagCodes: TagCodes = { bad: 'InvalidInput', maximum: 50 }
const perAccount = 500

/** Hosted zones, their tags, and changes. Two zones of one name can exist: only the caller reference keeps them apart. */
export const hostedZoneOperations: Record<string, Operation> = {
  'route53.CreateHostedZone': operation('Name CallerReference HostedZoneConfig', (input, call) => {
    const name = dnsName(requireParameter(input, 'Name', 'InvalidInput'))
    if (!/^([a-z0-9_-]+\.)+[a-z0-9-]+\.$/.test(name))
      refuse(400, 'InvalidDomainName', `The domain name ${name} is not valid.`)
    const reference = requireParameter(input, 'CallerReference', 'InvalidInput')
    if (reference.length > 128) refuse(400, 'InvalidInput', 'A caller reference has 1 to 128 characters.')
    const config = object(input, 'HostedZoneConfig')
    if (config.PrivateZone === true) refuse(400, 'InvalidInput', 'The emulator does not simulate private zones.')
    if (zones(call).some(one => text(one, 'reference') === reference)) {
      refuse(
        409,
        'HostedZoneAlreadyExists',
        `A hosted zone has already been created with the specified caller reference.`,
      )
    }
    if (zones(call).length >= perAccount)
      refuse(400, 'TooManyHostedZones', 'Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER')
    const id = `Z${letters(call.world, 20)}`
    const servers = nameServers(call)
    const data = { name, reference, comment: word(config, 'Comment'), servers }
    const zone = createResource(call, 'hosted-zone', id, data, { region: everywhere })
    return {
      HostedZone: describe(call, zone),
      ChangeInfo: newChange(call),
      DelegationSet: { NameServers: servers },
      Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${id}`,
    }
  }),
  'route53.GetHostedZone': operation('Id', (input, call) => {
    const zone = zoneOf(call, requireParameter(input, 'Id', 'InvalidInput'))
    return { HostedZone: describe(call, zone), DelegationSet: { NameServers: serversOf(zone) } }
  }),
  'route53.GetHostedZoneCount': operation('', (_, call) => ({ HostedZoneCount: zones(call).length })),
  'route53.ListHostedZones': operation('Marker MaxItems', (input, call) => {
    const { rows, next } = from(
      listedResources(call, 'hosted-zone', everywhere),
      word(input, 'Marker'),
      maximum(input),
      one => one.id,
    )
    return {
      HostedZones: rows.map(one => describe(call, one)),
      Marker: word(input, 'Marker'),
      IsTruncated: next !== undefined,
      MaxItems: maximum(input),
      ...(next && { NextMarker: next.id }),
    }
  }),
  'route53.ListHostedZonesByName': operation('DNSName HostedZoneId MaxItems', (input, call) => {
    const start = word(input, 'DNSName')
    const order = (one: Resource) => `${reversed(text(one, 'name'))} ${one.id}`
    const sorted = listedResources(call, 'hosted-zone', everywhere).sort((one, other) =>
      order(one) < order(other) ? -1 : 1,
    )
    // The name is where the list begins, not a filter: what follows it comes along.
    const begin = start === '' ? '' : reversed(dnsName(start))
    const rest = sorted.filter(
      one => order(one) >= `${begin} ${start === '' ? '' : word(input, 'HostedZoneId')}`.trim(),
    )
    const rows = rest.slice(0, maximum(input))
    const next = rest[maximum(input)]
    return {
      HostedZones: rows.map(one => describe(call, one)),
      IsTruncated: next !== undefined,
      MaxItems: maximum(input),
      ...(start && { DNSName: start }),
      ...(next && { NextDNSName: text(next, 'name'), NextHostedZoneId: next.id }),
    }
  }),
  'route53.UpdateHostedZoneComment': operation('Id Comment', (input, call) => {
    const zone = zoneOf(call, requireParameter(input, 'Id', 'InvalidInput'))
    updateResource(call, zone, { comment: word(input, 'Comment') })
    return { HostedZone: describe(call, zone) }
  }),
  'route53.DeleteHostedZone': operation('Id', (input, call) => {
    const zone = zoneOf(call, requireParameter(input, 'Id', 'InvalidInput'))
    if (recordsOf(call, zone).length > 0) {
      refuse(
        400,
        'HostedZoneNotEmpty',
        'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
      )
    }
    removeResource(call, zone)
    return { ChangeInfo: newChange(call) }
  }),
  'route53.GetChange': operation('Id', (input, call) => {
    const id = plain(requireParameter(input, 'Id', 'InvalidInput'), 'change')
    const updateResource = findResource(call, 'dns-change', id)
    if (!updateResource) return refuse(404, 'NoSuchChange', `No change found with ID: ${id}`)
    return { ChangeInfo: describeChange(call, updateResource) }
  }),
  'route53.ChangeTagsForResource': operation('ResourceType ResourceId AddTags RemoveTagKeys', (input, call) => {
    const zone = tagged(call, input, word(input, 'ResourceId'))
    const left = withoutTags(zone, words(input, 'RemoveTagKeys'))
    zone.tags = moreTags({ ...zone, tags: left }, tagsOf(objects(input, 'AddTags'), tagCodes), tagCodes)
    call.world.touch(zone)
    return {}
  }),
  'route53.ListTagsForResource': operation('ResourceType ResourceId', (input, call) => ({
    ResourceTagSet: tagSet(tagged(call, input, word(input, 'ResourceId'))),
  })),
  'route53.ListTagsForResources': operation('ResourceType ResourceIds', (input, call) => ({
    ResourceTagSets: words(input, 'ResourceIds').map(id => tagSet(tagged(call, input, id))),
  })),
}

/** The zone of that id, with or without `/hostedzone/`. Refused when it is not there. */
export function zoneOf(call: Call, id: string): Resource {
  const asked = plain(id, 'hostedzone')
  const zone = findResource(call, 'hosted-zone', asked)
  return zone ?? refuse(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${asked}`)
}

/** The record sets that were made; the zone's own NS and SOA are not among them. */
export function recordsOf(call: Call, zone: Resource): Resource[] {
  return resourcesOf(call, 'record', everywhere).filter(one => text(one, 'zoneId') === zone.id)
}

/** The zone's name servers. */
export function serversOf(zone: Resource): string[] {
  const servers = zone.data.servers
  return Array.isArray(servers) ? servers.map(String) : []
}

/** A change that is PENDING now and INSYNC later. */
export function newChange(call: Call, comment = ''): JsonObject {
  const data = { syncAt: call.world.now() + times.recordsInSync, comment }
  const updateResource = createResource(call, 'dns-change', `C${letters(call.world, 20)}`, data, { region: everywhere })
  // Asked for soon or never.
  removeResource(call, updateResource, 24 * 3_600_000)
  return describeChange(call, updateResource)
}

function zones(call: Call): Resource[] {
  return resourcesOf(call, 'hosted-zone', everywhere)
}

/** Ids may come with their path: `/hostedzone/Z…`. */
function plain(id: string, path: string): string {
  return id.replace(new RegExp(`^/?${path}/`), '')
}

function nameServers(call: Call): string[] {
  const number = () => Math.floor(call.world.random() * 512)
  const ends = ['com', 'net', 'org', 'co.uk']
  return ends.map(
    (end, index) => `ns-${number() + 512 * index}.awsdns-${String(number() % 64).padStart(2, '0')}.${end}`,
  )
}

function maximum(input: JsonObject): number {
  const value = Number(word(input, 'MaxItems') || 100)
  return Number.isInteger(value) && value > 0
    ? Math.min(value, 100)
    : refuse(400, 'InvalidInput', 'MaxItems must be 1 to 100.')
}

function from<T>(
  rows: T[],
  start: string,
  count: number,
  name: (row: T) => string,
): { rows: T[]; next: T | undefined } {
  const at = start === '' ? 0 : rows.findIndex(row => name(row) === start)
  if (at < 0) refuse(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${start}`)
  return { rows: rows.slice(at, at + count), next: rows[at + count] }
}

function tagged(call: Call, input: JsonObject, id: string): Resource {
  if (word(input, 'ResourceType') !== 'hostedzone') {
    refuse(400, 'InvalidInput', 'The emulator tags hosted zones only.')
  }
  return zoneOf(call, id)
}

function tagSet(zone: Resource): JsonObject {
  const Tags = Object.entries(zone.tags).map(([Key, Value]) => ({ Key, Value }))
  return { ResourceType: 'hostedzone', ResourceId: zone.id, Tags }
}

function describe(call: Call, zone: Resource): JsonObject {
  const comment = text(zone, 'comment')
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: text(zone, 'name'),
    CallerReference: text(zone, 'reference'),
    Config: { PrivateZone: false, ...(comment && { Comment: comment }) },
    ResourceRecordSetCount: recordsOf(call, zone).length + 2,
  }
}

function describeChange(call: Call, change: Resource): JsonObject {
  return {
    Id: `/change/${change.id}`,
    Status: call.world.now() < time(change, 'syncAt') ? 'PENDING' : 'INSYNC',
    SubmittedAt: call.world.date(change.born),
    ...(text(change, 'comment') && { Comment: text(change, 'comment') }),
  }
}
