import { Problem } from '../../../../base/errors.ts'
import { found } from '../../read.ts'
import { type AwsKind, minute, second, until } from '../common.ts'
import { healthIn, nameIn } from './common.ts'

export type HealthyTargetsIn = { groupArn: string; count: number }

/** The tutorial's last check: waits until this many targets are healthy. */
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

type Health = Awaited<ReturnType<typeof healthIn>>[number]

function unhealthy(groupArn: string, rows: Health[]): Problem {
  const sick = rows.filter(row => row.TargetHealth?.State !== 'healthy')
  return new Problem({
    what: `The machines behind ${nameIn(groupArn)} do not pass their health checks.`,
    why:
      rows.length === 0 ? 'No machine is registered.' : 'They run, but the application does not respond as expected.',
    list: sick.map(({ Target, TargetHealth }) =>
      [`${Target?.Id} port ${Target?.Port}: ${TargetHealth?.State}`, TargetHealth?.Reason, TargetHealth?.Description]
        .filter(Boolean)
        .join(', '),
    ),
    next: 'Look at /var/log/stackwright on the machine, then run the same command again.',
  })
}
