import { numberProblem, portProblem, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { AwsLive } from '../live.ts'
import { isSecure } from './domain.ts'
import { balancerNameProblem, named, number, text } from './names.ts'

/** The pages in their order: load balancer, listener. */
export function balancerQuestions(): Question<AwsLive>[] {
  return [
    {
      key: 'balancer.name',
      label: 'Load balancer name',
      help: 'The name in the console, and the first part of its address.',
      type: 'text',
      default: ({ stack }) => named(stack, 'alb', 32),
      check: balancerNameProblem,
      advanced: true,
    },
    {
      key: 'listener.port',
      label: 'Listener port (HTTP)',
      help: 'The port people’s browsers come to. 80 is the web’s own.',
      type: 'number',
      default: () => 80,
      min: 1,
      max: 65_535,
      check: (value, values) =>
        portProblem(value) ??
        (value === 443 && isSecure(values)
          ? '443 is the port of HTTPS here. Choose another one; 80 is usual.'
          : undefined),
    },
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

/** Health check of an HTTP target group (facts §7): interval 5–300 s, thresholds 2–10. `path`: what answers 200. */
export function healthQuestions(path: (values: Values) => string): Question<AwsLive>[] {
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
      ...counted('health.timeout', 'Response timeout (seconds)', 'A slower answer counts as none.', 5, 2, 120),
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

/** The answers as the target group's kind takes them. */
export function healthOf(values: Values) {
  return {
    path: text(values, 'health.path'),
    interval: number(values, 'health.interval', 10),
    timeout: number(values, 'health.timeout', 5),
    healthy: number(values, 'health.healthy', 2),
    unhealthy: number(values, 'health.unhealthy', 3),
    codes: text(values, 'health.codes') || '200',
  }
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

function counted(key: string, label: string, help: string, usual: number, min: number, max: number): Question<AwsLive> {
  const bounds = { min, max, check: (value: Json) => numberProblem(value, min, max) }
  return { key, label, help, type: 'number', default: () => usual, ...bounds, advanced: true }
}
