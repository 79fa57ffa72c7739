import { resolve } from 'node:path'
import { Exit, Problem } from '../base/errors.ts'
import type { Blueprint } from '../blueprints/blueprint.ts'
import { failedEvent, problemOf } from '../view/problem.ts'
import type { View } from '../view/reader.ts'
import { openView } from '../view/view.ts'
import type { Flags, Offer } from './flags.ts'

/** One command at work: what was typed, who reads, and how it is stopped. */
export interface Session {
  flags: Flags
  /** What can be built. */
  blueprints: Blueprint[]
  env: NodeJS.ProcessEnv
  view: View
  /** The folder that holds all stacks. */
  stateFolder: string
  /** Somebody can be asked: both ends are a terminal, and nobody said that nothing should be asked. */
  interactive: boolean
  /** Aborted by the first Ctrl-C. */
  drain: AbortSignal
  /** `performance.now()` when the command began, or when its plan was confirmed. */
  begun: number
  /** Filled while the command works; told at its end, whatever that is. */
  figures: { calls(): Record<string, number>; criticalPathMs: number }
  /** Things to undo at the end, last first: connections, locks. */
  onEnd: (() => void | Promise<void>)[]
}

/** Runs a command: opens its view, minds Ctrl-C, tells its failure, cleans up. Returns the exit code. */
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

/** The last event of a command that worked. */
export function done(session: Session, outputs: Record<string, string>): number {
  const { calls, criticalPathMs } = session.figures
  const wallMs = Math.round(performance.now() - session.begun)
  session.view.emit({ is: 'done', outputs, wallMs, criticalPathMs: Math.round(criticalPathMs), calls: calls() })
  return Exit.done
}

/** The time that counts begins when people have said yes, not while they think. */
export function beginNow(session: Session): void {
  session.begun = performance.now()
}

/** Throws when nobody can be asked and `--yes` was not given; `also` are other things that are missing. */
export function needsYes(
  { flags, interactive }: Session,
  { verb, look }: { verb: string; look: string },
  also?: Problem,
): void {
  const lacking = interactive || flags.yes ? [] : ['Missing --yes: nobody can be asked here, and it confirms the plan.']
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
    what: `\`${verb}\` wants a confirmation, and there is no terminal to ask on.`,
    next: `Look at it with \`stackwright ${look}\`, then add --yes.`,
    exit: Exit.usage,
  })
}

/** A variable of ours; an empty one counts as not given, because CI systems pass on what is not set as an empty text. */
export function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[`STACKWRIGHT_${name}`] || undefined
}

function canAsk(flags: Flags, env: NodeJS.ProcessEnv): boolean {
  return !flags.yes && !flags.json && !env.CI && process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** First Ctrl-C: nothing new is started, what is under way is finished and saved. Second: out at once. */
function onSignals(drain: AbortController, view: View): () => void {
  const stop = () => {
    if (drain.signal.aborted) {
      view.pause()
      process.exit(Exit.interrupted)
    }
    view.emit({ is: 'note', text: 'Finishing what is under way; press Ctrl-C again to stop at once.' })
    drain.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return () => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
