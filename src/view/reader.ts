import type { Emit, Event } from '../events.ts'

/** A reader of the events: a terminal, a log, or a program behind `--json`. */
export interface View {
  kind: 'terminal' | 'plain' | 'json'
  emit: Emit
  /** Sets what events do not carry: the embedded cloud's speed, the steps' headings. */
  know(facts: Known): void
  /** Removes the moving lines, so that a prompt or other text can use the terminal. */
  pause(): void
  /** Writes a command's own result for people to standard output; nothing in `json`. */
  say(text: string): void
  /** Writes everything that is still held back. */
  close(): void
}

/** Facts for the view; absent ones stay as they are. */
export interface Known {
  /** How much faster than a real cloud's the cloud's time runs. */
  speed?: number
  /** Headings by step id. */
  titles?: Record<string, string>
  /** Work that takes time and is no resource: `Waiting for the address to answer`. Empty: it has ended. */
  doing?: string
}

/** What a view does with each kind of event. */
export type Reading = { [K in Event['is']]: (event: Extract<Event, { is: K }>) => void }

/** An `Emit` that passes each event to the function for its kind; every kind must have one. */
export function reader(reading: Reading): Emit {
  return event => (reading[event.is] as (event: Event) => void)(event)
}
