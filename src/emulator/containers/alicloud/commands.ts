import type { Json, JsonObject } from '../../../base/json.ts'
import { isObject } from '../../alicloud/core/input.ts'
import { text, time } from '../../alicloud/core/resources.ts'
import type { Outcome, RunsCommands } from '../../alicloud/services/assistant/simulated.ts'
import type { Resource, World } from '../../world/model.ts'
import { NEVER } from '../../world/never.ts'
import type { Jobs } from '../jobs.ts'
import { type CommandResult, commandResult, type Machine, startCommand, stopCommand } from '../machine.ts'
import type { Runtime } from '../runtime.ts'
import { everyThing } from './desired.ts'

/** What running commands needs of the reconciler. */
export interface CommandDeps {
  world: World
  runtime: Runtime
  jobs: Jobs
  save(): void
  /** The machine, while it runs. */
  machine(id: string): Machine | undefined
  /** Nothing may be written any more. */
  closed(): boolean
}

/** One command on one machine, as the operations keep it; `real` says how far it is in the container. */
type Run = Outcome & { instanceId: string; startsAt: number; real?: 'wanted' | 'running' | 'over' }

/** Commands of Cloud Assistant as the reconciler drives them. */
export interface Commands {
  /** For the operations: what an invocation says until `look` has seen it. */
  placeholder: RunsCommands
  look(): void
}

/** Runs the commands of Cloud Assistant on the machines and records their results. */
export function watchCommands(deps: CommandDeps): Commands {
  const { world, runtime, jobs } = deps
  const over = new Set<string>()

  function lookAt(invocation: Resource): void {
    let open = false
    for (const run of runsOf(invocation)) {
      if (run.real === undefined || run.real === 'over') continue
      open = true
      if (run.real === 'wanted') begin(invocation, run)
      const ended = run.endsAt < NEVER
      const key = `${invocation.id} ${run.instanceId}`
      if (ended) jobs.want(`end ${key}`, () => end(invocation, run), 'waits')
      else jobs.want(key, () => carryOut(invocation, run), 'waits')
    }
    if (!open) over.add(invocation.id)
  }

  /** From here on it runs until the machine reports its end; its time-out is enforced there. */
  function begin(invocation: Resource, run: Run): void {
    Object.assign(run, { real: 'running', endsAt: NEVER })
    world.touch(invocation)
  }

  async function carryOut(invocation: Resource, run: Run): Promise<void> {
    const machine = deps.machine(run.instanceId)
    if (!machine) {
      // After a restart of the sandbox its machines are found one by one.
      if (world.get('instance', run.instanceId)) throw new Error(`The machine ${run.instanceId} does not run.`)
      return finish(invocation, run, undefined)
    }
    await startCommand(runtime, machine, {
      id: invocation.id,
      script: Buffer.from(text(invocation, 'content'), 'base64'),
      user: text(invocation, 'username'),
      folder: text(invocation, 'workingDir'),
      timeout: time(invocation, 'timeout'),
      tree: text(invocation, 'termination') === 'ProcessTree',
    })
    finish(invocation, run, await commandResult(runtime, machine, invocation.id, deps.closed))
  }

  function finish(invocation: Resource, run: Run, result: CommandResult | undefined): void {
    if (run.real === 'over' || deps.closed()) return
    const endsAt = Math.max(world.now(), run.startsAt)
    const { status, exitCode, output } = result ?? { status: 'Failed', exitCode: 1, output: '' }
    const why = result?.errorInfo ? `${result.errorCode}: ${result.errorInfo}\n` : ''
    Object.assign(run, { real: 'over', status, exitCode, output: why + output, endsAt, dropped: result?.dropped ?? 0 })
    world.touch(invocation)
    deps.save()
  }

  /** Somebody stopped it: its result in the API is final already. */
  async function end(invocation: Resource, run: Run): Promise<void> {
    const machine = deps.machine(run.instanceId)
    if (machine) await stopCommand(runtime, machine, invocation.id)
    run.real = 'over'
    world.touch(invocation)
    deps.save()
  }

  return {
    placeholder: () => ({
      endsAt: NEVER,
      status: 'Success',
      exitCode: 0,
      output: '',
      serves: false,
      ...{ real: 'wanted' },
    }),
    look() {
      for (const invocation of everyThing(world, 'invocation')) if (!over.has(invocation.id)) lookAt(invocation)
    },
  }
}

function runsOf(invocation: Resource): Run[] {
  const runs: Json = (invocation.data as JsonObject).runs ?? []
  return Array.isArray(runs) ? (runs.filter(isObject) as unknown as Run[]) : []
}
