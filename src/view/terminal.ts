import { Chalk, type ChalkInstance, supportsColorStderr } from 'chalk'
import type { PlanLine, ResourceEvent } from '../events.ts'
import { type Live, openLive } from './live.ts'
import type { Out } from './out.ts'
import { type PlanStyle, planText } from './plan.ts'
import { problemText } from './problem.ts'
import { type Reading, reader, type View } from './reader.ts'
import { doneLine, outcomeText, resourceLine, stackLine } from './sentences.ts'
import { createHeadings, type Headings, inOrder, type Steps } from './steps.ts'
import { clip, oneLine, wrap } from './text.ts'

/** The view for a terminal: steps in the tutorial's order, a line for each finished resource, and the live lines below. */
export function terminalView(out: Out, env: NodeJS.ProcessEnv): View {
  const screen = openScreen(out, env)
  const { live, headings } = screen
  return {
    kind: 'terminal',
    emit: reader(readingOn(screen)),
    know(facts) {
      headings.know(facts.titles)
      live.know(facts)
      if (facts.doing !== undefined) live.draw()
    },
    pause: live.pause,
    say(text) {
      live.pause()
      out.out(text)
    },
    close: screen.end,
  }
}

/** What the terminal shows at this moment, and how to write on it. */
interface Screen {
  out: Out
  chalk: ChalkInstance
  live: Live
  headings: Headings
  steps: Steps
  /** Writes what is held back and removes the live lines. */
  end(): void
}

function openScreen(out: Out, env: NodeJS.ProcessEnv): Screen {
  // chalk itself does not know NO_COLOR.
  const chalk = new Chalk({ level: env.NO_COLOR ? 0 : supportsColorStderr ? supportsColorStderr.level : 0 })
  const live = openLive(out, env, () => steps.count())
  const headings = createHeadings()
  const steps = inOrder({
    open: (step, number) => live.above(`\n${chalk.bold(clip(headings.of(step, number), out.width()))}`),
    line: event => live.above(painted(clip(`  ${resourceLine(event, out.width())}`, out.width() - 1), event, chalk)),
    close() {},
  })
  function end(): void {
    live.end()
    steps.end()
  }
  return { out, chalk, live, headings, steps, end }
}

/** What each event writes. */
function readingOn({ out, chalk, live, headings, steps, end }: Screen): Reading {
  const print = live.above
  const wrapped = (text: string) => wrap(text, out.width()).join('\n')
  return {
    stack: event => print(wrapped(stackLine(event))),
    plan({ verb, changes }) {
      headings.toward(verb)
      steps.plan(changes)
      const style = { verb, width: out.width(), titles: headings.titles(), paint: painter(chalk) }
      print(`\n${planText(changes, style)}\n`)
    },
    step: event => headings.know({ [event.step]: event.title }),
    resource(event) {
      live.track(event)
      steps.resource(event)
      live.draw()
    },
    throttled: ({ limit }) =>
      print(chalk.dim(clip(`  throttled by the cloud: at most ${limit} calls at a time now`, out.width()))),
    note: event => print(wrapped(oneLine(event.text))),
    warning: event => print(chalk.yellow(wrapped(`Warning: ${oneLine(event.text)}`))),
    done(event) {
      end()
      print(`\n${chalk.green('✔')} ${doneLine(event)}\n`)
      if (Object.keys(event.outputs).length > 0) out.out(outcomeText(event))
    },
    failed(event) {
      end()
      print('\n' + chalk.red(folded(problemText({ ...event.problem, exit: event.exit }), out.width())))
    },
  }
}

/** Wrapped between words, except for the line `Next:`, whose command people copy. */
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
