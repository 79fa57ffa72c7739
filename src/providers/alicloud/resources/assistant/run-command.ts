import { createHash } from 'node:crypto'
import { CloudProblem, Problem } from '../../../../base/errors.ts'
import type { JsonObject } from '../../../../base/json.ts'
import type { Mark } from '../../../../engine/kind.ts'
import { until } from '../../../waiting.ts'
import type { Alicloud } from '../../cloud.ts'
import { rows, str } from '../../read.ts'
import { minute, second } from '../common.ts'

/** A script to run on a machine. */
export interface Command {
  name: string
  script: string
  /** Seconds on the machine. */
  timeout: number
}

/** The longest script Cloud Assistant accepts: 18 KB before Base64, everything included. */
const longest = 18 * 1024

/** Waits until the machine's Cloud Assistant agent answers. Public images include it. */
export async function agentReady(cloud: Alicloud, instanceId: string): Promise<void> {
  const read = async () => {
    const answer = await cloud.call('ecs', 'DescribeCloudAssistantStatus', { InstanceId: [instanceId] })
    return rows(answer, 'InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus')[0]
  }
  // The word "true", not a boolean.
  await until(cloud, read, row => str(row, 'CloudAssistantStatus') === 'true', {
    what: `the Cloud Assistant agent on ${instanceId}`,
    within: 10 * minute,
  })
}

/**
 * Runs a command on a machine and returns its output. A run that had already failed when first read (in an earlier
 * `up`), or that never reached the machine, is sent again with the next token; a failure that happens while we wait is
 * a Problem. The chain of tokens is fixed by what happened before, so a kill in between starts nothing twice.
 */
export async function runOnMachine(cloud: Alicloud, instanceId: string, command: Command, mark: Mark): Promise<string> {
  const { script } = command
  if (Buffer.byteLength(script) > longest) {
    throw new Problem({
      what: `The command ${command.name} is too long for Cloud Assistant (${Buffer.byteLength(script)} of ${longest} bytes).`,
      next: 'Shorten the variables or the script that it carries.',
    })
  }
  let token = hash(mark.token, command.name, script)
  let undelivered = 0
  for (let earlier = 0; ; ) {
    const invokeId = await send(cloud, instanceId, command, token)
    const first = await readResult(cloud, instanceId, invokeId)
    const old = isOver(first)
    const result = old ? first : await waitFor(cloud, instanceId, invokeId, command)
    const status = str(result, 'InvocationStatus')
    if (status === 'Success') return str(result, 'Output')
    const lost = !result || status === 'Aborted'
    if (lost && ++undelivered > 3) throw notDelivered(instanceId, command)
    if (!lost && !(old && ++earlier <= 20)) throw failed(cloud, instanceId, command, result)
    if (lost) await agentReady(cloud, instanceId)
    token = hash(token, invokeId)
  }
}

/** Without tags: a command's history outlives everything else by 30 days, and no tag of ours must be left behind. */
async function send(cloud: Alicloud, instanceId: string, { name, script, timeout }: Command, token: string) {
  const answer = await cloud.call('ecs', 'RunCommand', {
    Name: name,
    Type: 'RunShellScript',
    InstanceId: [instanceId],
    ContentEncoding: 'Base64',
    CommandContent: Buffer.from(script).toString('base64'),
    Timeout: timeout,
    KeepCommand: false,
    TerminationMode: 'ProcessTree',
    ClientToken: token,
  })
  return str(answer, 'InvokeId')
}

/** Waits as long as the command may take, and some time for its delivery. Undefined when the cloud no longer knows it. */
async function waitFor(cloud: Alicloud, instanceId: string, invokeId: string, { name, timeout }: Command) {
  const patience = cloud.deadline(minute)
  return until(
    cloud,
    () => readResult(cloud, instanceId, invokeId),
    result => (result ? isOver(result) : patience()),
    { what: `${name} on ${instanceId}`, within: timeout * second + 5 * minute },
  )
}

async function readResult(cloud: Alicloud, instanceId: string, invokeId: string): Promise<JsonObject | undefined> {
  const params = { InvokeId: invokeId, InstanceId: instanceId, ContentEncoding: 'PlainText' }
  const answer = await cloud.call('ecs', 'DescribeInvocationResults', params)
  return rows(answer, 'Invocation.InvocationResults.InvocationResult')[0]
}

function isOver(result: JsonObject | undefined): boolean {
  return (
    result !== undefined &&
    !['Pending', 'Scheduled', 'Running', 'Stopping', ''].includes(str(result, 'InvocationStatus'))
  )
}

function failed(cloud: Alicloud, instanceId: string, { name }: Command, result: JsonObject | undefined): Problem {
  const status = str(result, 'InvocationStatus')
  const output = cloud.redact(str(result, 'Output')).trimEnd().split('\n').slice(-15)
  const code = str(result, 'ErrorCode')
  const why =
    status === 'Timeout'
      ? 'It took longer than allowed.'
      : `${status}, exit code ${str(result, 'ExitCode') || 'unknown'}.`
  return new Problem({
    what: `The command ${name} failed on ${instanceId}.`,
    why: [why, cloud.redact(str(result, 'ErrorInfo'))].filter(Boolean).join(' '),
    list: output.filter(Boolean),
    next: 'Fix what its last lines report, then run the same command again: the command is repeated.',
    ...(code && { code }),
  })
}

function notDelivered(instanceId: string, { name }: Command): CloudProblem {
  return new CloudProblem('retry', {
    what: `The command ${name} never reached ${instanceId}.`,
    why: 'The Cloud Assistant agent on the machine does not accept commands.',
    next: 'Restart the machine or choose another image, then run the same command again.',
  })
}

/** A token has at most 64 characters; part of a SHA-256 is plenty. */
function hash(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 48)
}
