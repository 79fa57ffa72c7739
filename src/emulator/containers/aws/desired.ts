import { createHash } from 'node:crypto'
import { everyPlace } from '../../aws/core/places.ts'
import { findResource, resourcesOf, text, texts } from '../../aws/core/resources.ts'
import { publicIpOf } from '../../aws/services/ec2/network-interface.ts'
import { wayOut } from '../../aws/services/ec2/route.ts'
import { rulesOf } from '../../aws/services/ec2/security-group-rule.ts'
import { readersOf, writerOf } from '../../aws/services/rds/db-cluster.ts'
import { inside, parseCidr } from '../../world/cidr.ts'
import type { Call, Resource, World } from '../../world/model.ts'
import type { GroupRule } from '../firewall.ts'

/** What AWS's resources require of the containers. Only reads. */

/** A resource, and a call in its account and region, which the functions of the operations take. */
export interface Placed {
  call: Call
  resource: Resource
}

/** All resources of a type, of every account and region. */
export function everyAws(world: World, type: string): Placed[] {
  return everyPlace(world).flatMap(call => resourcesOf(call, type).map(resource => ({ call, resource })))
}

const prefixes: Record<string, string> = { 'load-balancer': 'lb', 'replication-group': 'cache', repository: 'ecr' }

/** The id of a resource's container: ARNs are too long, and names are not unique across accounts. */
export function containerId(resource: Resource): string {
  if (!resource.id.startsWith('arn:')) return resource.id
  // A repository that is made again is another one, without the images of the first.
  const own = resource.type === 'repository' ? `${resource.id} ${resource.born}` : resource.id
  const short = createHash('sha256').update(own).digest('hex').slice(0, 12)
  return `${prefixes[resource.type] ?? 'db'}-${short}`
}

/** The addresses of a load balancer, database or cache in its VPC, one for each of its interfaces. */
export function addressesOf({ call, resource }: Placed): string[] {
  return texts(resource, 'interfaces').flatMap(id => {
    const port = findResource(call, 'network-interface', id)
    return port ? [text(port, 'privateIp')] : []
  })
}

/** Security groups of an instance; those of everything else are in its own data. */
export function groupsOf({ call, resource }: Placed): string[] {
  if (resource.type !== 'instance') return texts(resource, 'groups')
  const port = findResource(call, 'network-interface', text(resource, 'interfaceId'))
  return port ? texts(port, 'groups') : []
}

/** What these groups allow in. Another group as the source means the addresses of every interface in it. */
export function inwardRules(call: Call, groups: string[]): GroupRule[] {
  return groups
    .flatMap(id => findResource(call, 'security-group', id) ?? [])
    .flatMap(group => rulesOf(group).filter(rule => !rule.egress && (rule.cidr !== null || rule.groupId !== null)))
    .map(rule => ({
      protocol: rule.protocol === '-1' ? 'all' : rule.protocol,
      ports: `${rule.from}/${rule.to}`,
      from: rule.groupId === null ? rule.cidr! : addressesIn(call, rule.groupId),
      accept: true,
      priority: 1,
    }))
}

/** Whether the internet can reach it, where its security groups allow it. */
export function isPublic({ call, resource }: Placed): boolean {
  if (resource.type === 'load-balancer') return text(resource, 'scheme') === 'internet-facing'
  if (resource.type === 'db-instance') return resource.data.isPublic === true
  if (resource.type === 'replication-group') return false
  const subnet = findResource(call, 'subnet', text(resource, 'subnetId'))
  return subnet !== undefined && wayOut(call, subnet) === 'internet' && hasPublicIp({ call, resource })
}

/** What is left of these rules for a resource without a public address: nothing outside of its VPC reaches it. */
export function withinVpc(rules: GroupRule[], cidr: string): GroupRule[] {
  const vpc = parseCidr(cidr)
  return rules.flatMap(rule => {
    const from = Array.isArray(rule.from) ? undefined : parseCidr(rule.from)
    if (!from || !vpc || inside(from, vpc)) return [rule]
    return inside(vpc, from) ? [{ ...rule, from: cidr }] : []
  })
}

/** Whether it may begin connections to what lies outside of its VPC. */
export function reachesOut({ call, resource }: Placed): boolean {
  const subnet = findResource(call, 'subnet', text(resource, 'subnetId'))
  const way = subnet ? wayOut(call, subnet) : 'none'
  return way === 'nat' || (way === 'internet' && hasPublicIp({ call, resource }))
}

function hasPublicIp({ call, resource }: Placed): boolean {
  const port = findResource(call, 'network-interface', text(resource, 'interfaceId'))
  return port !== undefined && publicIpOf(call, port) !== ''
}

/** The CIDR of the resource's VPC; nothing when the VPC is gone. */
export function vpcCidr({ call, resource }: Placed): string | undefined {
  const vpc = findResource(call, 'vpc', text(resource, 'vpcId'))
  return vpc && text(vpc, 'cidr')
}

/** The server that really runs as this database: MariaDB for MySQL and Aurora MySQL. Nothing for what stays simulated. */
export function serverOf(database: Resource): 'mariadb' | 'postgresql' | undefined {
  const engine = text(database, 'engine')
  if (engine === 'postgres') return 'postgresql'
  return /mysql|mariadb/.test(engine) ? 'mariadb' : undefined
}

/** The cluster that a database server is a member of. */
export function clusterOf({ call, resource }: Placed): Resource | undefined {
  const name = text(resource, 'cluster')
  return name === '' ? undefined : resourcesOf(call, 'db-cluster').find(one => text(one, 'name') === name)
}

/** Endpoints of databases, clusters, caches and load balancers in a VPC: a name means one address. */
export function endpointNames(call: Call, vpcId: string): Record<string, string> {
  const here = (type: string) =>
    resourcesOf(call, type).filter(one => text(one, 'vpcId') === vpcId && one.goneAt === undefined)
  const first = (resource: Resource | undefined) => (resource ? (addressesOf({ call, resource })[0] ?? '') : '')
  const names: Record<string, string> = {}
  for (const one of here('db-instance')) names[text(one, 'host')] = first(one)
  for (const one of here('replication-group')) {
    for (const host of ['host', 'readerHost'].map(field => text(one, field)).concat(texts(one, 'nodeHosts'))) {
      names[host] = first(one)
    }
  }
  for (const one of here('load-balancer')) names[text(one, 'dnsName').toLowerCase()] = first(one)
  for (const one of resourcesOf(call, 'db-cluster').filter(cluster => cluster.goneAt === undefined)) {
    const writer = writerOf(call, one)
    if (!writer || text(writer, 'vpcId') !== vpcId) continue
    names[text(one, 'host')] = first(writer)
    names[text(one, 'readerHost')] = first(readersOf(call, one)[0])
  }
  return Object.fromEntries(Object.entries(names).filter(([, address]) => address !== ''))
}

function addressesIn(call: Call, group: string): string[] {
  return resourcesOf(call, 'network-interface')
    .filter(one => texts(one, 'groups').includes(group))
    .map(one => text(one, 'privateIp'))
    .sort()
}
