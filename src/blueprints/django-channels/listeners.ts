import type { Question, Values } from '../../answers/question.ts'
import type { Handle } from '../../engine/kind.ts'
import type { AwsLookups } from '../../providers/aws/lookups.ts'
import { isSecure } from '../../providers/aws/parts/domain.ts'
import {
  type Action,
  type LoadBalancer,
  listenerPort,
  loadBalancer,
  patternsProblem,
  priorityProblem,
  type Tls,
} from '../../providers/aws/parts/load-balancer.ts'
import { number, yes } from '../../providers/aws/parts/names.ts'
import type { StepDrawing } from '../../steps/drawing.ts'
import { fromGit } from '../common.ts'

/** How the load balancer tells WebSockets from pages: the same rule on each of its listeners. */

/** The tutorial's; the default is a current one. */
export const TUTORIAL_POLICY = 'ELBSecurityPolicy-2016-08'

export const ruleQuestions: Question<AwsLookups>[] = [
  {
    key: 'websocket.paths',
    label: 'Paths of WebSockets',
    help: 'Requests for these paths go to daphne, all others to nginx and gunicorn. /ws/* does not cover /ws itself.',
    type: 'list',
    default: () => ['/ws/*'],
    check: (value, values) =>
      patternsProblem(value) ?? (fromGit(values) ? undefined : sampleProblem(value as string[])),
  },
  {
    key: 'websocket.priority',
    label: 'Priority of the rule',
    help: 'Of several rules of a listener, the one with the smallest number is asked first.',
    type: 'number',
    default: () => 1,
    min: 1,
    max: 50_000,
    check: priorityProblem,
    advanced: true,
  },
]

/** The sample's WebSockets are below these. A sentence when a pattern is missing. */
function sampleProblem(patterns: string[]): string | undefined {
  const missing = ['/ws/check/', '/ws/chat/a-room/'].filter(path => !patterns.some(pattern => covers(pattern, path)))
  return missing.length > 0 ? `The sample's WebSockets are below /ws/, which must be covered: add /ws/*.` : undefined
}

function covers(pattern: string, path: string): boolean {
  const literal = (text: string) => text.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`).test(path)
}

/** Port 80, and 443 where there is a certificate, each with the rule, unless it only redirects. */
export function drawListeners(
  on: StepDrawing<AwsLookups>,
  values: Values,
  of: { balancer: LoadBalancer; pages: Handle<{ id: string }>; sockets: Handle<{ id: string }>; tls: Tls | undefined },
): Handle<{ id: string }>[] {
  const { balancer, tls } = of
  const toPages: Action = { type: 'forward', targetGroupArn: of.pages.get('id') }
  const toSockets: Action = { type: 'forward', targetGroupArn: of.sockets.get('id') }
  const ruled = (place: string, listener: Handle<{ id: string }>) => {
    const [paths, priority] = [pathsOf(values), number(values, 'websocket.priority', 1)]
    return [listener, loadBalancer.rule(on, place, { listener, priority, paths, action: toSockets })]
  }
  const plain = loadBalancer.listen(on, 'listener', {
    balancer,
    port: listenerPort(values),
    protocol: 'HTTP',
    action: redirects(values) ? { type: 'redirect', port: 443, protocol: 'HTTPS' } : toPages,
  })
  const open = redirects(values) ? [plain] : ruled('websocket-rule', plain)
  if (!tls) return open
  const secure = loadBalancer.listen(on, 'https-listener', {
    ...{ balancer, port: 443, protocol: 'HTTPS', action: toPages, tls },
  })
  return [...open, ...ruled('https-websocket-rule', secure)]
}

/** Whether port 80 sends everybody to HTTPS. */
export function redirects(values: Values): boolean {
  return isSecure(values) && yes(values, 'https.redirect')
}

function pathsOf(values: Values): string[] {
  const paths = values['websocket.paths']
  return Array.isArray(paths) ? paths.map(String) : ['/ws/*']
}
