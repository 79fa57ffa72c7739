import { Chalk, type ChalkInstance, supportsColorStderr } from 'chalk'
import type { PlanLine, ResourceEvent } from '../events.ts'
import { inOrder } from './chapters.ts'
import { openLive } from './live.ts'
import type { Out } from './out.ts'
import { type PlanStyle, planText } from './plan.ts'
import { problemText } from './problem.ts'
import { reader, type View } from './reader.ts'
import { doneLine, outcomeText, resourceLine, stackLine } from './sentences.ts'
import { clip, oneLine, wrap } from './text.ts'

/** A terminal: chapters in the tutorial's order, a line for each finished resource, and the live lines below them. */
export function terminalView(out: Out, env: NodeJS.ProcessEnv): View {
  // chalk itself does not know NO_COLOR.
  const chalk = new Chalk({ level: env.NO_COLOR ? 0 : supportsColorStderr ? supportsColorStderr.level : 0 })
  const live = openLive(out, env, () => chapters.count())
  const print = live.above
  const wrapped = (text: string) => wrap(text, out.width()).join('\n')
  let titles: Record<string, string> = {}
  let verb: 'up' | 'teardown' = 'up'

  const chapters = inOrder({
    open(step, number) {
      const title = verb === 'up' ? `${number}. ${titles[step] ?? step}` : (titles[step] ?? step)
      print(`\n${chalk.bold(clip(oneLine(title), out.width()))}`)
    },
    line: event => print(painted(clip(`  ${resourceLine(event, out.width())}`, out.width() - 1), event, chalk)),
    close() {},
  })

  const emit = reader({
    stack: event => print(wrapped(stackLine(event))),
    plan(event) {
      verb = event.verb
      chapters.plan(event.changes)
      print('\n' + planText(event.changes, { verb, width: out.width(), titles, paint: painter(chalk) }) + '\n')
    },
    step(event) {
      titles = { ...titles, [event.step]: event.title }
    },
    resource(event) {
      live.track(event)
      chapters.resource(event)
      live.draw()
    },
    throttled: ({ limit }) =>
      print(chalk.dim(clip(`  the cloud asks for fewer calls at once: ${limit} now`, out.width()))),
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
  })

  function end(): void {
    live.end()
    chapters.end()
  }

  return {
    kind: 'terminal',
    emit,
    know(facts) {
      titles = { ...titles, ...facts.titles }
      live.know(facts)
      if (facts.doing !== undefined) live.draw()
    },
    pause: live.pause,
    say(text) {
      live.pause()
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
