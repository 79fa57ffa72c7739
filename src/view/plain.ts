import type { ResourceEvent } from '../events.ts'
import type { Out } from './out.ts'
import { planText } from './plan.ts'
import { problemText } from './problem.ts'
import { reader, type View } from './reader.ts'
import { doneLine, outcomeText, resourceLine, stackLine } from './sentences.ts'
import { createHeadings, inOrder } from './steps.ts'
import { oneLine } from './text.ts'

/**
 * Lines for logs: no colour, no movement, nothing written twice. GitHub Actions folds a step when its lines stand
 * between two markers, which must begin the line. A person may well watch, so what starts is told as well.
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
      recovering: 'looking for what an earlier try made',
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
    throttled: event => out.err(`  · the cloud asks for fewer calls at once: ${event.limit} at a time now`),
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
