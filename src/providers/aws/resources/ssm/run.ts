import { Problem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { chunks, lookAndDo, minute, orAbsent, second, until } from '../common.ts'

export interface Run {
  name: string
  script: string
  /** Seconds on the machine. */
  timeout: number
  /** In the command's comment: how a run is recognised. */
  nonce: string
}

/** What became of a command on one machine. */
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
 * Runs a command on machines, each once: where the history has a run of it that is under way or went well, that one
 * counts. A run known to have failed when first looked at (by an earlier `up`) is sent anew; a failure we watched is a
 * Problem.
 */
export async function runEverywhere(cloud: Aws, instanceIds: string[], run: Run): Promise<void> {
  // Command by machine: what counts as the run of this time.
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

/** One command for all of them; after a lost answer the history tells whether it was sent. */
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
      // How long the machine may take to fetch it.
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

/** Waits as long as the command may take, and some time for its delivery. */
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

/** Right after it was sent the run on this machine is not known yet. */
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

/** Whether nothing more will come of it. */
export function isOver({ status }: Result): boolean {
  return over.has(status)
}

/** Whether it never ran: it may be sent again. */
export function isUndelivered({ status, details }: Result): boolean {
  return /^(Undeliverable|Delivery Timed Out|DeliveryTimedOut|Terminated)$/.test(details) || status === 'Cancelled'
}

function failed(cloud: Aws, instanceId: string, { name }: Run, result: Result): Problem {
  if (isUndelivered(result)) {
    return new Problem({
      what: `The command ${name} never reached ${instanceId}.`,
      why: 'The Systems Manager agent on the machine does not take commands.',
      next: 'Restart the machine, then run the same command again.',
    })
  }
  const why =
    result.status === 'TimedOut' ? 'It took longer than allowed.' : `${result.status}, exit code ${result.code}.`
  return new Problem({
    what: `The command ${name} failed on ${instanceId}.`,
    why,
    list: cloud.clean(result.output).trimEnd().split('\n').slice(-15).filter(Boolean),
    next: 'Put right what its last lines say, then run the same command again: the command is repeated.',
  })
}
