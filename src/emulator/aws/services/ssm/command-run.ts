import type { Call, Resource, World } from '../../../world/model.ts'
import { isObject } from '../../core/input.ts'
import { findResource, text, time } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { isLive } from '../ec2/instance-state.ts'

/** What a command comes to on one instance. */
export type Outcome = {
  /** Cloud time; `NEVER` while it is not known. */
  endsAt: number
  status: 'Success' | 'Failed' | 'TimedOut' | 'Cancelled'
  exitCode: number
  output: string
  errors: string
}

/** A command on one instance: when it starts, and what comes of it. */
export type Run = Outcome & { instanceId: string; startsAt: number }

/**
 * Decides how a script that begins at the cloud time `from` ends, or starts it and returns `endsAt: NEVER`:
 * `finishAwsCommand` tells later.
 */
export type RunsScripts = (call: Call, instance: Resource, script: string, from: number, commandId: string) => Outcome

const runners = new WeakMap<World, RunsScripts>()

/** The hook for real machines: what runs a script in this world instead of the simulation. */
export function runScriptsWith(world: World, runs: RunsScripts): void {
  runners.set(world, runs)
}

/** What runs scripts in this world: containers, or the simulation. */
export function runnerOf(world: World): RunsScripts {
  return runners.get(world) ?? simulated
}

/** A long script sets something up. */
const setupLength = 1000

const simulated: RunsScripts = (_call, _instance, script, from) => ({
  endsAt: from + (script.length > setupLength ? times.commandSetup : times.commandSmall),
  status: 'Success',
  exitCode: 0,
  output: 'Simulated: this machine does not exist, so nothing ran on it.\n',
  errors: '',
})

/** The runs of a command, one an instance. */
export function runsOf(command: Resource): Run[] {
  const runs = command.data.runs
  return Array.isArray(runs) ? (runs.filter(isObject) as unknown as Run[]) : []
}

/** After a success the machine's application answers; it goes on answering whatever runs later. */
export function noteSuccess(world: World, instance: Resource, endsAt: number): void {
  const from = time(instance, 'servesFrom')
  if (from > 0 && from <= endsAt) return
  instance.data.servesFrom = endsAt
  world.touch(instance)
}

/**
 * A script that really ran is over. Nothing happens when the cloud gave it up before, by its time limit or because
 * someone cancelled it, or when it is not known.
 */
export function finishAwsCommand(world: World, commandId: string, instanceId: string, outcome: Outcome): void {
  const command = world.get('ssm-command', commandId)
  if (!command) return
  const now = world.now()
  const before = runsOf(command)
  const going = before.find(run => run.instanceId === instanceId && run.endsAt > now)
  if (!going) return
  command.data.runs = before.map(run => (run === going ? { ...run, ...outcome } : run))
  world.touch(command)
  const instance = world.get('instance', instanceId)
  if (instance && outcome.status === 'Success') noteSuccess(world, instance, outcome.endsAt)
}

/** How a run stands now: a machine that went away never tells. */
export function standing(call: Call, run: Run): { status: string; details: string; over: boolean } {
  const now = call.world.now()
  const instance = findResource(call, 'instance', run.instanceId)
  const lost = !instance || (!isLive(instance) && time(instance, 'thereAt') - times.instanceTerminates < run.endsAt)
  if (lost) return { status: 'TimedOut', details: 'ExecutionTimedOut', over: true }
  if (now >= run.endsAt)
    return { status: run.status, details: run.status === 'TimedOut' ? 'ExecutionTimedOut' : run.status, over: true }
  return now < run.startsAt
    ? { status: 'Pending', details: 'Pending', over: false }
    : { status: 'InProgress', details: 'InProgress', over: false }
}

/** The whole command's status. */
export function summary(call: Call, command: Resource): string {
  const states = runsOf(command).map(run => standing(call, run).status)
  const order = ['InProgress', 'Pending', 'Failed', 'TimedOut', 'Cancelled', 'Success']
  const found = order.find(state => states.includes(state)) ?? 'Success'
  return found === 'Pending' && text(command, 'targets') === '' ? 'Pending' : found
}
