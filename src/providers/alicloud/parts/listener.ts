import { firstOf, listOf, numberProblem, portProblem, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Place } from '../../../steps/results.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { health } from '../resources/slb/health.ts'
import { listener as listenerResource } from '../resources/slb/listener.ts'
import type { Machine } from './instances.ts'
import type { LoadBalancer } from './load-balancer.ts'
import { number, text } from './names.ts'
import type { ServerGroup } from './server-group.ts'

/** Console: CLB → Configure Listener, HTTP, with its health check. */
export const listener = { questions, healthQuestions, draw, healthy }

const CODES = ['http_2xx', 'http_3xx', 'http_4xx', 'http_5xx']

function questions(): Question<AlicloudLookups>[] {
  return [
    {
      key: 'listener.port',
      label: 'Listener port (HTTP)',
      help: 'The port that browsers connect to. 80 is standard for HTTP.',
      type: 'number',
      default: () => 80,
      min: 1,
      max: 65535,
      check: portProblem,
    },
  ]
}

/** `path`: what answers 200 on the machines. */
function healthQuestions(path: (values: Values) => string): Question<AlicloudLookups>[] {
  return [
    {
      key: 'health.path',
      label: 'Health check path',
      help: 'The page the load balancer asks for to see whether a machine serves.',
      type: 'text',
      default: ({ values }) => path(values).replace(/^\/$/, '/?health'),
      check: pathProblem,
    },
    counted('health.interval', 'Health check interval (seconds)', 'The time between two checks.', 2, 1, 50),
    counted('health.timeout', 'Response timeout (seconds)', 'A slower answer counts as a failure.', 5, 1, 300),
    counted(
      'health.healthy',
      'Healthy threshold',
      'Successful checks in a row before a machine gets requests.',
      3,
      2,
      10,
    ),
    counted('health.unhealthy', 'Unhealthy threshold', 'Failed checks in a row before it gets none.', 3, 2, 10),
    {
      key: 'health.codes',
      label: 'Normal status codes',
      help: 'The answers that count as healthy.',
      type: 'list',
      choices: () => CODES.map(value => ({ value, name: value })),
      default: () => ['http_2xx', 'http_3xx'],
      check: codesProblem,
      advanced: true,
    },
  ]
}

/** The port that people come to. */
export function listenerPort(values: Values): number {
  return number(values, 'listener.port', 80)
}

function draw(
  on: StepDrawing<AlicloudLookups>,
  values: Values,
  { balancer, group }: { balancer: LoadBalancer['balancer']; group: ServerGroup['group'] },
): Handle<{ id: string }> {
  return on.add('listener', listenerResource, {
    loadBalancerId: balancer.get('id'),
    groupId: group.get('id'),
    port: listenerPort(values),
    health: {
      path: text(values, 'health.path'),
      interval: number(values, 'health.interval', 2),
      timeout: number(values, 'health.timeout', 5),
      healthy: number(values, 'health.healthy', 3),
      unhealthy: number(values, 'health.unhealthy', 3),
      codes: codesOf(values['health.codes']),
    },
  })
}

/** Waits until the listener reports all machines healthy, once all of `needs` are ready. */
function healthy(
  on: StepDrawing<AlicloudLookups>,
  values: Values,
  { balancer, machines, needs }: { balancer: LoadBalancer['balancer']; machines: Machine[]; needs: Place[] },
): Handle<{ id: string }> {
  const input = {
    loadBalancerId: balancer.get('id'),
    port: listenerPort(values),
    instanceIds: machines.map(machine => machine.get('id')),
  }
  return on.add('health', health, input, { needs })
}

/** In the cloud's order, each once: the same set is the same input. */
function codesOf(value: Json | undefined): string[] {
  return CODES.filter(code => listOf(value).includes(code))
}

/** HealthCheckURI: 1–80 characters, a slash first, letters, digits and - / . % ? # & =; not a lone slash. A sentence when wrong. */
export function pathProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('/'))
    return `${show(value)} must start with a slash, like /health/.`
  if (value.length > 80) return `A path has at most 80 characters; this has ${value.length}.`
  if (value === '/') return 'The load balancer does not accept a lone slash. Write /?health to ask for the start page.'
  const bad = [...value].find(char => !/[A-Za-z0-9/._%?#&=-]/.test(char))
  return bad ? `${show(value)} contains ${show(bad)}. Use letters, digits and - / . _ % ? # & =` : undefined
}

/** Kinds of answers, as CLB names them (`http_2xx`); at least one. A sentence when wrong. */
export function codesProblem(value: Json): string | undefined {
  const items = listOf(value)
  if (items.length === 0) return 'At least one kind of answer must count as healthy.'
  return firstOf(items, item => (CODES.includes(item) ? undefined : `${show(item)} is not one of ${CODES.join(', ')}.`))
}

function counted(
  key: string,
  label: string,
  help: string,
  usual: number,
  min: number,
  max: number,
): Question<AlicloudLookups> {
  return {
    key,
    label,
    help,
    type: 'number',
    default: () => usual,
    min,
    max,
    check: value => numberProblem(value, min, max),
    advanced: true,
  }
}
