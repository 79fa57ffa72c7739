import type { Event, Outcome, ResourceEvent } from '../events.ts'
import { cloudTitle } from '../providers/index.ts'
import { columns, duration, oneLine, pad } from './text.ts'

/** Sentences that the terminal and the log share. */

type StackEvent = Event & { is: 'stack' }

/** The first line of a run: which stack, where, in which account. */
export function stackLine(event: StackEvent): string {
  const cloud = cloudTitle(event.cloud)
  const where = event.sandbox ? `the embedded ${cloud} (no real account, no cost)` : cloud
  const name = event.blueprint ? `${event.stack} (${event.blueprint})` : `${event.stack}, looked up by its tags,`
  return oneLine(`Stack ${name} on ${where}, region ${event.region}, account ${event.account}`)
}

const MARK = { ready: '✔', kept: '=', removed: '✔', failed: '✘' } as Record<string, string>
const WORD = { kept: 'unchanged', removed: 'removed', failed: 'failed' } as Record<string, string>

/** The line of a finished resource, `width` in columns: `✔ VSwitch  vswitch-1  3.2 s  vsw-6we…`. */
export function resourceLine(event: ResourceEvent, width = 120): string {
  const name = oneLine(event.address.slice(event.address.indexOf('/') + 1))
  // A note about an unchanged resource replaces the word; one that was removed with another took no time of its own.
  const word = event.phase === 'kept' && event.note ? '' : (WORD[event.phase] ?? '')
  const took = event.ms !== undefined && event.phase !== 'kept' && !event.note ? duration(event.ms) : ''
  // In a narrow terminal columns would push the time and the id off the line.
  const column = (text: string, to: number) => (width < 72 ? text : pad(text, to))
  const parts = [`${MARK[event.phase] ?? '·'} ${column(event.title, 18)} ${column(name, 18)}`]
  parts.push(
    ...[column([word, took].filter(Boolean).join(' '), 8), event.id ?? '', event.note ?? '']
      .filter(Boolean)
      .map(oneLine),
  )
  return parts.join('  ').trimEnd()
}

/** The outputs of a run for people: one `name  value` per line. */
export function outcomeText(outcome: Outcome): string {
  const entries = Object.entries(outcome.outputs)
  const width = Math.max(0, ...entries.map(([key]) => columns(key)))
  return entries.map(([key, value]) => `${pad(oneLine(key), width)}  ${oneLine(value)}`).join('\n')
}

/** How long a run took and how many calls it sent. */
export function doneLine(outcome: Outcome): string {
  const calls = Object.values(outcome.calls).reduce((sum, count) => sum + count, 0)
  return `Done in ${duration(outcome.wallMs)}${calls > 0 ? `, ${calls} API call${calls === 1 ? '' : 's'}` : ''}.`
}

/** ` of about 5 min 00 s`, on a clock that runs `speed` times faster; empty for less than a second. */
export function expected(event: ResourceEvent, speed: number): string {
  return event.expectMs && event.expectMs / speed >= 1000 ? ` of about ${duration(event.expectMs / speed)}` : ''
}
