import { createHash } from 'node:crypto'
import { Problem } from '../../../base/errors.ts'
import type { Mark, Secret, Text } from '../../../engine/kind.ts'
import type { Aws } from '../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../read.ts'
import { type AwsKind, minute, orAbsent, repeatable, second, settled, until } from './common.ts'
import { instancesWith } from './machines.ts'
import { runEverywhere } from './run.ts'
import { commandScript } from './scripts.ts'

export type MachineReadyIn = { instanceId: string }

/** Systems Manager's agent on the machine answers: it has its role, a way out, and has booted. */
export const machineReady: AwsKind<MachineReadyIn, { id: string }> = {
  type: 'aws:machine-ready',
  title: 'SSM Agent',
  idempotency: 'upsert',
  after: ['aws:instance'],
  expectMs: 60 * second,
  tagged: false,
  find: async (_cloud, where) => ('id' in where ? found(where.id, {}) : []),
  create: async (_cloud, { instanceId }) => `${instanceId}/agent`,
  async settle(cloud, id, { instanceId }) {
    await untilOnline(cloud, [instanceId])
    return { id }
  },
  remove: async () => 'gone',
}

export type CommandIn = {
  /** Machines by id; or by a tag, in an Auto Scaling group where one is named, once there are `count` of them. */
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

/** A script run on machines through Systems Manager (Run Command). It may run any number of times: no token exists. */
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

export type ParameterIn = { name: string; value: Secret }
export type ParameterOut = { id: string; name: string }

/** Console: Systems Manager › Parameter Store › Create, SecureString. Machines read it by their role. */
export const parameter: AwsKind<ParameterIn, ParameterOut> = {
  type: 'aws:parameter',
  title: 'Parameter',
  idempotency: 'uniqueName',
  after: [],
  expectMs: 2 * second,
  tagged: true,
  mutable: ['value'],
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name
    const filters =
      name === undefined
        ? Object.entries(markFilter(this.type, where as { stack: string })).map(([key, value]) => ({
            Key: `tag:${key}`,
            Values: [value],
          }))
        : [{ Key: 'Name', Option: 'Equals', Values: [name] }]
    const input = { ParameterFilters: filters }
    const rows = await cloud.pages('ssm', 'DescribeParameters', input, answer => answer.Parameters)
    const lists = await Promise.all(
      rows.map(async row => found(row.Name, await tagsOfParameter(cloud, row.Name ?? ''), row.LastModifiedDate)),
    )
    if (name !== undefined) return lists.flat()
    return lists.flat().filter(thing => carries(thing.tags, markFilter(this.type, where as { stack: string })))
  },
  async create(cloud, { name, value }, mark) {
    const input = { Name: name, Type: 'SecureString' as const, Value: cloud.reveal(value), Tags: tagList(mark.tags) }
    await cloud.call('ssm', 'PutParameter', input)
    return name
  },
  async settle(cloud, id, { value }) {
    const wanted = cloud.reveal(value)
    const read = () => readParameter(cloud, id)
    const options = { what: `the parameter ${id}`, within: 2 * minute }
    const row = await settled(cloud, read, () => true, options)
    if (row.Value !== wanted) {
      const input = { Name: id, Type: 'SecureString' as const, Value: wanted, Overwrite: true }
      await cloud.call('ssm', 'PutParameter', input, repeatable)
    }
    return { id, name: id }
  },
  async remove(cloud, id) {
    await orAbsent(() => cloud.call('ssm', 'DeleteParameter', { Name: id }, repeatable))
    return 'gone'
  },
}

async function readParameter(cloud: Aws, name: string) {
  try {
    return (await cloud.call('ssm', 'GetParameter', { Name: name, WithDecryption: true })).Parameter
  } catch (error) {
    if (error instanceof Problem && error.code === 'ParameterNotFound') return undefined
    throw error
  }
}

async function tagsOfParameter(cloud: Aws, name: string): Promise<Record<string, string>> {
  const input = { ResourceType: 'Parameter' as const, ResourceId: name }
  const answer = await orAbsent(() => cloud.call('ssm', 'ListTagsForResource', input))
  return tagsIn(answer?.TagList)
}

/** Running machines with a tag, once there are as many as there should be. */
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

async function untilOnline(cloud: Aws, instanceIds: string[]): Promise<void> {
  const input = { Filters: [{ Key: 'InstanceIds', Values: instanceIds }] }
  const read = () => cloud.pages('ssm', 'DescribeInstanceInformation', input, answer => answer.InstanceInformationList)
  const online = (rows: Awaited<ReturnType<typeof read>>) =>
    instanceIds.every(id => rows.some(row => row.InstanceId === id && row.PingStatus === 'Online'))
  const what = `the Systems Manager agent on ${instanceIds.join(', ')} (it needs its role and a way to the Internet)`
  await until(cloud, read, online, { what, within: 15 * minute, every: 2 * second })
}

/** Tells this run of this script from every other in the command history. */
function nonceOf(mark: Mark, name: string, script: string): string {
  return createHash('sha256').update([mark.token, name, script].join('\n')).digest('hex').slice(0, 32)
}
