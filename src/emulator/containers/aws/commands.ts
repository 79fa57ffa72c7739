import { object, words } from '../../aws/core/input.ts'
import { text } from '../../aws/core/resources.ts'
import { finishAwsCommand, type Run, runScriptsWith, runsOf } from '../../aws/services/ssm/command-run.ts'
import type { Resource } from '../../world/model.ts'
import { NEVER } from '../../world/never.ts'
import { type CommandResult, commandResult, startCommand, stopCommand } from '../machine.ts'
import type { Context } from './context.ts'
import { everyAws } from './desired.ts'
import { wrapped } from './scripts.ts'

/**
 * Runs the commands of Systems Manager on the machines. What is under way is in the world (it ends `NEVER`), so a
 * restarted server goes on waiting for it; a machine never runs the same command twice.
 */
export function watchAwsCommands(context: Context): { look(): void } {
  const { world, runtime, jobs, up } = context
  const under = new Map<string, string>()
  runScriptsWith(world, () => ({ endsAt: NEVER, status: 'Success', exitCode: 0, output: '', errors: '' }))

  async function carryOut(command: Resource, run: Run): Promise<void> {
    const place = up.get(run.instanceId)
    if (!place?.surroundings) throw new Error(`The machine ${run.instanceId} does not run.`)
    const parameters = object(command.data, 'parameters')
    const script = words(parameters, 'commands').join('\n')
    under.set(`${command.id} ${run.instanceId}`, command.id)
    await startCommand(runtime, place.machine, {
      id: command.id,
      script: wrapped(script.startsWith('#!') ? script : `#!/bin/sh\n${script}\n`, place.surroundings),
      folder: words(parameters, 'workingDirectory')[0] ?? '/root',
      timeout: Number(words(parameters, 'executionTimeout')[0] ?? 3600),
      tree: true,
    })
    const result = await commandResult(runtime, place.machine, command.id, context.closed)
    if (context.closed()) return
    finishAwsCommand(world, command.id, run.instanceId, outcomeOf(result, Math.max(world.now(), run.startsAt)))
    context.save()
  }

  /** Somebody cancelled it: its result in the API is final already. */
  async function end(key: string, commandId: string): Promise<void> {
    const place = up.get(key.split(' ')[1] ?? '')
    if (place) await stopCommand(runtime, place.machine, commandId)
    under.delete(key)
  }

  return {
    look() {
      for (const { resource } of everyAws(world, 'ssm-command')) {
        for (const run of runsOf(resource)) {
          const key = `${resource.id} ${run.instanceId}`
          const live = text(world.get('instance', run.instanceId) ?? resource, 'toward') === 'running'
          if (run.endsAt >= NEVER && live) jobs.want(key, () => carryOut(resource, run), 'waits')
          else if (run.status === 'Cancelled' && under.has(key))
            jobs.want(`end ${key}`, () => end(key, resource.id), 'waits')
        }
      }
    },
  }
}

/** A machine that disappeared under a command leaves no result. */
function outcomeOf(result: CommandResult | undefined, endsAt: number) {
  const { status, exitCode, output } = result ?? { status: 'Failed' as const, exitCode: -1, output: '' }
  const statuses = { Success: 'Success', Failed: 'Failed', Timeout: 'TimedOut', Terminated: 'Cancelled' } as const
  return { endsAt, status: statuses[status], exitCode: status === 'Timeout' ? -1 : exitCode, output, errors: '' }
}
