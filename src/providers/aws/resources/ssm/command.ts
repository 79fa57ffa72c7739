import { createHash } from 'node:crypto'
import type { Mark, Text } from '../../../../engine/kind.ts'
import type { Aws } from '../../client.ts'
import { found } from '../../read.ts'
import { type AwsKind, minute, until } from '../common.ts'
import { instancesWith } from '../ec2/common.ts'
import { commandScript } from '../scripts.ts'
import { untilOnline } from './agent.ts'
import { runEverywhere } from './run.ts'

export type CommandIn = {
  /** Machines by id; or by a tag (in one Auto Scaling group unless `group` is ''), once there are `count` of them. */
  targets: { instanceIds: string[] } | { tag: { key: string; value: string }; group: string; count: number }
  /** Short, for people who read the command history. */
  name: string
  script: Text
  env: Record<string, string>
  /** Names in Parameter Store by variable. */
  parameters: Record<string, string>
  /** Seconds. */
  timeout: number
}

/** A script run on machines through Systems Manager (Run Command). It can run any number of times: there is no token. */
export const command: AwsKind<CommandIn, { id: string }> = {
  type: 'aws:command',
  title: 'Run Command',
  idempotency: 'upsert',
  after: ['aws:machine-ready', 'aws:auto-scaling-group', 'aws:parameter', 'aws:db-instance', 'aws:db-cluster-member'],
  expectMs: 2 * minute,
  tagged: false,
  find: async (_cloud, where) => ('id' in where ? found(where.id, {}) : []),
  create: async (_cloud, { name }, mark) => `${name}/${mark.token.slice(0, 12)}`,
  async settle(cloud, id, { targets, name, script, env, parameters, timeout }, mark) {
    const instanceIds = 'instanceIds' in targets ? targets.instanceIds : await machinesWith(cloud, targets)
    await untilOnline(cloud, instanceIds)
    const whole = commandScript({ script: cloud.text(script), env, parameters, region: cloud.region })
    await runEverywhere(cloud, instanceIds, { name, script: whole, timeout, nonce: nonceOf(mark, name, whole) })
    return { id }
  },
  remove: async () => 'gone',
}

/** Running machines with a tag, once there are `count` of them. */
async function machinesWith(
  cloud: Aws,
  { tag, group, count }: { tag: { key: string; value: string }; group: string; count: number },
): Promise<string[]> {
  const filters = [
    { Name: `tag:${tag.key}`, Values: [tag.value] },
    { Name: 'instance-state-name', Values: ['running'] },
    // The same tag may be on another stack's machines.
    ...(group ? [{ Name: 'tag:aws:autoscaling:groupName', Values: [group] }] : []),
  ]
  const what = `${count} machines tagged ${tag.key}=${tag.value} to run`
  const rows = await until(
    cloud,
    () => instancesWith(cloud, filters),
    rows => rows.length >= count,
    { what, within: 15 * minute },
  )
  return rows.flatMap(row => row.InstanceId ?? [])
}

/** Identifies this run of this script in the command history. */
function nonceOf(mark: Mark, name: string, script: string): string {
  return createHash('sha256').update([mark.token, name, script].join('\n')).digest('hex').slice(0, 32)
}
