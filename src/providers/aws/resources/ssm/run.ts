import { Problem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { chunks, lookAndDo, minute, orAbsent, second, until } from '../common.ts'

export interface Run {
  name: string
  script: string
  /** Seconds on the machine. */
  timeout: number
  /** Identifies a run in the command history: it is part of the command's comment. */
  nonce: string
}

/** The result of a command on one machine. */
export interface Result {
  status: string
  details: string
  output: string
  code: number
}

const over = new Set(['Success', 'Cancelled', 'TimedOut', 'Failed'])
/** SendCommand takes this many machines. */
const most = 50
/** How often a command that never reached its machine is sent again. */
const deliveries = 3

/**
 * Runs a command once on each machine: a run of it in the command history that is in progress or succeeded counts. One
 * that had already failed (in an earlier `up`) is sent again; a failure during this run is thrown as a Problem.
 */
export async function runEverywhere(cloud: Aws, instanceIds: string[], run: Run): Promise<void> {
  // The command that counts as this run, by machine.
  const current = new Map<string, string>()
  const spent = new Set<string>()
  for (const id of instanceIds) {
    const last = await lastRun(cloud, id, run)
    if (!last) continue
    const { status } = await resultOf(cloud, id, last)
    if (over.has(status) && status !== 'Success') spent.add(last)
    else current.set(id, last)
  }
  let waiting = instanceIds
  for (let delivery = 1; waiting.length > 0; delivery++) {
    const missing = waiting.filter(id => !current.has(id))
    for (const group of chunks(missing, most)) await sendOnce(cloud, group, run, { current, spent })
    const results = await Promise.all(waiting.map(id => waitFor(cloud, id, current.get(id)!, run)))
    const lost: string[] = []
    for (const [n, result] of results.entries()) {
      const id = waiting[n]!
      if (result.status === 'Success') continue
      if (!isUndelivered(result) || delivery === deliveries) throw failed(cloud, id, run, result)
      spent.add(current.get(id)!)
      current.delete(id)
      lost.push(id)
    }
    waiting = lost
  }
}

/** One command for all of them; after a lost answer the command history shows whether it was sent. */
async function sendOnce(
  cloud: Aws,
  group: string[],
  run: Run,
  { current, spent }: { current: Map<string, string>; spent: Set<string> },
): Promise<void> {
  let unsure = false
  await lookAndDo(cloud, async () => {
    if (unsure) {
      await cloud.sleep(5 * second)
      for (const id of group) {
        const last = await lastRun(cloud, id, run)
        if (last && !spent.has(last)) current.set(id, last)
      }
    }
    const missing = group.filter(id => !current.has(id))
    if (missing.length === 0) return
    unsure = true
    const input = {
      InstanceIds: missing,
      DocumentName: 'AWS-RunShellScript',
      Comment: commentOf(run),
      // How long the agent may take to fetch it.
      TimeoutSeconds: 600,
      Parameters: { commands: [run.script], executionTimeout: [String(run.timeout)] },
    }
    // A machine that has only just registered may not be known everywhere.
    const options = { busy: ({ code }: { code: string }) => code === 'InvalidInstanceId', patience: 3 * minute }
    const { Command } = await cloud.call('ssm', 'SendCommand', input, options)
    for (const id of missing) current.set(id, Command?.CommandId ?? '')
  })
}

/** At most 100 characters. */
function commentOf({ name, nonce }: Run): string {
  return `${name.slice(0, 60)} (${nonce})`
}

/** Waits for the command's own timeout, and some time more for its delivery. */
function waitFor(cloud: Aws, id: string, commandId: string, run: Run): Promise<Result> {
  return until(cloud, () => resultOf(cloud, id, commandId), isOver, {
    what: `${run.name} on ${id}`,
    within: run.timeout * second + 12 * minute,
  })
}

/** The newest run of this very command on a machine. */
async function lastRun(cloud: Aws, instanceId: string, run: Run): Promise<string | undefined> {
  const rows = await cloud.pages('ssm', 'ListCommands', { InstanceId: instanceId }, answer => answer.Commands)
  return rows
    .filter(row => row.Comment === commentOf(run))
    .sort((a, b) => Number(b.RequestedDateTime ?? 0) - Number(a.RequestedDateTime ?? 0))[0]?.CommandId
}

/** The result so far; `Pending` while the run is not known yet, right after it was sent. */
export async function resultOf(cloud: Aws, instanceId: string, commandId: string): Promise<Result> {
  const place = { CommandId: commandId, InstanceId: instanceId }
  const answer = await orAbsent(() => cloud.call('ssm', 'GetCommandInvocation', place))
  return {
    status: answer?.Status ?? 'Pending',
    details: answer?.StatusDetails ?? '',
    output: [answer?.StandardOutputContent, answer?.StandardErrorContent].filter(Boolean).join('\n'),
    code: answer?.ResponseCode ?? -1,
  }
}

/** Whether it has ended, one way or another. */
export function isOver({ status }: Result): boolean {
  return over.has(status)
}

/** Whether it never ran, so that it can be sent again. */
export function isUndelivered({ status, details }: Result): boolean {
  return /^(Undeliverable|Delivery Timed Out|DeliveryTimedOut|Terminated)$/.test(details) || status === 'Cancelled'
}

function failed(cloud: Aws, instanceId: string, { name }: Run, result: Result): Problem {
  if (isUndelivered(result)) {
    return new Problem({
      what: `The command ${name} never reached ${instanceId}.`,
      why: 'The Systems Manager agent on the machine does not accept commands.',
      next: 'Restart the machine, then run the same command again.',
    })
  }
  const why =
    result.status === 'TimedOut' ? 'It took longer than allowed.' : `${result.status}, exit code ${result.code}.`
  return new Problem({
    what: `The command ${name} failed on ${instanceId}.`,
    why,
    list: cloud.redact(result.output).trimEnd().split('\n').slice(-15).filter(Boolean),
    next: 'Fix the error in its last lines, then run the same command again: it repeats the command.',
  })
}
