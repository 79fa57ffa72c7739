import { Exit, Problem } from '../base/errors.ts'
import type { PlanLine } from '../events.ts'
import { oneLine } from '../view/text.ts'
import { beginNow, type Session } from './session.ts'

/** The terminal of the prompts. Questions go to standard error: standard output is for results. */
export const io = { input: process.stdin, output: process.stderr } as unknown as import('../wizard/index.ts').Io

/** Asks whether to carry out the plan, unless `--yes` was given or nothing changes. Throws a Problem (exit 130) on "no". */
export async function confirmPlan(session: Session, lines: PlanLine[], sandbox: boolean): Promise<void> {
  if (session.flags.yes || lines.every(line => line.action === 'keep')) return
  const losses = lines.filter(line => line.action === 'remove')
  for (const line of losses) {
    const text = [`${line.title} ${line.address} will be removed.`, ...(line.notes ?? [])].join(' ')
    session.view.emit({ is: 'warning', text: oneLine(text) })
  }
  const label = losses.length > 0 ? `Carry out this plan and remove ${losses.length}?` : 'Build this?'
  if (!(await askYes(session, label, sandbox && losses.length === 0))) throw declined()
  beginNow(session)
}

/** Asks for the stack's name before all of it is removed, unless `--yes` was given. Throws a Problem (exit 130) on Esc. */
export async function confirmTeardown(session: Session, stack: string): Promise<void> {
  if (session.flags.yes) return
  session.view.pause()
  const { confirmByTyping } = await import('../wizard/index.ts')
  if (!(await confirmByTyping(`Remove all of this? Type ${stack} to confirm`, stack, { io }))) throw declined()
  beginNow(session)
}

/** Asks yes or no; only for an interactive session. Throws a Problem (exit 130) on Ctrl-C. */
export async function askYes({ view }: Session, label: string, fallback: boolean, help?: string): Promise<boolean> {
  view.pause()
  const { confirm } = await import('../wizard/index.ts')
  return confirm(label, { fallback, io, ...(help && { help }) })
}

function declined(): Problem {
  return new Problem({
    what: 'Not confirmed. Nothing was changed.',
    next: 'Run the same command again when you are ready.',
    exit: Exit.interrupted,
  })
}
