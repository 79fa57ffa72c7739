import { Problem } from '../../../base/errors.ts'
import type { Aws } from '../client.ts'
import { found, tagList } from '../read.ts'
import { balancersOf, nameIn, ofMark, taken, withTags } from './balancer.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled, until } from './common.ts'

export type Action = { type: 'forward'; targetGroupArn: string } | { type: 'redirect'; protocol: string; port: number }
export type ListenerIn = {
  loadBalancerArn: string
  port: number
  /** HTTP, HTTPS, TCP… */
  protocol: string
  /** '' for none. */
  certificateArn: string
  /** '' for none. Always named for HTTPS: AWS's own default still allows TLS 1.0. */
  sslPolicy: string
  action: Action
}

/** Console: Load balancer › Listeners › Add. A port can be taken only once. */
export const listener: AwsKind<ListenerIn, { id: string }> = {
  type: 'aws:listener',
  title: 'Listener',
  idempotency: 'uniqueName',
  after: ['aws:load-balancer', 'aws:target-group', 'aws:certificate'],
  expectMs: 3 * second,
  tagged: true,
  mutable: ['certificateArn', 'sslPolicy', 'action'],
  async find(cloud, where) {
    const arns =
      'id' in where
        ? [balancerIn(where.id)]
        : where.input
          ? [where.input.loadBalancerArn]
          : await balancersOf(cloud, where.stack)
    const lists = await Promise.all(arns.map(async arn => (await orAbsent(() => listeners(cloud, arn))) ?? []))
    const rows = lists.flat().filter(row => {
      if ('id' in where) return row.ListenerArn === where.id
      return !where.input || row.Port === where.input.port
    })
    return ofMark(
      await withTags(
        cloud,
        rows.map(row => ({ arn: row.ListenerArn })),
      ),
      this.type,
      where,
    )
  },
  async create(cloud, input, mark) {
    const present = await listeners(cloud, input.loadBalancerArn)
    if (present.some(row => row.Port === input.port)) {
      throw taken('listener on port', String(input.port), 'DuplicateListener')
    }
    const place = { LoadBalancerArn: input.loadBalancerArn, Port: input.port, Tags: tagList(mark.tags) }
    const answer = await cloud.call('elbv2', 'CreateListener', { ...place, ...settings(input) }, pendingCertificate)
    return answer.Listeners?.[0]?.ListenerArn ?? ''
  },
  async settle(cloud, id, input) {
    const options = { what: `the listener ${input.port} of ${nameIn(input.loadBalancerArn)}`, within: 5 * minute }
    const read = async () => (await listeners(cloud, input.loadBalancerArn)).find(row => row.ListenerArn === id)
    const row = await settled(cloud, read, () => true, options)
    if (!isAsWished(row, input)) {
      await cloud.call(
        'elbv2',
        'ModifyListener',
        { ListenerArn: id, ...settings(input) },
        { ...repeatable, ...pendingCertificate },
      )
    }
    return { id }
  },
  remove: (cloud, id) =>
    removed(cloud, () => cloud.call('elbv2', 'DeleteListener', { ListenerArn: id }, repeatable), 5 * minute),
}

export type TargetsIn = { groupArn: string; instanceIds: string[]; port: number }

/** Console: Target group › Register targets. Just these and no others. */
export const targets: AwsKind<TargetsIn, { id: string }> = {
  type: 'aws:targets',
  title: 'Targets',
  idempotency: 'upsert',
  after: ['aws:target-group', 'aws:instance'],
  expectMs: 3 * second,
  tagged: false,
  mutable: ['instanceIds'],
  find: async (cloud, where) =>
    'id' in where && (await orAbsent(() => healthIn(cloud, groupIn(where.id)))) ? found(where.id, {}) : [],
  create: async (_cloud, { groupArn, port }) => `${groupArn} ${port}`,
  async settle(cloud, id, { groupArn, instanceIds, port }) {
    const present = (await healthIn(cloud, groupArn)).filter(
      row => !/^(draining|unhealthy\.draining)$/.test(row.TargetHealth?.State ?? ''),
    )
    const has = (machine: string) => present.some(row => row.Target?.Id === machine && row.Target.Port === port)
    const more = instanceIds.filter(machine => !has(machine)).map(Id => ({ Id, Port: port }))
    const fewer = present.flatMap(({ Target }) =>
      Target?.Id && !instanceIds.includes(Target.Id) ? [{ Id: Target.Id, Port: Target.Port }] : [],
    )
    const change = (Targets: { Id: string; Port: number | undefined }[]) => ({ TargetGroupArn: groupArn, Targets })
    if (more.length > 0) await cloud.call('elbv2', 'RegisterTargets', change(more), repeatable)
    if (fewer.length > 0) await cloud.call('elbv2', 'DeregisterTargets', change(fewer), repeatable)
    return { id }
  },
  async remove(cloud, id) {
    const groupArn = groupIn(id)
    const rows = (await orAbsent(() => healthIn(cloud, groupArn))) ?? []
    const Targets = rows.flatMap(row => (row.Target ? [row.Target] : []))
    if (Targets.length > 0) {
      const input = { TargetGroupArn: groupArn, Targets }
      await orAbsent(() => cloud.call('elbv2', 'DeregisterTargets', input, repeatable))
    }
    return 'gone'
  },
}

