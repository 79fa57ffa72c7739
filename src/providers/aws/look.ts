import { gzipSync } from 'node:zlib'
import { CloudProblem } from '../../base/errors.ts'
import type { State } from '../../engine/state.ts'
import type { BackendView } from '../provider.ts'
import type { Aws } from './client.ts'
import { chunks, minute, second, until } from './resources/common.ts'
import { isOver, isUndelivered, resultOf } from './resources/ssm/run.ts'

/** Looks at a stack that is built: what its load balancers think of their machines, and what they say themselves. */

interface Group {
  arn: string
  /** Behind a load balancer between two tiers. */
  internal: boolean
  /** Machines that were put into it one by one. */
  ids: string[]
}

/** Console: EC2 › Target Groups › Targets. The inner tier first: what is broken there breaks what stands before it. */
export async function backends(cloud: Aws, state: State): Promise<BackendView[]> {
  const groups = groupsOf(state)
  const views = await Promise.all(groups.map(group => viewsOf(cloud, group)))
  return views.flat()
}

async function viewsOf(cloud: Aws, { arn, internal, ids }: Group): Promise<BackendView[]> {
  const [health, described] = await Promise.all([
    cloud.call('elbv2', 'DescribeTargetHealth', { TargetGroupArn: arn }),
    cloud.call('elbv2', 'DescribeTargetGroups', { TargetGroupArns: [arn] }),
  ])
  const group = described.TargetGroups?.[0]
  const port = portOf(group?.HealthCheckPort) ?? group?.Port ?? 0
  const path = group?.HealthCheckPath ?? ''
  // Not those on their way out, for example replaced by their Auto Scaling group.
  const rows = (health.TargetHealthDescriptions ?? []).filter(row => !/draining/.test(row.TargetHealth?.State ?? ''))
  const views = rows.map(({ Target, TargetHealth, HealthCheckPort }): BackendView => {
    const { State = 'unknown', Reason = '', Description = '' } = TargetHealth ?? {}
    return {
      machine: Target?.Id ?? '',
      // Until its first checks are through a machine is not held for ill.
      healthy: State === 'healthy' || State === 'initial',
      state: Reason ? `${State} (${Reason})` : State,
      // The same reason is given for a machine in a zone that the load balancer does not serve.
      listening: Reason !== 'Target.NotInUse' || /Availability Zone/.test(Description),
      internal,
      port: portOf(HealthCheckPort) ?? Target?.Port ?? port,
      path,
    }
  })
  const missing = ids.filter(id => !rows.some(row => row.Target?.Id === id))
  const out = { healthy: false, state: 'not registered', registered: false, internal, port, path }
  const gone = missing.map(machine => ({ machine, ...out }))
  const all = [...views, ...gone]
  if (all.length === 0) {
    const state = `the target group ${group?.TargetGroupName ?? arn} has no targets`
    return [{ healthy: false, state, listening: group?.LoadBalancerArns?.length !== 0, internal, port, path }]
  }
  const order = ({ machine = '' }: BackendView) => (ids.includes(machine) ? ids.indexOf(machine) : ids.length)
  return all.sort((a, b) => order(a) - order(b))
}

/** `traffic-port`: that of each target. */
function portOf(text: string | undefined): number | undefined {
  return Number(text) || undefined
}

/** The stack's target groups, the inner ones first. */
function groupsOf({ entries }: State): Group[] {
  const made = Object.values(entries).flatMap(entry => (entry.is === 'ready' ? [entry] : []))
  const of = (type: string) => made.filter(entry => entry.type === type)
  const inner = of('aws:load-balancer')
    .filter(({ input }) => input.scheme === 'internal')
    .map(({ id }) => id)
  const innerGroups = of('aws:listener').flatMap(({ input }) => {
    const { loadBalancerArn, action } = input as { loadBalancerArn: string; action: { targetGroupArn?: string } }
    return inner.includes(loadBalancerArn) ? [action.targetGroupArn] : []
  })
  const groups = of('aws:target-group').map(({ id }) => ({
    arn: id,
    internal: innerGroups.includes(id),
    ids: of('aws:targets').flatMap(({ input }) => (input.groupArn === id ? (input.instanceIds as string[]) : [])),
  }))
  return groups.sort((a, b) => Number(b.internal) - Number(a.internal))
}

