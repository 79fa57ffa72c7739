import type { Event, Outcome, ResourceEvent } from '../events.ts'
import { columns, duration, oneLine, pad } from './text.ts'

/** Sentences that the terminal and the log share. */

type StackEvent = Event & { is: 'stack' }

/** The line in front of everything: which stack, where, in whose account. */
export function stackLine(event: StackEvent): string {
  const cloud = event.cloud === 'alicloud' ? 'Alibaba Cloud' : 'AWS'
  const where = event.sandbox ? `${cloud}, embedded on this machine: no account is touched, nothing costs;` : cloud
  const name = event.blueprint ? `${event.stack} (${event.blueprint})` : `${event.stack}, looked for by its tags,`
  return oneLine(
    `Stack ${name} on ${where}${event.sandbox ? '' : ','} region ${event.region}, account ${event.account}`,
  )
}

const MARK = { ready: '✔', kept: '=', removed: '✔', failed: '✘' } as Record<string, string>
const SAID = { kept: 'unchanged', removed: 'removed', failed: 'failed' } as Record<string, string>

/** `✔ VSwitch  vswitch-1  vsw-6we…  3.2 s` */
export function resourceLine(event: ResourceEvent, width = 120): string {
  const name = oneLine(event.address.slice(event.address.indexOf('/') + 1))
  // A note on something unchanged says it better; what went along with another took no time of its own.
  const said = event.phase === 'kept' && event.note ? '' : (SAID[event.phase] ?? '')
  const took = event.ms !== undefined && event.phase !== 'kept' && !event.note ? duration(event.ms) : ''
  // In a narrow terminal columns would push the time and the id off the line.
  const column = (text: string, to: number) => (width < 72 ? text : pad(text, to))
  const parts = [`${MARK[event.phase] ?? '·'} ${column(event.title, 18)} ${column(name, 18)}`]
  parts.push(
    ...[column([said, took].filter(Boolean).join(' '), 8), event.id ?? '', event.note ?? '']
      .filter(Boolean)
      .map(oneLine),
  )
  return parts.join('  ').trimEnd()
}

/** What a run gives to people: one `name  value` a line. */
export function outcomeText(outcome: Outcome): string {
  const entries = Object.entries(outcome.outputs)
  const width = Math.max(0, ...entries.map(([key]) => columns(key)))
  return entries.map(([key, value]) => `${pad(oneLine(key), width)}  ${oneLine(value)}`).join('\n')
}

/** How long it took and how many calls it needed. */
export function doneLine(outcome: Outcome): string {
  const calls = Object.values(outcome.calls).reduce((sum, count) => sum + count, 0)
  return `Done in ${duration(outcome.wallMs)}${calls > 0 ? `, ${calls} API call${calls === 1 ? '' : 's'}` : ''}.`
}

/** How long this kind takes on this cloud's clock; nothing where it is too short to tell. */
export function expected(event: ResourceEvent, speed: number): string {
  return event.expectMs && event.expectMs / speed >= 1000 ? ` of about ${duration(event.expectMs / speed)}` : ''
}
