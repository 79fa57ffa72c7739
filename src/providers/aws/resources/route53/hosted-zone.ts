import { Problem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, chunks, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { plainZone } from './common.ts'

export type HostedZoneIn = { name: string }
/** `nameServers`: to be set at the domain's registrar. */
export type HostedZoneOut = { id: string; nameServers: string[] }

/** Console: Route 53 › Create hosted zone. Its reference (our token) is unique; its name is not. Created only on request: it has no effect before the registrar points to it. */
export const hostedZone: AwsKind<HostedZoneIn, HostedZoneOut> = {
  type: 'aws:hosted-zone',
  title: 'Hosted zone',
  idempotency: 'uniqueName',
  after: [],
  expectMs: 5 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) {
      const answer = await orAbsent(() => cloud.call('route53', 'GetHostedZone', { Id: where.id }))
      return answer?.HostedZone ? found(where.id, await tagsOf(cloud, answer.HostedZone)) : []
    }
    const zones = await cloud.pages('route53', 'ListHostedZones', {}, answer => answer.HostedZones)
    // There are no tags at creation: until they are set, the reference in the zone is our mark.
    const ours = zones.filter(zone => zone.Config?.Comment === commentIn(cloud))
    const lists = await Promise.all(ours.map(async zone => found(plainZone(zone.Id), await tagsOf(cloud, zone))))
    const name = where.input && `${where.input.name.replace(/\.$/, '')}.`
    return lists.flat().filter(thing => {
      if (name) return zones.some(zone => plainZone(zone.Id) === thing.id && zone.Name === name)
      return carries(thing.tags, markFilter(this.type, where))
    })
  },
  async create(cloud, { name }, mark) {
    const input = { Name: name, CallerReference: mark.token, HostedZoneConfig: { Comment: commentIn(cloud) } }
    return plainZone((await cloud.call('route53', 'CreateHostedZone', input)).HostedZone?.Id)
  },
  async settle(cloud, id, _input, mark) {
    const options = { what: `the hosted zone ${id}`, within: 5 * minute }
    const read = async () => cloud.call('route53', 'GetHostedZone', { Id: id })
    const answer = await settled(cloud, read, () => true, options)
    if (answer.HostedZone && !carries(await tagsOf(cloud, answer.HostedZone), mark.tags)) {
      const input = { ResourceType: 'hostedzone' as const, ResourceId: id, AddTags: tagList(mark.tags) }
      await cloud.call('route53', 'ChangeTagsForResource', input, repeatable)
    }
    return { id, nameServers: answer.DelegationSet?.NameServers ?? [] }
  },
  async remove(cloud, id) {
    const others = await orAbsent(() => otherRecords(cloud, id))
    if (others?.length) {
      throw new Problem({
        what: `The hosted zone ${id} is not empty.`,
        list: others.map(line => `Blocked by: ${line}.`),
        next: 'Remove what was added to it outside of this program, then run the same command again.',
      })
    }
    return removed(cloud, () => cloud.call('route53', 'DeleteHostedZone', { Id: id }, repeatable), 5 * minute)
  },
}

/** Zones belong to no region, stacks do: a stack of the same name in another region has its own. */
function commentIn({ region }: Aws): string {
  return `Made by stackwright in ${region}`
}

interface Zone {
  Id?: string | undefined
  CallerReference?: string | undefined
  Config?: { Comment?: string | undefined } | undefined
}

async function tagsOf(cloud: Aws, zone: Zone): Promise<Record<string, string>> {
  const own =
    zone.Config?.Comment === commentIn(cloud) && zone.CallerReference
      ? { 'stackwright:token': zone.CallerReference }
      : {}
  const [tags = {}] = await tagsOfAll(cloud, [plainZone(zone.Id)])
  return { ...own, ...tags }
}

/** Ten at a time. */
async function tagsOfAll(cloud: Aws, ids: string[]): Promise<Record<string, string>[]> {
  const all: Record<string, string>[] = []
  for (const ResourceIds of chunks(ids, 10)) {
    const input = { ResourceType: 'hostedzone' as const, ResourceIds }
    const answer = await orAbsent(() => cloud.call('route53', 'ListTagsForResources', input))
    all.push(...(answer?.ResourceTagSets ?? []).map(set => tagsIn(set.Tags)))
  }
  return all
}

/** All but the two that are created and deleted with the zone. */
async function otherRecords(cloud: Aws, id: string): Promise<string[]> {
  const { ResourceRecordSets } = await cloud.call('route53', 'ListResourceRecordSets', { HostedZoneId: id })
  const rows = ResourceRecordSets ?? []
  return rows.filter(row => row.Type !== 'SOA' && row.Type !== 'NS').map(row => `${row.Name} ${row.Type}`)
}
