import ora, { type Ora } from 'ora'
import type { ResourceEvent } from '../events.ts'
import type { Out } from './out.ts'
import { expected } from './sentences.ts'
import { isFinal } from './steps.ts'
import { clip, duration, oneLine } from './text.ts'

/** At most this many resources are named on the live lines; more would push the finished ones off the screen. */
const LIVE_LINES = 6

/** The lines below everything else: what is running, for how long, and how long it usually takes. */
export interface Live {
  /** Records what started or ended; the next `draw` shows it. */
  track(event: ResourceEvent): void
  /** Sets the text for work that creates nothing, and how much faster than a real cloud's the cloud's time runs. */
  know(facts: { doing?: string; speed?: number }): void
  /** Draws the lines, and again every 500 ms until `pause` or `end`. */
  draw(): void
  /** Writes above the live lines. */
  above(text: string): void
  /** Removes the lines until the next `draw`. */
  pause(): void
  /** Forgets what is running and removes the lines. */
  end(): void
}

interface Shown {
  running: Map<string, { event: ResourceEvent; since: number }>
  /** `performance.now()` when the first resource started: people can take their time to read the plan. */
  begun: number | undefined
  speed: number
  doing: string
}

/** The live lines of a terminal; draws nothing yet. `count` returns how many resources are finished, and how many there are. */
export function openLive(out: Out, env: NodeJS.ProcessEnv, count: () => { done: number; all: number }): Live {
  const shown: Shown = { running: new Map(), begun: undefined, speed: 1, doing: '' }
  let spinner: Ora | undefined
  let timer: NodeJS.Timeout | undefined

  function draw(): void {
    // The spinner itself takes two columns.
    const lines = linesOf(shown, count(), out.width() - 3)
    if (lines.length === 0) {
      pause()
      return
    }
    spinner ??= newSpinner(out, env)
    spinner.text = lines.join('\n')
    if (!spinner.isSpinning) spinner.start()
    timer ??= setInterval(draw, 500)
    timer.unref()
  }

  function pause(): void {
    if (timer) clearInterval(timer)
    timer = undefined
    spinner?.stop()
  }

  return {
    track: event => track(shown, event),
    know({ doing = shown.doing, speed = shown.speed }) {
      Object.assign(shown, { doing, speed })
    },
    draw,
    above(text) {
      spinner?.clear()
      out.err(text)
      if (spinner?.isSpinning) spinner.render()
    },
    pause,
    end() {
      shown.running.clear()
      shown.doing = ''
      pause()
    },
  }
}

/** Leaves keyboard and cursor alone: prompts come and go, and a kill must leave the terminal usable. */
function newSpinner({ stream }: Out, env: NodeJS.ProcessEnv): Ora {
  return ora({ stream, discardStdin: false, hideCursor: false, color: env.NO_COLOR ? false : 'cyan' })
}

function track(shown: Shown, event: ResourceEvent): void {
  const { running } = shown
  shown.begun ??= performance.now()
  if (isFinal(event.phase)) running.delete(event.address)
  else if (event.phase !== 'waiting') {
    running.set(event.address, { event, since: running.get(event.address)?.since ?? performance.now() })
  }
}

function linesOf(
  { running, begun, speed, doing }: Shown,
  { done, all }: { done: number; all: number },
  width: number,
): string[] {
  const elapsed = begun === undefined ? '' : duration(performance.now() - begun)
  const names = [...running.values()].map(({ event, since }) => {
    const name = `${event.title} ${oneLine(event.address.slice(event.address.indexOf('/') + 1))}`
    return `${name}  ${duration(performance.now() - since)}${expected(event, speed)}`
  })
  if (names.length === 0 && !doing) return []
  const head = all > 0 ? `${done} of ${all}, ${elapsed}` : elapsed
  const more = names.length > LIVE_LINES ? [`and ${names.length - LIVE_LINES} more`] : []
  return [doing ? `${doing}  ${elapsed}`.trimEnd() : head, ...names.slice(0, LIVE_LINES), ...more].map((line, index) =>
    clip(index === 0 ? line : `  ${line}`, width),
  )
}
