import type { Event, Phase, PlanLine, ResourceEvent } from '../events.ts'
import { oneLine } from './text.ts'

type PlanEvent = Extract<Event, { is: 'plan' }>

/** Where lines of a step go: its heading once, then its lines, then its end. */
export interface Page {
  open(step: string, number: number): void
  line(event: ResourceEvent): void
  close(step: string): void
}

/**
 * Brings what finishes in any order into the tutorial's order: the current step's lines are written at once, a later
 * step's wait until the ones before it are complete. Nothing is held back once the run ends.
 */
export interface Steps {
  plan(lines: PlanLine[]): void
  resource(event: ResourceEvent): void
  end(): void
  /** Resources that are finished, and how many there are. */
  count(): { done: number; all: number }
}

/** What the steps are called: numbered as in the tutorial on the way up, by name alone on the way down. */
export interface Headings {
  know(titles: Record<string, string> | undefined): void
  /** From here on it goes this way. */
  toward(verb: PlanEvent['verb']): void
  of(step: string, number: number): string
  titles(): Record<string, string>
}

const FINAL: Phase[] = ['ready', 'kept', 'removed', 'failed']

/** Whether nothing more comes for a resource in this phase. */
export function isFinal(phase: Phase): boolean {
  return FINAL.includes(phase)
}

/**
 * Shows step after step, though they are worked on at once: what comes early is held until its step is
 * open.
 */
export function inOrder(page: Page): Steps {
  let order: string[] = []
  let pending = new Map<string, Set<string>>()
  let held = new Map<string, ResourceEvent[]>()
  let current = -1
  let all = 0
  let done = 0

  function advance(): void {
    while (current < order.length - 1 && isComplete(order[current])) {
      if (current >= 0) page.close(order[current]!)
      current += 1
      const step = order[current]!
      page.open(step, current + 1)
      for (const event of held.get(step) ?? []) page.line(event)
      held.delete(step)
    }
  }

  function isComplete(step: string | undefined): boolean {
    return step === undefined || (pending.get(step)?.size ?? 0) === 0
  }

  return {
    plan(lines) {
      order = [...new Set(lines.map(line => line.step))]
      pending = new Map(order.map(step => [step, new Set()]))
      held = new Map()
      for (const line of lines) if (line.action !== 'refused') pending.get(line.step)!.add(line.address)
      all = lines.length
      done = 0
      current = -1
    },
    resource(event) {
      if (!isFinal(event.phase)) return
      // Before it counts as finished: its step may be the first one, and complete with it.
      if (current < 0) advance()
      const waiting = pending.get(event.step)
      if (waiting?.delete(event.address) && event.phase !== 'failed') done += 1
      const place = order.indexOf(event.step)
      if (place < 0 || place <= current || event.phase === 'failed') page.line(event)
      else held.set(event.step, [...(held.get(event.step) ?? []), event])
      advance()
    },
    end() {
      for (let place = current + 1; place < order.length; place++) {
        const step = order[place]!
        const lines = held.get(step) ?? []
        if (lines.length === 0) continue
        if (current >= 0) page.close(order[current]!)
        current = place
        page.open(step, place + 1)
        for (const event of lines) page.line(event)
      }
      if (current >= 0 && order[current]) page.close(order[current]!)
      order = []
      held = new Map()
      current = -1
    },
    count: () => ({ done, all }),
  }
}

/** The numbered titles of steps, for building and for removing. */
export function createHeadings(): Headings {
  let titles: Record<string, string> = {}
  let verb: PlanEvent['verb'] = 'up'
  return {
    know(more) {
      titles = { ...titles, ...more }
    },
    toward(way) {
      verb = way
    },
    of(step, number) {
      const title = titles[step] ?? step
      return oneLine(verb === 'up' ? `${number}. ${title}` : title)
    },
    titles: () => titles,
  }
}
