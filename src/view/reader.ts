import type { Emit, Event } from '../events.ts'

/** A reader of the events: a terminal, a log, or a program behind `--json`. */
export interface View {
  kind: 'terminal' | 'plain' | 'json'
  emit: Emit
  /** What events do not carry: the embedded cloud's speed, the steps' headings by step. */
  know(facts: Known): void
  /** Stops moving lines, so that a prompt or other text can have the terminal. */
  pause(): void
  /** A command's own answer for people, to standard output; says nothing in `json`. */
  say(text: string): void
  /** Everything held back is written. */
  close(): void
}

export interface Known {
  speed?: number
  titles?: Record<string, string>
  /** What takes a moment and is no resource: `waiting for the address to answer`. Empty: it is over. */
  doing?: string
}

/** What a view does with each event. */
export type Reading = { [K in Event['is']]: (event: Extract<Event, { is: K }>) => void }

/** An `Emit` that hands each event to what is said of its kind; every kind must be read. */
export function reader(reading: Reading): Emit {
  return event => (reading[event.is] as (event: Event) => void)(event)
}
