import { found } from '../../read.ts'
import { type AwsKind, orAbsent, repeatable, second } from '../common.ts'
import { healthIn } from './common.ts'

export type TargetsIn = { groupArn: string; instanceIds: string[]; port: number }

/** Console: Target group › Register targets. Others are deregistered. */
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

function groupIn(id: string): string {
  return id.split(' ')[0]!
}
