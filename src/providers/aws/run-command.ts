import { gzipSync } from 'node:zlib'
import { CloudProblem } from '../../base/errors.ts'
import type { Aws } from './client.ts'
import { chunks, minute, second, until } from './resources/common.ts'
import { isOver, isUndelivered, resultOf } from './resources/ssm/run.ts'

/**
 * Runs a read-only script on several machines with Systems Manager Run Command, and returns what it printed on each.
 * A machine that does not run, or whose agent does not answer, has a line that says so instead.
 */
export async function runScript(
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

/** The same line that the script itself would print. */
function silent(machine: string, runs: boolean): { machine: string; output: string } {
  const why = runs
    ? 'the instance is running, but its Systems Manager agent does not answer'
    : 'the instance is not running'
  return { machine, output: `hop machine bad ${why}` }
}

/** The running ones: waiting for the agent of the others is useless. */
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

/** The machines whose agent answers. Setup already needed the agent, so a minute's wait is enough. */
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
    // One instance that has just stopped makes Systems Manager refuse the whole command.
    if (machines.length === 1) return machines.map(machine => silent(machine, true))
    return (await Promise.all(machines.map(machine => run(cloud, [machine], script)))).flat()
  }
  const within = DELIVERY_SECONDS * second + RUN_SECONDS * second + 2 * minute
  return Promise.all(
    machines.map(async machine => {
      const read = () => resultOf(cloud, machine, id)
      const result = await until(cloud, read, isOver, { what: `the check on ${machine}`, within })
      // The agent stopped with the machine.
      return isUndelivered(result) ? silent(machine, true) : { machine, output: cloud.redact(result.output) }
    }),
  )
}

/** The command's id; undefined when Systems Manager refuses one of the machines. */
async function send(cloud: Aws, machines: string[], script: string): Promise<string | undefined> {
  const input = {
    InstanceIds: machines,
    DocumentName: 'AWS-RunShellScript',
    Comment: 'stackwright-check',
    TimeoutSeconds: DELIVERY_SECONDS,
    Parameters: { commands: [wrapped(script)], executionTimeout: [String(RUN_SECONDS)] },
  }
  try {
    // Read-only: running it twice does no harm.
    return (await cloud.call('ssm', 'SendCommand', input, { repeatable: true })).Command?.CommandId
  } catch (error) {
    if (error instanceof CloudProblem && error.code === 'InvalidInstanceId') return undefined
    throw error
  }
}

/** Packed, because Systems Manager would replace what looks like `{{ssm:…}}`; run by bash, which the agent does not guarantee. */
function wrapped(script: string): string {
  return `exec bash -c "$(echo ${gzipSync(script, { level: 9 }).toString('base64')} | base64 -d | gunzip)"`
}
