import type { Aws } from '../../client.ts'
import { tagList } from '../../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { changed, nameIn, ofMark, taken, withTags } from './common.ts'

/** A health check. `interval` and `timeout` in seconds; `healthy` and `unhealthy` are counts of checks. */
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
    const change = changed(present.Attributes, { ...quickDeregistration, ...attributes })
    if (change.length > 0) {
      await cloud.call('elbv2', 'ModifyTargetGroupAttributes', { TargetGroupArn: id, Attributes: change }, repeatable)
    }
    return { id }
  },
  remove: (cloud, id) =>
    // In use until the load balancer in front of it is deleted.
    removed(cloud, () => cloud.call('elbv2', 'DeleteTargetGroup', { TargetGroupArn: id }, repeatable), 10 * minute),
}

/** Five minutes by default, for which every removal of a machine would wait. */
const quickDeregistration = { 'deregistration_delay.timeout_seconds': '30' }

function targetGroups(cloud: Aws, where: { Names?: string[]; TargetGroupArns?: string[] }) {
  return cloud.pages('elbv2', 'DescribeTargetGroups', where, answer => answer.TargetGroups)
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
