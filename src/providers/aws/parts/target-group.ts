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

/** `suffix`: what follows the stack's name in the suggested one; `besides`: the key of another group's name. */
function questions({
  key = 'group.name',
  label = 'Target group name',
  help = 'The group of machines behind the listener.',
  suffix = 'web',
  besides = '',
} = {}): Question<AwsLookups>[] {
  return [
    {
      key,
      label,
      help,
      type: 'text',
      default: ({ stack }) => named(stack, suffix, 32),
      // Names are unique in an account and region (docs/facts/aws.md, ELB): the second group would be the first.
      check: (value, values) =>
        balancerNameProblem(value) ??
        (value === values[besides] ? `${show(value)} is already the name of the other group (${besides}).` : undefined),
      advanced: true,
    },
  ]
}

/** Whose health check: a stack with several target groups asks for each. */
export interface HealthOf {
  /** The keys' first part; `health` where there is only one. */
  key?: string
  /** What is checked, behind every label: `WebSocket server`. */
  of?: string
}

/** Health check of an HTTP target group (docs/facts/aws.md, ELB): interval 5–300 s, thresholds 2–10. `path`: what answers 200. */
function healthQuestions(
  path: (values: Values) => string,
  { key = 'health', of }: HealthOf = {},
): Question<AwsLookups>[] {
  const label = (words: string) => (of ? `${words}, ${of}` : words)
  const count = (name: string, words: string, help: string, usual: number, min: number, max: number) =>
    counted(`${key}.${name}`, label(words), help, usual, min, max)
  const interval = (values: Values) => number(values, `${key}.interval`, 10)
  return [
    {
      key: `${key}.path`,
      label: label('Health check path'),
      help: 'The page the load balancer asks for to see whether a machine serves.',
      type: 'text',
      default: ({ values }) => path(values),
      check: pathProblem,
      advanced: true,
    },
    count('interval', 'Health check interval (seconds)', 'Time between two checks.', 10, 5, 300),
    {
      ...count('timeout', 'Response timeout (seconds)', 'A slower answer counts as a failure.', 5, 2, 120),
      check: (value, values) =>
        numberProblem(value, 2, 120) ??
        (Number(value) >= interval(values)
          ? `${value} must be less than the interval (${key}.interval is ${interval(values)}).`
          : undefined),
    },
    count('healthy', 'Healthy threshold', 'Good answers in a row before a machine gets requests.', 2, 2, 10),
    count('unhealthy', 'Unhealthy threshold', 'Bad answers in a row before it gets none.', 3, 2, 10),
    {
      key: `${key}.codes`,
      label: label('Success codes'),
      help: 'The answers that count as good: 200, 200,301 or 200-399.',
      type: 'text',
      default: () => '200',
      check: codesProblem,
      advanced: true,
    },
  ]
}

/** The port that the machines answer on. `server`: what listens there. */
function backendPortQuestion(
  server: string,
  whose: string,
  { key = 'backend.port', label = 'Backend port', usual = 80 } = {},
): Question<AwsLookups> {
  return {
    key,
    label,
    help: `The port ${server} answers on, on the ${whose}.`,
    type: 'number',
    default: () => usual,
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
  /** The first part of the keys of its health check's answers; `health` without it. */
  health?: string
}

function draw(
  on: StepDrawing<AwsLookups>,
  place: string,
  values: Values,
  { network, name, protocol, port, attributes = {}, health = 'health' }: TargetGroupOf & { network: Vpc },
): Handle<{ id: string }> {
  return on.add(place, groupKind, {
    name,
    vpcId: network.vpc.get('id'),
    protocol,
    port,
    health: { protocol, ...(protocol === 'HTTP' ? healthOf(values, health) : connectionOf(values, health)) },
    attributes,
  })
}

/** Puts machines into a group one by one; an Auto Scaling group does that itself. */
function register(
  on: StepDrawing<AwsLookups>,
  group: Handle<{ id: string }>,
  machines: Machine[],
  port: number,
  place = 'targets',
): Handle<{ id: string }> {
  const input = { groupArn: group.get('id'), instanceIds: machines.map(({ handle }) => handle.get('id')), port }
  return on.add(place, targets, input, { within: group })
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
  websocket:
    'Look at the rule for its path in the console (EC2 › Load Balancers › Listeners › Rules), and at the log of the WebSocket server on the machines.',
  'internal load balancer': 'In the console, restore its listener, or allow the web servers in its security group.',
}

/** The answers as a target group takes them. */
function healthOf(values: Values, key: string) {
  return {
    path: text(values, `${key}.path`),
    interval: number(values, `${key}.interval`, 10),
    timeout: number(values, `${key}.timeout`, 5),
    healthy: number(values, `${key}.healthy`, 2),
    unhealthy: number(values, `${key}.unhealthy`, 3),
    codes: text(values, `${key}.codes`) || '200',
  }
}

/** A TCP check has no path and no codes. */
function connectionOf(values: Values, key: string) {
  return { ...healthOf(values, key), path: '', codes: '' }
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
