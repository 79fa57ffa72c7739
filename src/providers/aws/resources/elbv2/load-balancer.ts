import { CloudProblem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { tagList } from '../../read.ts'
import {
  type AwsKind,
  minute,
  orAbsent,
  refusedByProtection,
  repeatable,
  second,
  settled,
  untilAbsent,
} from '../common.ts'
import { changed, nameIn, ofMark, taken, withTags } from './common.ts'

export type LoadBalancerIn = {
  name: string
  type: 'application' | 'network'
  scheme: 'internet-facing' | 'internal'
  /** In two zones at least. */
  subnetIds: string[]
  /** A network load balancer created without a group can never get one. */
  securityGroupIds: string[]
  /** Seconds after which a connection that nothing is sent on is closed, 1 to 4000; 60 without it. Application only. */
  idleTimeout?: number
}
/** `zoneId`: the hosted zone that alias records refer to. */
export type LoadBalancerOut = { id: string; dnsName: string; zoneId: string }

/** Console: EC2 › Load Balancers › Create. Its id is its ARN. */
export const loadBalancer: AwsKind<LoadBalancerIn, LoadBalancerOut> = {
  type: 'aws:load-balancer',
  title: 'Load balancer',
  idempotency: 'uniqueName',
  after: ['aws:subnet', 'aws:security-group', 'aws:internet-gateway'],
  expectMs: 2 * minute,
  tagged: true,
  mutable: ['idleTimeout'],
  async find(cloud, where) {
    const input = 'id' in where ? { LoadBalancerArns: [where.id] } : where.input ? { Names: [where.input.name] } : {}
    const rows = (await orAbsent(() => balancers(cloud, input))) ?? []
    const all = await withTags(
      cloud,
      rows.map(row => ({ arn: row.LoadBalancerArn, since: row.CreatedTime })),
    )
    return ofMark(all, this.type, where)
  },
  async create(cloud, { name, type, scheme, subnetIds, securityGroupIds }, mark) {
    const present = await orAbsent(() => balancers(cloud, { Names: [name] }))
    if (present?.length) throw taken('load balancer', name, 'DuplicateLoadBalancerName')
    const answer = await cloud.call('elbv2', 'CreateLoadBalancer', {
      Name: name,
      Type: type,
      Scheme: scheme,
      Subnets: subnetIds,
      ...(securityGroupIds.length > 0 && { SecurityGroups: securityGroupIds }),
      Tags: tagList(mark.tags),
    })
    return answer.LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  },
  async settle(cloud, id, { type, idleTimeout }) {
    const active = (row: Balancer) => {
      if (row.State?.Code === 'failed') throw failed(id, row.State.Reason)
      return /^active/.test(row.State?.Code ?? '')
    }
    const options = { what: `the load balancer ${nameIn(id)}`, within: 20 * minute, every: 2 * second }
    const row = await settled(
      cloud,
      async () => (await balancers(cloud, { LoadBalancerArns: [id] }))[0],
      active,
      options,
    )
    await setAttributes(cloud, id, attributesOf(type, idleTimeout))
    return { id, dnsName: row.DNSName ?? '', zoneId: row.CanonicalHostedZoneId ?? '' }
  },
  async remove(cloud, id) {
    try {
      await cloud.call('elbv2', 'DeleteLoadBalancer', { LoadBalancerArn: id }, repeatable)
    } catch (error) {
      if (!(error instanceof CloudProblem)) throw error
      if (/^OperationNotPermitted/.test(error.code ?? '')) throw refusedByProtection(`The load balancer ${nameIn(id)}`)
      if (error.outcome !== 'notFound') throw error
    }
    // Its network interfaces block subnets, groups and addresses for minutes after it is gone.
    const left = async () =>
      (await orAbsent(() => balancers(cloud, { LoadBalancerArns: [id] })))?.[0] ?? (await portsOf(cloud, id))[0]
    return untilAbsent(cloud, left, 15 * minute)
  },
}

type Balancer = Awaited<ReturnType<typeof balancers>>[number]

/** The idle time-out that Elastic Load Balancing itself begins with, seconds. */
export const USUAL_IDLE_TIMEOUT = 60

function attributesOf(type: LoadBalancerIn['type'], idleTimeout = USUAL_IDLE_TIMEOUT): Record<string, string> {
  // Otherwise the address of each zone serves only the machines of that zone.
  if (type === 'network') return { 'load_balancing.cross_zone.enabled': 'true' }
  return {
    'routing.http.drop_invalid_header_fields.enabled': 'true',
    'idle_timeout.timeout_seconds': String(idleTimeout),
  }
}

function balancers(cloud: Aws, where: { Names?: string[]; LoadBalancerArns?: string[] }) {
  return cloud.pages('elbv2', 'DescribeLoadBalancers', where, answer => answer.LoadBalancers)
}

/** The load balancers of a stack. */
export async function balancersOf(cloud: Aws, stack: string): Promise<string[]> {
  const things = await loadBalancer.find(cloud, { stack })
  return things.map(thing => thing.id)
}

async function setAttributes(cloud: Aws, arn: string, wanted: Record<string, string>): Promise<void> {
  const { Attributes } = await cloud.call('elbv2', 'DescribeLoadBalancerAttributes', { LoadBalancerArn: arn })
  const change = changed(Attributes, wanted)
  if (change.length === 0) return
  await cloud.call('elbv2', 'ModifyLoadBalancerAttributes', { LoadBalancerArn: arn, Attributes: change }, repeatable)
}

async function portsOf(cloud: Aws, arn: string) {
  const description = `ELB ${arn.split(':loadbalancer/')[1]}`
  const input = { Filters: [{ Name: 'description', Values: [description] }] }
  return cloud.pages('ec2', 'DescribeNetworkInterfaces', input, answer => answer.NetworkInterfaces)
}

function failed(id: string, reason: string | undefined): CloudProblem {
  return new CloudProblem('refused', {
    what: `Creating the load balancer ${nameIn(id)} failed.`,
    ...(reason && { why: reason }),
    next: 'Tear the stack down and build it again.',
  })
}
