import type { Event } from '../events.ts'
import type { Out } from './out.ts'
import type { View } from './reader.ts'

/** The view for programs: one event per line on standard output. The last one is `done` or `failed`. */
export function jsonView(out: Out): View {
  return {
    kind: 'json',
    emit: event => out.out(JSON.stringify(withUrl(event))),
    know() {},
    pause() {},
    say() {},
    close() {},
  }
}

/** Scripts need the address most often: the last event also has it at the top level. */
function withUrl(event: Event): Event {
  if (event.is !== 'done' || !event.outputs.url) return event
  const { is, ...rest } = event
  return { is, url: event.outputs.url, ...rest } as Event
}