/** Runs a script that only looks, on several machines with one command of Systems Manager. */
export async function ask(
  cloud: Aws,
  machines: string[],
  script: string,
): Promise<{ machine: string; output: string }[]> {
  const running = await whichRun(cloud, machines)
  const there = await withAgent(cloud, running)
  const away = machines
    .filter(machine => !there.includes(machine))
    .map(machine => silent(machine, running.includes(machine)))
  const answers = await Promise.all(chunks(there, MOST).map(some => run(cloud, some, script)))
  return [...away, ...answers.flat()]
}

/** SendCommand and the filter of the agents take this many machines. */
const MOST = 50
/** How long the agent may take to fetch the script, and the script to run. */
const DELIVERY_SECONDS = 60
const RUN_SECONDS = 120

/** As the script itself would say it. */
function silent(machine: string, runs: boolean): { machine: string; output: string } {
  const why = runs ? 'the instance runs, but its Systems Manager agent does not answer' : 'the instance does not run'
  return { machine, output: `hop machine bad ${why}` }
}

/** Those that run: for the agent of the others there is no waiting. */
async function whichRun(cloud: Aws, machines: string[]): Promise<string[]> {
  const Filters = [
    { Name: 'instance-id', Values: machines },
    { Name: 'instance-state-name', Values: ['pending', 'running'] },
  ]
  const rows = await cloud.pages('ec2', 'DescribeInstances', { Filters }, answer =>
    answer.Reservations?.flatMap(one => one.Instances ?? []),
  )
  return machines.filter(machine => rows.some(row => row.InstanceId === machine))
}

/** The machines whose agent answers. A set-up machine has had one, so there is little to wait for. */
async function withAgent(cloud: Aws, machines: string[]): Promise<string[]> {
  const late = cloud.deadline(minute)
  for (;;) {
    if (machines.length === 0) return []
    const lists = await Promise.all(chunks(machines, MOST).map(some => online(cloud, some)))
    const there = lists.flat()
    if (there.length === machines.length || late()) return there
    await cloud.sleep(2 * second)
  }
}

async function online(cloud: Aws, machines: string[]): Promise<string[]> {
  const input = { Filters: [{ Key: 'InstanceIds', Values: machines }] }
  const rows = await cloud.pages('ssm', 'DescribeInstanceInformation', input, answer => answer.InstanceInformationList)
  return rows.flatMap(row => (row.PingStatus === 'Online' && row.InstanceId ? [row.InstanceId] : []))
}

async function run(cloud: Aws, machines: string[], script: string): Promise<{ machine: string; output: string }[]> {
  const id = await send(cloud, machines, script)
  if (id === undefined) {
    // One that has just stopped makes the whole command be refused.
    if (machines.length === 1) return machines.map(machine => silent(machine, true))
    return (await Promise.all(machines.map(machine => run(cloud, [machine], script)))).flat()
  }
  const within = DELIVERY_SECONDS * second + RUN_SECONDS * second + 2 * minute
  return Promise.all(
    machines.map(async machine => {
      const read = () => resultOf(cloud, machine, id)
      const result = await until(cloud, read, isOver, { what: `the check on ${machine}`, within })
      // The agent went away with the machine.
      return isUndelivered(result) ? silent(machine, true) : { machine, output: cloud.clean(result.output) }
    }),
  )
}

/** The command's id; undefined when Systems Manager does not take one of the machines. */
async function send(cloud: Aws, machines: string[], script: string): Promise<string | undefined> {
  const input = {
    InstanceIds: machines,
    DocumentName: 'AWS-RunShellScript',
    Comment: 'stackwright-check',
    TimeoutSeconds: DELIVERY_SECONDS,
    Parameters: { commands: [wrapped(script)], executionTimeout: [String(RUN_SECONDS)] },
  }
  try {
    // It only looks: twice is as good as once.
    return (await cloud.call('ssm', 'SendCommand', input, { repeatable: true })).Command?.CommandId
  } catch (error) {
    if (error instanceof CloudProblem && error.code === 'InvalidInstanceId') return undefined
    throw error
  }
}

/** Packed, because Systems Manager would fill in what looks like `{{ssm:…}}`; by bash, which the agent does not promise. */
function wrapped(script: string): string {
  return `exec bash -c "$(echo ${gzipSync(script, { level: 9 }).toString('base64')} | base64 -d | gunzip)"`
}
