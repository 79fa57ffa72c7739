import type { Event, Phase, PlanLine, ResourceEvent } from '../events.ts'
import { oneLine } from './text.ts'

type PlanEvent = Extract<Event, { is: 'plan' }>

/** Draws a step: its heading once, then its lines, then its end. */
export interface Page {
  open(step: string, number: number): void
  line(event: ResourceEvent): void
  close(step: string): void
}

/**
 * Puts what finishes in any order into the tutorial's order: the lines of the current step are written at once, those of
 * a later step when the ones before it are complete. Nothing is held back once the run ends.
 */
export interface Steps {
  /** Starts over with the steps and resources of a plan. */
  plan(lines: PlanLine[]): void
  /** Writes or holds the line of a finished resource; ignores other phases. */
  resource(event: ResourceEvent): void
  /** Writes everything that is held back. */
  end(): void
  /** Resources that are finished, and how many there are. */
  count(): { done: number; all: number }
}

/** The headings of the steps: numbered as in the tutorial for `up`, without a number for `teardown`. */
export interface Headings {
  /** Adds headings by step id. */
  know(titles: Record<string, string> | undefined): void
  /** Sets whether the run builds or removes. */
  toward(verb: PlanEvent['verb']): void
  /** The heading of the step at this place, counted from 1; its id where no heading is known. */
  of(step: string, number: number): string
  titles(): Record<string, string>
}

const FINAL: Phase[] = ['ready', 'kept', 'removed', 'failed']

/** Whether a phase is the last one of a resource in this run. */
export function isFinal(phase: Phase): boolean {
  return FINAL.includes(phase)
}

/** The steps of one run, drawn on `page` one after the other although they are worked on at the same time. */
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
      // Before it counts as finished: its step can be the first one, and complete with it.
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

/** Headings without any title yet, for building. */
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
