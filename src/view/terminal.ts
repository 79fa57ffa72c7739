import { Chalk, type ChalkInstance, supportsColorStderr } from 'chalk'
import ora, { type Ora } from 'ora'
import type { PlanLine, ResourceEvent } from '../events.ts'
import { inOrder, isFinal } from './chapters.ts'
import type { Out } from './out.ts'
import { type PlanStyle, planText } from './plan.ts'
import { problemText } from './problem.ts'
import { reader, type View } from './reader.ts'
import { doneLine, expected, outcomeText, resourceLine, stackLine } from './sentences.ts'
import { clip, duration, oneLine, wrap } from './text.ts'

/** At most this many things are named on the live lines; more would push the finished ones off the screen. */
const LIVE_LINES = 6

interface Running {
  event: ResourceEvent
  since: number
}

/**
 * A terminal: chapters in the tutorial's order, a line for each finished resource, and below them what runs right now,
 * for how long, and how long it usually takes.
 */
export function terminalView(out: Out, env: NodeJS.ProcessEnv): View {
  // chalk itself does not know NO_COLOR.
  const chalk = new Chalk({ level: env.NO_COLOR ? 0 : supportsColorStderr ? supportsColorStderr.level : 0 })
  const running = new Map<string, Running>()
  /** When the work began: a person may have read the plan for long. */
  let begun: number | undefined
  let titles: Record<string, string> = {}
  let verb: 'up' | 'teardown' = 'up'
  let speed = 1
  let spinner: Ora | undefined
  let timer: NodeJS.Timeout | undefined
  let doing = ''

  const chapters = inOrder({
    open(step, number) {
      const title = verb === 'up' ? `${number}. ${titles[step] ?? step}` : (titles[step] ?? step)
      print(`\n${chalk.bold(clip(oneLine(title), out.width()))}`)
    },
    line: event => print(painted(clip(`  ${resourceLine(event, out.width())}`, out.width() - 1), event, chalk)),
    close() {},
  })

  /** Writes above the live lines. */
  function print(text: string): void {
    spinner?.clear()
    out.err(text)
    if (spinner?.isSpinning) spinner.render()
  }

  function live(): void {
    const lines = liveLines()
    if (lines.length === 0) {
      pause()
      return
    }
    if (!spinner) {
      // Neither the keyboard nor the cursor is touched: prompts come and go, and a kill must leave the terminal usable.
      spinner = ora({
        stream: out.stream,
        discardStdin: false,
        hideCursor: false,
        color: env.NO_COLOR ? false : 'cyan',
      })
    }
    spinner.text = lines.join('\n')
    if (!spinner.isSpinning) spinner.start()
    timer ??= setInterval(live, 500)
    timer.unref()
  }

  function liveLines(): string[] {
    // The spinner itself takes two columns.
    const width = out.width() - 3
    const { done, all } = chapters.count()
    const elapsed = duration(performance.now() - (begun ?? performance.now()))
    const names = [...running.values()].map(({ event, since }) => {
      const name = `${event.title} ${oneLine(event.address.slice(event.address.indexOf('/') + 1))}`
      return `${name}  ${duration(performance.now() - since)}${expected(event, speed)}`
    })
    if (names.length === 0 && !doing) return []
    const head = all > 0 ? `${done} of ${all}, ${elapsed}` : elapsed
    const more = names.length > LIVE_LINES ? [`and ${names.length - LIVE_LINES} more`] : []
    return [doing ? `${doing}  ${elapsed}` : head, ...names.slice(0, LIVE_LINES), ...more].map((line, index) =>
      clip(index === 0 ? line : `  ${line}`, width),
    )
  }

  function pause(): void {
    if (timer) clearInterval(timer)
    timer = undefined
    spinner?.stop()
  }

  function resource(event: ResourceEvent): void {
    begun ??= performance.now()
    if (isFinal(event.phase)) running.delete(event.address)
    else if (event.phase !== 'waiting') {
      running.set(event.address, { event, since: running.get(event.address)?.since ?? performance.now() })
    }
    chapters.resource(event)
    live()
  }

  const emit = reader({
    stack: event => print(wrap(stackLine(event), out.width()).join('\n')),
    plan(event) {
      verb = event.verb
      chapters.plan(event.changes)
      print('\n' + planText(event.changes, { verb, width: out.width(), titles, paint: painter(chalk) }) + '\n')
    },
    step(event) {
      titles = { ...titles, [event.step]: event.title }
    },
    resource,
    throttled: event =>
      print(chalk.dim(clip(`  the cloud asks for fewer calls at once: ${event.limit} now`, out.width()))),
    note: event => print(wrap(oneLine(event.text), out.width()).join('\n')),
    warning: event => print(chalk.yellow(wrap(`Warning: ${oneLine(event.text)}`, out.width()).join('\n'))),
    done(event) {
      end()
      print(`\n${chalk.green('✔')} ${doneLine(event)}\n`)
      if (Object.keys(event.outputs).length > 0) out.out(outcomeText(event))
    },
    failed(event) {
      end()
      print('\n' + chalk.red(folded(problemText({ ...event.problem, exit: event.exit }), out.width())))
    },
  })

  function end(): void {
    running.clear()
    doing = ''
    pause()
    chapters.end()
  }

  return {
    kind: 'terminal',
    emit,
    know(facts) {
      titles = { ...titles, ...facts.titles }
      speed = facts.speed ?? speed
      doing = facts.doing ?? doing
      if (facts.doing !== undefined) live()
    },
    pause,
    say(text) {
      pause()
      out.out(text)
    },
    close: end,
  }
}

/** Broken between words, but for the command in `Next:`, which people copy. */
function folded(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap(line => (line.startsWith('  Next:') ? line : wrap(line.trimStart(), width, /^ */.exec(line)![0])))
    .join('\n')
}

function painted(line: string, event: ResourceEvent, chalk: ChalkInstance): string {
  if (event.phase === 'failed') return chalk.red(line)
  if (event.phase === 'kept') return chalk.dim(line)
  return line.replace('✔', chalk.green('✔'))
}

function painter(chalk: ChalkInstance): NonNullable<PlanStyle['paint']> {
  const colours: Record<PlanLine['action'] | 'dim' | 'heading', (text: string) => string> = {
    create: chalk.green,
    resume: chalk.cyan,
    update: chalk.yellow,
    keep: chalk.dim,
    remove: chalk.red,
    refused: chalk.red,
    dim: chalk.dim,
    heading: chalk.bold,
  }
  return (text, action) => colours[action](text)
}
