import type { Event, ProblemView } from '../events.ts'

/** A problem as people and `--json` get it, with its exit code. */
export type ReportedProblem = ProblemView & { exit: number }

/**
 * Any error as a problem: our own by its shape (the command line and the commands are separate bundles, so no
 * `instanceof`), the parser's as a usage error, anything else as a bug of this program.
 */
export function problemOf(error: unknown): ReportedProblem {
  if (isProblem(error)) return viewOf(error)
  if (isUsage(error)) return usageOf(error)
  if (isPromptClosed(error)) return { what: 'Stopped.', next: 'Run the same command again to continue.', exit: 130 }
  const message = error instanceof Error ? error.message : String(error)
  return {
    what: `Unexpected error: ${message}`,
    why: 'This is a bug in Stackwright.',
    next: 'Running the command again is safe. To report the bug, run it with STACKWRIGHT_DEBUG=1 and send the output.',
    exit: 1,
  }
}

/** The lines that people read; the first starts with `Error:`, except after Ctrl-C. No line starts with text of a cloud or file. */
export function problemText(problem: ReportedProblem): string {
  const lines = [`${problem.exit === 130 ? '' : 'Error: '}${oneLine(problem.what)}`]
  if (problem.why) lines.push(`  Why:  ${oneLine(problem.why)}`)
  for (const item of problem.list ?? []) lines.push(`  - ${oneLine(item)}`)
  if (problem.next) lines.push(`  Next: ${oneLine(problem.next)}`)
  if (problem.code)
    lines.push(`  Code: ${oneLine(problem.code)}${problem.requestId ? `  request ${oneLine(problem.requestId)}` : ''}`)
  return lines.join('\n')
}

/** The last event of a run that failed; times in milliseconds. */
export function failedEvent(
  problem: ReportedProblem,
  wallMs: number,
  times: { criticalPathMs: number; calls: Record<string, number> } = { criticalPathMs: 0, calls: {} },
): Event & { is: 'failed' } {
  const { exit, ...view } = problem
  return { is: 'failed', exit, problem: view, wallMs: Math.round(wallMs), ...times }
}

/**
 * Text from a cloud, a file or a person as one line that is harmless for a terminal: control characters and those that
 * change the reading direction are written as escapes.
 */
export function oneLine(text: string): string {
  return text
    .replace(/\s*\n\s*|\t+/g, ' ')
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
      character => `\\u{${character.charCodeAt(0).toString(16)}}`,
    )
}

type ProblemShape = ProblemView & { exit: number }

function isProblem(error: unknown): error is ProblemShape {
  return error instanceof Error && 'what' in error && 'exit' in error && typeof error.exit === 'number'
}

function viewOf(problem: ProblemShape): ReportedProblem {
  return {
    what: problem.what,
    ...(problem.why && { why: problem.why }),
    ...(problem.next && { next: problem.next }),
    ...(problem.list?.length && { list: problem.list }),
    ...(problem.code && { code: problem.code }),
    ...(problem.requestId && { requestId: problem.requestId }),
    exit: problem.exit,
  }
}

function isUsage(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')
}

/** `error: unknown option '--yse'\n(Did you mean --yes?)` → two sentences. */
function usageOf(error: Error & { code: string }): ReportedProblem {
  if (error.code === 'commander.help')
    return { what: 'A command is missing.', next: 'Add --help to see the commands.', exit: 2 }
  const [first = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const what = first.charAt(0).toUpperCase() + first.slice(1)
  if (error.code === 'commander.excessArguments') {
    return {
      what: `${what.split('.')[0]}: this command takes only options.`,
      next: 'To name a stack, use --stack NAME.',
      exit: 2,
    }
  }
  return {
    what: /[.?!]$/.test(what) ? what : `${what}.`,
    next: hint ? hint.replace(/^\(|\)$/g, '') : 'Run `stackwright --help`, or add --help to the command.',
    exit: 2,
  }
}

/** Ctrl-C at a prompt. */
function isPromptClosed(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')
}
