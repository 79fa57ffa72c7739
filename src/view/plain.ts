import type { ResourceEvent } from '../events.ts'
import type { Out } from './out.ts'
import { planText } from './plan.ts'
import { problemText } from './problem.ts'
import { reader, type View } from './reader.ts'
import { doneLine, outcomeText, resourceLine, stackLine } from './sentences.ts'
import { createHeadings, inOrder } from './steps.ts'
import { oneLine } from './text.ts'

/**
 * The view for logs: lines without colour or movement, nothing written twice. GitHub Actions folds the lines of a step
 * between two markers, each at the start of a line. People can be watching, so slow starts are reported too.
 */
export function plainView(out: Out, env: NodeJS.ProcessEnv): View {
  const groups = env.GITHUB_ACTIONS === 'true'
  const headings = createHeadings()
  const steps = inOrder({
    open(step, number) {
      out.err(`${groups ? '::group::' : ''}${headings.of(step, number)}`)
    },
    line: event => out.err(`  ${resourceLine(event)}`),
    close() {
      if (groups) out.err('::endgroup::')
    },
  })

  function resource(event: ResourceEvent): void {
    const name = `${event.title} ${oneLine(event.address)}`
    const starts: Partial<Record<ResourceEvent['phase'], string>> = {
      recovering: 'looking for what an earlier attempt created',
      updating: 'changing',
    }
    const start = starts[event.phase]
    if (start) out.err(`  · ${name}: ${start}${event.note ? ` (${oneLine(event.note)})` : ''}`)
    steps.resource(event)
  }

  const emit = reader({
    stack: event => out.err(stackLine(event)),
    plan(event) {
      headings.toward(event.verb)
      steps.plan(event.changes)
      out.err(planText(event.changes, { verb: event.verb, width: 120, titles: headings.titles() }) + '\n')
    },
    step: event => headings.know({ [event.step]: event.title }),
    resource,
    throttled: event => out.err(`  · throttled by the cloud: at most ${event.limit} calls at a time now`),
    note: event => out.err(oneLine(event.text)),
    warning: event => out.err(`${groups ? '::warning::' : 'Warning: '}${oneLine(event.text)}`),
    done(event) {
      steps.end()
      out.err(doneLine(event))
      if (Object.keys(event.outputs).length > 0) out.out(outcomeText(event))
    },
    failed(event) {
      steps.end()
      if (groups) out.err(`::error::${oneLine(event.problem.what)}`)
      out.err(problemText({ ...event.problem, exit: event.exit }))
    },
  })

  return {
    kind: 'plain',
    emit,
    know: facts => {
      headings.know(facts.titles)
      if (facts.doing) out.err(oneLine(facts.doing))
    },
    pause() {},
    say: text => out.out(text),
    close: () => steps.end(),
  }
}
