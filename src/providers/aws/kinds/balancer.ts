import { CloudProblem } from '../../../base/errors.ts'
import type { Found } from '../../../engine/kind.ts'
import type { Aws } from '../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../read.ts'
import { type AwsKind, chunks, minute, orAbsent, removed, repeatable, second, settled, untilAbsent } from './common.ts'
import { isProtected } from './rds.ts'

// A create with the settings of a living one of the same name answers that one, whoever made it: so the name is looked
// up before, and taken is taken.

export type LoadBalancerIn = {
  name: string
  type: 'application' | 'network'
  scheme: 'internet-facing' | 'internal'
  /** In two zones at least. */
  subnetIds: string[]
  /** A network load balancer made without one can never get any. */
  securityGroupIds: string[]
}
/** `zoneId`: of the hosted zone that alias records name. */
export type LoadBalancerOut = { id: string; dnsName: string; zoneId: string }

/** Console: EC2 › Load Balancers › Create. Its id is its ARN. */
export const loadBalancer: AwsKind<LoadBalancerIn, LoadBalancerOut> = {
  type: 'aws:load-balancer',
  title: 'Load balancer',
  idempotency: 'uniqueName',
  after: ['aws:subnet', 'aws:security-group', 'aws:internet-gateway'],
  expectMs: 2 * minute,
  tagged: true,
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
  async settle(cloud, id, { type }) {
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
    await setAttributes(cloud, id, attributesOf[type])
    return { id, dnsName: row.DNSName ?? '', zoneId: row.CanonicalHostedZoneId ?? '' }
  },
  async remove(cloud, id) {
    try {
      await cloud.call('elbv2', 'DeleteLoadBalancer', { LoadBalancerArn: id }, repeatable)
    } catch (error) {
      if (!(error instanceof CloudProblem)) throw error
      if (/^OperationNotPermitted/.test(error.code ?? '')) throw isProtected(`The load balancer ${nameIn(id)}`)
      if (error.outcome !== 'notFound') throw error
    }
    // Its network interfaces hold on to subnets, groups and addresses for minutes after it is gone.
    const left = async () =>
      (await orAbsent(() => balancers(cloud, { LoadBalancerArns: [id] })))?.[0] ?? (await portsOf(cloud, id))[0]
    return untilAbsent(cloud, left, 15 * minute)
  },
}

/** Of HTTP only: path, codes and protocol. Numbers are seconds and counts. */
export type Health = {
  protocol: string
  /** '' for TCP. */
  path: string
  interval: number
  timeout: number
  healthy: number
  unhealthy: number
  /** `200-399`; '' for TCP. */
  codes: string
}
export type TargetGroupIn = {
  name: string
  vpcId: string
  protocol: string
  port: number
  health: Health
  /** For example `preserve_client_ip.enabled`: `false`. */
  attributes: Record<string, string>
}

/** Console: EC2 › Target Groups › Create, for instances. */
export const targetGroup: AwsKind<TargetGroupIn, { id: string }> = {
  type: 'aws:target-group',
  title: 'Target group',
  idempotency: 'uniqueName',
  after: ['aws:vpc'],
  expectMs: 3 * second,
  tagged: true,
  mutable: ['health', 'attributes'],
  async find(cloud, where) {
    const input = 'id' in where ? { TargetGroupArns: [where.id] } : where.input ? { Names: [where.input.name] } : {}
    const rows = (await orAbsent(() => targetGroups(cloud, input))) ?? []
    return ofMark(
      await withTags(
        cloud,
        rows.map(row => ({ arn: row.TargetGroupArn })),
      ),
      this.type,
      where,
    )
  },
  async create(cloud, { name, vpcId, protocol, port, health }, mark) {
    const present = await orAbsent(() => targetGroups(cloud, { Names: [name] }))
    if (present?.length) throw taken('target group', name, 'DuplicateTargetGroupName')
    const answer = await cloud.call('elbv2', 'CreateTargetGroup', {
      Name: name,
      VpcId: vpcId,
      Protocol: protocol as 'HTTP',
      Port: port,
      TargetType: 'instance',
      ...healthOf(health),
      Tags: tagList(mark.tags),
    })
    return answer.TargetGroups?.[0]?.TargetGroupArn ?? ''
  },
  async settle(cloud, id, { health, attributes }) {
    const options = { what: `the target group ${nameIn(id)}`, within: 5 * minute }
    const read = async () => (await targetGroups(cloud, { TargetGroupArns: [id] }))[0]
    const row = await settled(cloud, read, () => true, options)
    const wanted = healthOf(health)
    const { Matcher, ...plain } = wanted
    const same =
      Object.entries(plain).every(([key, value]) => row[key as keyof typeof row] === value) &&
      (!Matcher || row.Matcher?.HttpCode === Matcher.HttpCode)
    if (!same) await cloud.call('elbv2', 'ModifyTargetGroup', { TargetGroupArn: id, ...wanted }, repeatable)
    const present = await cloud.call('elbv2', 'DescribeTargetGroupAttributes', { TargetGroupArn: id })
    const change = changed(present.Attributes, { ...quickEnd, ...attributes })
    if (change.length > 0) {
      await cloud.call('elbv2', 'ModifyTargetGroupAttributes', { TargetGroupArn: id, Attributes: change }, repeatable)
    }
    return { id }
  },
  remove: (cloud, id) =>
    // In use until the load balancer in front of it is gone.
    removed(cloud, () => cloud.call('elbv2', 'DeleteTargetGroup', { TargetGroupArn: id }, repeatable), 10 * minute),
}

