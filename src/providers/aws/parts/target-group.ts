import { numberProblem, portProblem, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { Fix } from '../../../steps/diagnose.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AwsLookups } from '../lookups.ts'
import { targetGroup as groupKind, healthyTargets, targets } from '../resources/index.ts'
import type { Machine } from './instances.ts'
import { balancerNameProblem, named, number, text } from './names.ts'
import type { Vpc } from './vpc.ts'

/** Console: EC2 → Target Groups. The machines behind a listener, and how each is asked whether it serves. */
export const targetGroup = { questions, healthQuestions, backendPortQuestion, draw, register, healthy }

function questions(): Question<AwsLookups>[] {
  return [
    {
      key: 'group.name',
      label: 'Target group name',
      help: 'The group of machines behind the listener.',
      type: 'text',
      default: ({ stack }) => named(stack, 'web', 32),
      check: balancerNameProblem,
      advanced: true,
    },
  ]
}

/** Health check of an HTTP target group (docs/facts/aws.md, ELB): interval 5–300 s, thresholds 2–10. `path`: what answers 200. */
function healthQuestions(path: (values: Values) => string): Question<AwsLookups>[] {
  return [
    {
      key: 'health.path',
      label: 'Health check path',
      help: 'The page the load balancer asks for to see whether a machine serves.',
      type: 'text',
      default: ({ values }) => path(values),
      check: pathProblem,
      advanced: true,
    },
    counted('health.interval', 'Health check interval (seconds)', 'Time between two checks.', 10, 5, 300),
    {
      ...counted('health.timeout', 'Response timeout (seconds)', 'A slower answer counts as a failure.', 5, 2, 120),
      check: (value, values) =>
        numberProblem(value, 2, 120) ??
        (Number(value) >= number(values, 'health.interval', 10)
          ? `${value} must be less than the interval (health.interval is ${number(values, 'health.interval', 10)}).`
          : undefined),
    },
    counted('health.healthy', 'Healthy threshold', 'Good answers in a row before a machine gets requests.', 2, 2, 10),
    counted('health.unhealthy', 'Unhealthy threshold', 'Bad answers in a row before it gets none.', 3, 2, 10),
    {
      key: 'health.codes',
      label: 'Success codes',
      help: 'The answers that count as good: 200, 200,301 or 200-399.',
      type: 'text',
      default: () => '200',
      check: codesProblem,
      advanced: true,
    },
  ]
}

/** The port that the machines answer on. `server`: what listens there. */
function backendPortQuestion(server: string, whose: string): Question<AwsLookups> {
  return {
    key: 'backend.port',
    label: 'Backend port',
    help: `The port ${server} answers on, on the ${whose}.`,
    type: 'number',
    default: () => 80,
    min: 1,
    max: 65_535,
    check: backendPortProblem,
    advanced: true,
  }
}

/** What a target group is asked for: over HTTP for its page, over TCP only whether the port is open. */
export interface TargetGroupOf {
  name: string
  protocol: 'HTTP' | 'TCP'
  port: number
  attributes?: Record<string, string>
}

function draw(
  on: StepDrawing<AwsLookups>,
  place: string,
  values: Values,
  { network, name, protocol, port, attributes = {} }: TargetGroupOf & { network: Vpc },
): Handle<{ id: string }> {
  return on.add(place, groupKind, {
    name,
    vpcId: network.vpc.get('id'),
    protocol,
    port,
    health: { protocol, ...(protocol === 'HTTP' ? healthOf(values) : connectionOf(values)) },
    attributes,
  })
}

/** Puts machines into a group one by one; an Auto Scaling group does that itself. */
function register(
  on: StepDrawing<AwsLookups>,
  group: Handle<{ id: string }>,
  machines: Machine[],
  port: number,
): Handle<{ id: string }> {
  const input = { groupArn: group.get('id'), instanceIds: machines.map(({ handle }) => handle.get('id')), port }
  return on.add('targets', targets, input, { within: group })
}

/** Waits until so many machines of the group are healthy, once all of `needs` are ready. */
function healthy(
  on: StepDrawing<AwsLookups>,
  place: string,
  { group, count, needs }: { group: Handle<{ id: string }>; count: number; needs: { address: string }[] },
): Handle<{ id: string }> {
  return on.add(place, healthyTargets, { groupArn: group.get('id'), count }, { needs })
}

/** What to do about what is found broken before the machines. */
export const balancerFixes: Record<string, Fix> = {
  'load balancer':
    'Start its listener in the console and make it forward to the machines, or tear the stack down and build it again.',
  'internal load balancer': 'In the console, restore its listener, or allow the web servers in its security group.',
}

/** The answers as a target group takes them. */
function healthOf(values: Values) {
  return {
    path: text(values, 'health.path'),
    interval: number(values, 'health.interval', 10),
    timeout: number(values, 'health.timeout', 5),
    healthy: number(values, 'health.healthy', 2),
    unhealthy: number(values, 'health.unhealthy', 3),
    codes: text(values, 'health.codes') || '200',
  }
}

/** A TCP check has no path and no codes. */
function connectionOf(values: Values) {
  return { ...healthOf(values), path: '', codes: '' }
}

/**
 * A health check's path: a slash first, at most 1024 characters of those a URL has.
 * A sentence when wrong.
 */
export function pathProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('/'))
    return `${show(value)} must start with a slash, like /health.`
  if (value.length > 1024) return `A path has at most 1024 characters; this has ${value.length}.`
  const bad = [...value].find(char => !/[A-Za-z0-9/._~%?&=+,@:-]/.test(char))
  return bad ? `${show(value)} contains ${show(bad)}. Use letters, digits and - / . _ ~ % ? & =` : undefined
}

/** An ALB takes 200 to 499, as numbers with commas or one range. */
export function codesProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || !/^\d{3}(-\d{3}|(,\d{3})*)$/.test(value)) {
    return `${show(value)} is not a list of codes. Write 200, 200,301 or 200-399.`
  }
  const codes = value.split(/[-,]/).map(Number)
  if (codes.some(code => code < 200 || code > 499)) return `${value}: codes are 200 to 499.`
  if (value.includes('-') && codes[0]! > codes[1]!) return `${value} runs backwards. Write the smaller code first.`
  return undefined
}

/** SSH has its port already, and HTTPS ends at the load balancer. */
export function backendPortProblem(value: Json): string | undefined {
  return portProblem(value) ?? (value === 22 ? '22 is SSH’s port. Choose another one; 80 is usual.' : undefined)
}

function counted(
  key: string,
  label: string,
  help: string,
  usual: number,
  min: number,
  max: number,
): Question<AwsLookups> {
  const bounds = { min, max, check: (value: Json) => numberProblem(value, min, max) }
  return { key, label, help, type: 'number', default: () => usual, ...bounds, advanced: true }
}
