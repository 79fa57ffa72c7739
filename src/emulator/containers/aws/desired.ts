import { createHash } from 'node:crypto'
import { everyPlace } from '../../aws/core/places.ts'
import { all, find, text, texts } from '../../aws/core/resources.ts'
import { publicIpOf } from '../../aws/services/ec2/network-interface.ts'
import { wayOut } from '../../aws/services/ec2/route.ts'
import { rulesOf } from '../../aws/services/ec2/security-group-rule.ts'
import { readersOf, writerOf } from '../../aws/services/rds/db-cluster.ts'
import { inside, parseCidr } from '../../world/cidr.ts'
import type { Call, Thing, World } from '../../world/model.ts'
import type { GroupRule } from '../firewall.ts'

/** What AWS's things want of the containers. Only reads. */

/** A thing and a call that stands where it is, for the operations' own functions. */
export interface Placed {
  call: Call
  thing: Thing
}

/** All things of a type, of every account and region. */
export function everyAws(world: World, type: string): Placed[] {
  return everyPlace(world).flatMap(call => all(call, type).map(thing => ({ call, thing })))
}

/** The id of a thing's container: ARNs are too long, and names are an account's own. */
export function containerId(thing: Thing): string {
  if (!thing.id.startsWith('arn:')) return thing.id
  const short = createHash('sha256').update(thing.id).digest('hex').slice(0, 12)
  return `${thing.type === 'load-balancer' ? 'lb' : 'db'}-${short}`
}

/** The addresses of a load balancer or database in its VPC, one for each of its interfaces. */
export function addressesOf({ call, thing }: Placed): string[] {
  return texts(thing, 'interfaces').flatMap(id => {
    const port = find(call, 'network-interface', id)
    return port ? [text(port, 'privateIp')] : []
  })
}

/** Security groups of an instance; those of everything else are in its own data. */
export function groupsOf({ call, thing }: Placed): string[] {
  if (thing.type !== 'instance') return texts(thing, 'groups')
  const port = find(call, 'network-interface', text(thing, 'interfaceId'))
  return port ? texts(port, 'groups') : []
}

/** What these groups let in. Another group means the addresses of every interface in it, whoever's they are. */
export function inwardRules(call: Call, groups: string[]): GroupRule[] {
  return groups
    .flatMap(id => find(call, 'security-group', id) ?? [])
    .flatMap(group => rulesOf(group).filter(rule => !rule.egress && (rule.cidr !== null || rule.groupId !== null)))
    .map(rule => ({
      protocol: rule.protocol === '-1' ? 'all' : rule.protocol,
      ports: `${rule.from}/${rule.to}`,
      from: rule.groupId === null ? rule.cidr! : addressesIn(call, rule.groupId),
      accept: true,
      priority: 1,
    }))
}

/** Whether the internet reaches it, as far as its security groups let it. */
export function isPublic({ call, thing }: Placed): boolean {
  if (thing.type === 'load-balancer') return text(thing, 'scheme') === 'internet-facing'
  if (thing.type === 'db-instance') return thing.data.isPublic === true
  const subnet = find(call, 'subnet', text(thing, 'subnetId'))
  return subnet !== undefined && wayOut(call, subnet) === 'internet' && hasPublicIp({ call, thing })
}

/** What is left of these rules for a thing without a public address: nobody outside of its VPC gets as far as them. */
export function withinVpc(rules: GroupRule[], cidr: string): GroupRule[] {
  const vpc = parseCidr(cidr)
  return rules.flatMap(rule => {
    const from = Array.isArray(rule.from) ? undefined : parseCidr(rule.from)
    if (!from || !vpc || inside(from, vpc)) return [rule]
    return inside(vpc, from) ? [{ ...rule, from: cidr }] : []
  })
}

/** Whether it may begin connections to what lies outside of its VPC. */
export function reachesOut({ call, thing }: Placed): boolean {
  const subnet = find(call, 'subnet', text(thing, 'subnetId'))
  const way = subnet ? wayOut(call, subnet) : 'none'
  return way === 'nat' || (way === 'internet' && hasPublicIp({ call, thing }))
}

function hasPublicIp({ call, thing }: Placed): boolean {
  const port = find(call, 'network-interface', text(thing, 'interfaceId'))
  return port !== undefined && publicIpOf(call, port) !== ''
}

export function vpcCidr({ call, thing }: Placed): string | undefined {
  const vpc = find(call, 'vpc', text(thing, 'vpcId'))
  return vpc && text(vpc, 'cidr')
}

export function isMariaDb(database: Thing): boolean {
  return /mysql|mariadb/.test(text(database, 'engine'))
}

/** The cluster that a database server is a member of. */
export function clusterOf({ call, thing }: Placed): Thing | undefined {
  const name = text(thing, 'cluster')
  return name === '' ? undefined : all(call, 'db-cluster').find(one => text(one, 'name') === name)
}

/** Endpoints of databases, clusters and load balancers in a VPC: a name means one address. */
export function endpointNames(call: Call, vpcId: string): Record<string, string> {
  const here = (type: string) => all(call, type).filter(one => text(one, 'vpcId') === vpcId && one.goneAt === undefined)
  const first = (thing: Thing | undefined) => (thing ? (addressesOf({ call, thing })[0] ?? '') : '')
  const names: Record<string, string> = {}
  for (const one of here('db-instance')) names[text(one, 'host')] = first(one)
  for (const one of here('load-balancer')) names[text(one, 'dnsName').toLowerCase()] = first(one)
  for (const one of all(call, 'db-cluster').filter(cluster => cluster.goneAt === undefined)) {
    const writer = writerOf(call, one)
    if (!writer || text(writer, 'vpcId') !== vpcId) continue
    names[text(one, 'host')] = first(writer)
    names[text(one, 'readerHost')] = first(readersOf(call, one)[0])
  }
  return Object.fromEntries(Object.entries(names).filter(([, address]) => address !== ''))
}

function addressesIn(call: Call, group: string): string[] {
  return all(call, 'network-interface')
    .filter(one => texts(one, 'groups').includes(group))
    .map(one => text(one, 'privateIp'))
    .sort()
}