type Balancer = Awaited<ReturnType<typeof balancers>>[number]

/** Five minutes by default, which every removal of a machine would wait for. */
const quickEnd = { 'deregistration_delay.timeout_seconds': '30' }

const attributesOf = {
  application: { 'routing.http.drop_invalid_header_fields.enabled': 'true' },
  // Otherwise each zone's address serves only the machines of its own zone.
  network: { 'load_balancing.cross_zone.enabled': 'true' },
}

function balancers(cloud: Aws, where: { Names?: string[]; LoadBalancerArns?: string[] }) {
  return cloud.pages('elbv2', 'DescribeLoadBalancers', where, answer => answer.LoadBalancers)
}

function targetGroups(cloud: Aws, where: { Names?: string[]; TargetGroupArns?: string[] }) {
  return cloud.pages('elbv2', 'DescribeTargetGroups', where, answer => answer.TargetGroups)
}

/** Things of this service with their tags, asked for twenty at a time. */
export async function withTags(
  cloud: Aws,
  things: { arn: string | undefined; since?: Date | undefined }[],
): Promise<Found[]> {
  const tags = new Map<string, Record<string, string>>()
  const arns = things.flatMap(thing => thing.arn ?? [])
  for (const ResourceArns of chunks(arns, 20)) {
    const answer = await orAbsent(() => cloud.call('elbv2', 'DescribeTags', { ResourceArns }))
    for (const row of answer?.TagDescriptions ?? []) tags.set(row.ResourceArn ?? '', tagsIn(row.Tags))
  }
  return things.flatMap(({ arn, since }) => found(arn, tags.get(arn ?? '') ?? {}, since))
}

/** The load balancers of a stack. */
export async function balancersOf(cloud: Aws, stack: string): Promise<string[]> {
  const things = await loadBalancer.find(cloud, { stack })
  return things.map(thing => thing.id)
}

/** What was looked for by mark is compared with it; what was looked for by id or name is answered whoever made it. */
export function ofMark(
  all: Found[],
  type: string,
  where: { id: string } | { stack: string; address?: string; input?: object },
): Found[] {
  if ('id' in where || where.input) return all
  return all.filter(thing => carries(thing.tags, markFilter(type, where)))
}

/** A name that somebody else's thing has: the engine looks whose it is. */
export function taken(what: string, name: string, code: string): CloudProblem {
  return new CloudProblem('exists', { what: `There is a ${what} ${name} already.`, code })
}

/** `arn:…:loadbalancer/app/NAME/ID` and `arn:…:targetgroup/NAME/ID`. */
export function nameIn(arn: string): string {
  return arn.split('/').at(-2) ?? arn
}

async function setAttributes(cloud: Aws, arn: string, wanted: Record<string, string>): Promise<void> {
  const { Attributes } = await cloud.call('elbv2', 'DescribeLoadBalancerAttributes', { LoadBalancerArn: arn })
  const change = changed(Attributes, wanted)
  if (change.length === 0) return
  await cloud.call('elbv2', 'ModifyLoadBalancerAttributes', { LoadBalancerArn: arn, Attributes: change }, repeatable)
}

function changed(
  present: { Key?: string | undefined; Value?: string | undefined }[] | undefined,
  wanted: Record<string, string>,
) {
  const now = tagsIn(present)
  return tagList(wanted).filter(({ Key, Value }) => now[Key] !== Value)
}

function healthOf({ protocol, path, interval, timeout, healthy, unhealthy, codes }: Health) {
  return {
    HealthCheckProtocol: protocol as 'HTTP',
    ...(path && { HealthCheckPath: path }),
    HealthCheckIntervalSeconds: interval,
    HealthCheckTimeoutSeconds: timeout,
    HealthyThresholdCount: healthy,
    UnhealthyThresholdCount: unhealthy,
    ...(codes && { Matcher: { HttpCode: codes } }),
  }
}

async function portsOf(cloud: Aws, arn: string) {
  const description = `ELB ${arn.split(':loadbalancer/')[1]}`
  const input = { Filters: [{ Name: 'description', Values: [description] }] }
  return cloud.pages('ec2', 'DescribeNetworkInterfaces', input, answer => answer.NetworkInterfaces)
}

function failed(id: string, reason: string | undefined): CloudProblem {
  return new CloudProblem('refused', {
    what: `The load balancer ${nameIn(id)} came to nothing.`,
    ...(reason && { why: reason }),
    next: 'Tear the stack down and build it anew.',
  })
}
