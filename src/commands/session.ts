import { resolve } from 'node:path'
import { Exit, Problem } from '../base/errors.ts'
import type { Blueprint } from '../blueprints/blueprint.ts'
import { failedEvent, problemOf } from '../view/problem.ts'
import type { View } from '../view/reader.ts'
import { openView } from '../view/view.ts'
import type { Flags, Offer } from './flags.ts'

/** One running command: its flags, its view, and how it is stopped. */
export interface Session {
  flags: Flags
  /** What can be built. */
  blueprints: Blueprint[]
  env: NodeJS.ProcessEnv
  view: View
  /** The folder that holds all stacks. */
  stateFolder: string
  /** Whether questions can be asked: both ends are a terminal, and neither `--yes`, `--json` nor CI forbids it. */
  interactive: boolean
  /** Aborted by the first Ctrl-C. */
  drain: AbortSignal
  /** `performance.now()` when the command started, or when its plan was confirmed. */
  begun: number
  /** Filled during the command; reported in its last event, also after a failure. */
  figures: { calls(): Record<string, number>; criticalPathMs: number }
  /** What to release at the end, last first: connections, locks. */
  onEnd: (() => void | Promise<void>)[]
}

/** Runs a command: opens its view, handles Ctrl-C, reports its failure, cleans up. Returns the exit code; never rejects. */
export async function perform(
  flags: Flags,
  { blueprints }: Offer,
  command: (session: Session) => Promise<number>,
): Promise<number> {
  const env = process.env
  const view = await openView(flags.json === true, env)
  const drain = new AbortController()
  const session: Session = {
    flags,
    blueprints,
    env,
    view,
    stateFolder: resolve(flags.state ?? (env.STACKWRIGHT_STATE || '.stackwright')),
    interactive: canAsk(flags, env),
    drain: drain.signal,
    begun: performance.now(),
    figures: { calls: () => ({}), criticalPathMs: 0 },
    onEnd: [],
  }
  const forget = onSignals(drain, view)
  try {
    return await command(session)
  } catch (error) {
    if (env.STACKWRIGHT_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    const problem = problemOf(error)
    const { calls, criticalPathMs } = session.figures
    view.emit(failedEvent(problem, performance.now() - session.begun, { calls: calls(), criticalPathMs }))
    return problem.exit
  } finally {
    for (const end of session.onEnd.reverse()) await Promise.resolve(end()).catch(() => undefined)
    view.close()
    forget()
  }
}

/** Emits the last event of a command that succeeded. Returns the exit code 0. */
export function done(session: Session, outputs: Record<string, string>): number {
  const { calls, criticalPathMs } = session.figures
  const wallMs = Math.round(performance.now() - session.begun)
  session.view.emit({ is: 'done', outputs, wallMs, criticalPathMs: Math.round(criticalPathMs), calls: calls() })
  return Exit.done
}

/** Restarts the clock of the run once the plan is confirmed: the time that people take to decide does not count. */
export function beginNow(session: Session): void {
  session.begun = performance.now()
}

/**
 * Throws a Problem (exit 2) when nothing can be asked and `--yes` was not given; `also` is a problem to report with it.
 * `look` is the command that shows what would be confirmed.
 */
export function needsYes(
  { flags, interactive }: Session,
  { verb, look }: { verb: string; look: string },
  also?: Problem,
): void {
  const lacking =
    interactive || flags.yes ? [] : ['Missing --yes: there is no terminal to ask on, and it confirms the plan.']
  if (also) {
    throw new Problem({
      what: also.what,
      ...(also.why && { why: also.why }),
      list: [...also.list, ...lacking],
      ...(also.next && { next: also.next }),
      exit: also.exit,
    })
  }
  if (lacking.length === 0) return
  throw new Problem({
    what: `\`${verb}\` needs a confirmation, and there is no terminal to ask on.`,
    next: `Check it with \`stackwright ${look}\`, then add --yes.`,
    exit: Exit.usage,
  })
}

/** The variable `STACKWRIGHT_<name>`; an empty one counts as not given, because CI systems pass unset ones on as empty text. */
export function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[`STACKWRIGHT_${name}`] || undefined
}

function canAsk(flags: Flags, env: NodeJS.ProcessEnv): boolean {
  return !flags.yes && !flags.json && !env.CI && process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** First Ctrl-C: nothing new is started, calls in progress are finished and saved. Second: exits at once. */
function onSignals(drain: AbortController, view: View): () => void {
  const stop = () => {
    if (drain.signal.aborted) {
      view.pause()
      process.exit(Exit.interrupted)
    }
    view.emit({ is: 'note', text: 'Finishing the calls in progress. Press Ctrl-C again to stop at once.' })
    drain.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return () => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
