import type { Aws } from '../../client.ts'
import { tagList } from '../../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { type Action, actionOf, sameAction } from './action.ts'
import { nameIn, ofMark, taken, withTags } from './common.ts'
import { balancersOf } from './load-balancer.ts'

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

/** Console: Load balancer › Listeners › Add. A port is unique on a load balancer. */
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
    const rows = (await listenersOf(cloud, arns)).filter(row => {
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
    if (!matches(row, input)) {
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

type Row = Awaited<ReturnType<typeof listeners>>[number]

/** The certificate was issued a moment ago and is not known to the load balancers yet. */
const pendingCertificate = {
  busy: ({ code }: { code: string }) => /^(UnsupportedCertificate|CertificateNotFound)(Exception)?$/.test(code),
}

/** The listeners of these load balancers; none of one that is gone. */
export async function listenersOf(cloud: Aws, balancerArns: string[]): Promise<Row[]> {
  const lists = await Promise.all(balancerArns.map(async arn => (await orAbsent(() => listeners(cloud, arn))) ?? []))
  return lists.flat()
}

function listeners(cloud: Aws, arn: string) {
  return cloud.pages('elbv2', 'DescribeListeners', { LoadBalancerArn: arn }, answer => answer.Listeners)
}

/** `arn:…:listener/app/NAME/ID/LISTENER` lies under `arn:…:loadbalancer/app/NAME/ID`. */
function balancerIn(listenerArn: string): string {
  return listenerArn.replace(':listener/', ':loadbalancer/').replace(/\/[^/]+$/, '')
}

function settings({ protocol, certificateArn, sslPolicy, action }: ListenerIn) {
  return {
    Protocol: protocol as 'HTTP',
    ...(certificateArn && { Certificates: [{ CertificateArn: certificateArn }] }),
    ...(sslPolicy && { SslPolicy: sslPolicy }),
    DefaultActions: [actionOf(action)],
  }
}

function matches(row: Row, { protocol, certificateArn, sslPolicy, action }: ListenerIn): boolean {
  return (
    sameAction(row.DefaultActions?.[0], action) &&
    row.Protocol === protocol &&
    (row.Certificates?.[0]?.CertificateArn ?? '') === certificateArn &&
    (!sslPolicy || row.SslPolicy === sslPolicy)
  )
}
