import { type Out, openOut } from './out.ts'
import type { View } from './reader.ts'

/** Opens the view: JSON when asked for, moving lines on a terminal that supports them, plain lines everywhere else. */
export async function openView(json: boolean, env: NodeJS.ProcessEnv = process.env): Promise<View> {
  const out = openOut()
  if (json) return (await import('./json.ts')).jsonView(out)
  if (canMove(out, env)) return (await import('./terminal.ts')).terminalView(out, env)
  return (await import('./plain.ts')).plainView(out, env)
}

/**
 * CI logs and dumb terminals keep every frame of a moving line: they get plain lines. So does a terminal that reports no
 * width (a recorder's): how many rows a moving line takes, and so what to erase, cannot be known there.
 */
function canMove(out: Out, env: NodeJS.ProcessEnv): boolean {
  return out.errIsTerminal && process.stderr.columns > 0 && env.TERM !== 'dumb' && !env.CI
}