export type HealthyTargetsIn = { groupArn: string; count: number }

/** The tutorial's last look: as many machines as this have passed their health checks. */
export const healthyTargets: AwsKind<HealthyTargetsIn, { id: string }> = {
  type: 'aws:healthy-targets',
  title: 'Health check',
  idempotency: 'upsert',
  after: ['aws:targets', 'aws:listener'],
  expectMs: 60 * second,
  tagged: false,
  find: async (_cloud, where) => ('id' in where ? found(where.id, {}) : []),
  create: async (_cloud, { groupArn }) => `${groupArn} healthy`,
  async settle(cloud, id, { groupArn, count }) {
    const late = cloud.deadline(15 * minute)
    const enough = (rows: Health[]) => {
      if (rows.filter(row => row.TargetHealth?.State === 'healthy').length >= count) return true
      if (late()) throw unhealthy(groupArn, rows)
      return false
    }
    await until(cloud, () => healthIn(cloud, groupArn), enough, {
      what: 'healthy targets',
      within: 20 * minute,
      every: 2 * second,
    })
    return { id }
  },
  remove: async () => 'gone',
}

type Row = Awaited<ReturnType<typeof listeners>>[number]
type Health = Awaited<ReturnType<typeof healthIn>>[number]

/** Issued a moment ago, and not known to the load balancers yet. */
const pendingCertificate = {
  busy: ({ code }: { code: string }) => /^(UnsupportedCertificate|CertificateNotFound)(Exception)?$/.test(code),
}

function listeners(cloud: Aws, arn: string) {
  return cloud.pages('elbv2', 'DescribeListeners', { LoadBalancerArn: arn }, answer => answer.Listeners)
}

async function healthIn(cloud: Aws, groupArn: string) {
  return (
    (await cloud.call('elbv2', 'DescribeTargetHealth', { TargetGroupArn: groupArn })).TargetHealthDescriptions ?? []
  )
}

/** `arn:…:listener/app/NAME/ID/LISTENER` lies under `arn:…:loadbalancer/app/NAME/ID`. */
function balancerIn(listenerArn: string): string {
  return listenerArn.replace(':listener/', ':loadbalancer/').replace(/\/[^/]+$/, '')
}

function groupIn(id: string): string {
  return id.split(' ')[0]!
}

function settings({ protocol, certificateArn, sslPolicy, action }: ListenerIn) {
  return {
    Protocol: protocol as 'HTTP',
    ...(certificateArn && { Certificates: [{ CertificateArn: certificateArn }] }),
    ...(sslPolicy && { SslPolicy: sslPolicy }),
    DefaultActions: [actionOf(action)],
  }
}

function actionOf(action: Action) {
  if (action.type === 'forward') return { Type: 'forward' as const, TargetGroupArn: action.targetGroupArn }
  const RedirectConfig = {
    Protocol: action.protocol,
    Port: String(action.port),
    Host: '#{host}',
    Path: '/#{path}',
    Query: '#{query}',
    StatusCode: 'HTTP_301' as const,
  }
  return { Type: 'redirect' as const, RedirectConfig }
}

function isAsWished(row: Row, { protocol, certificateArn, sslPolicy, action }: ListenerIn): boolean {
  const now = row.DefaultActions?.[0]
  const target = now?.TargetGroupArn ?? now?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn
  const sameAction =
    now?.Type === action.type &&
    (action.type === 'forward'
      ? target === action.targetGroupArn
      : now.RedirectConfig?.Port === String(action.port) && now.RedirectConfig.Protocol === action.protocol)
  return (
    sameAction &&
    row.Protocol === protocol &&
    (row.Certificates?.[0]?.CertificateArn ?? '') === certificateArn &&
    (!sslPolicy || row.SslPolicy === sslPolicy)
  )
}

function unhealthy(groupArn: string, rows: Health[]): Problem {
  const sick = rows.filter(row => row.TargetHealth?.State !== 'healthy')
  return new Problem({
    what: `The machines behind ${nameIn(groupArn)} do not pass their health checks.`,
    why: rows.length === 0 ? 'No machine is registered.' : 'They run, but the application does not answer as expected.',
    list: sick.map(({ Target, TargetHealth }) =>
      [`${Target?.Id} port ${Target?.Port}: ${TargetHealth?.State}`, TargetHealth?.Reason, TargetHealth?.Description]
        .filter(Boolean)
        .join(', '),
    ),
    next: 'Look at /var/log/stackwright on the machine, then run the same command again.',
  })
}
