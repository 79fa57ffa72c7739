import { numberProblem, portProblem, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle, Ref } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Place } from '../../../steps/results.ts'
import type { AwsLookups } from '../lookups.ts'
import { USUAL_IDLE_TIMEOUT } from '../resources/elbv2/load-balancer.ts'
import { loadBalancer as balancerKind, listener, listenerRule } from '../resources/index.ts'
import { isSecure } from './domain.ts'
import { balancerNameProblem, named, number, text } from './names.ts'
import type { Subnets } from './subnets.ts'

/** A load balancer, as listeners and DNS records use it. */
export type LoadBalancer = Handle<{ id: string; dnsName: string; zoneId: string }>

/** Console: EC2 → Load Balancers → Create, Application Load Balancer; its listeners and their rules. */
export const loadBalancer = { questions, idleQuestion, draw, listen, rule }

function questions(): Question<AwsLookups>[] {
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
      help: 'The port that browsers connect to. 80 is the standard port of HTTP.',
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
  ]
}

/** For an application that keeps connections open, such as WebSockets. `usual`: seconds. */
function idleQuestion(usual = USUAL_IDLE_TIMEOUT): Question<AwsLookups> {
  return {
    key: 'balancer.idleTimeout',
    label: 'Idle time-out (seconds)',
    help: 'A connection, also a WebSocket, is closed when nothing was sent on it in either direction for this long.',
    type: 'number',
    default: () => usual,
    min: 1,
    max: 4000,
    check: value => numberProblem(value, 1, 4000),
    advanced: true,
  }
}

/** The one people come to, in the public subnets. */
function draw(
  on: StepDrawing<AwsLookups>,
  values: Values,
  { subnets, group }: { subnets: Subnets; group: Handle<{ id: string }> },
): LoadBalancer {
  const idleTimeout = number(values, 'balancer.idleTimeout', USUAL_IDLE_TIMEOUT)
  return on.add(
    'load-balancer',
    balancerKind,
    {
      name: text(values, 'balancer.name'),
      type: 'application',
      scheme: 'internet-facing',
      subnetIds: subnets.tier('public').map(({ id }) => id),
      securityGroupIds: [group.get('id')],
      ...(idleTimeout !== USUAL_IDLE_TIMEOUT && { idleTimeout }),
    },
    { needs: [subnets.wayIn] },
  )
}

/** Where a listener sends requests. */
export type Action =
  | { type: 'forward'; targetGroupArn: Ref<string> }
  | { type: 'redirect'; port: number; protocol: string }

/** What an HTTPS listener needs besides: a certificate's ARN, a policy, and what waits until the certificate is issued. */
export interface Tls {
  certificateArn: string | Ref<string>
  policy: string
  needs: Place[]
}

/** `tls` for an HTTPS listener: see `certificate.tls`. */
function listen(
  on: StepDrawing<AwsLookups>,
  place: string,
  of: {
    balancer: Handle<{ id: string }>
    port: number
    protocol: 'HTTP' | 'HTTPS' | 'TCP'
    action: Action
    tls?: Tls | undefined
  },
): Handle<{ id: string }> {
  const { balancer, port, protocol, action, tls } = of
  return on.add(
    place,
    listener,
    {
      loadBalancerArn: balancer.get('id'),
      port,
      protocol,
      certificateArn: tls ? tls.certificateArn : '',
      sslPolicy: tls ? tls.policy : '',
      action,
    },
    tls ? { needs: tls.needs } : {},
  )
}

/**
 * Requests for these paths take another way than the listener's own action. `/ws/*` does not cover `/ws` itself: name
 * both. Of several rules the one with the smallest priority is asked first.
 */
function rule(
  on: StepDrawing<AwsLookups>,
  place: string,
  of: { listener: Handle<{ id: string }>; priority: number; paths: string[]; action: Action },
): Handle<{ id: string }> {
  const { listener, priority, paths, action } = of
  return on.add(place, listenerRule, { listenerArn: listener.get('id'), priority, paths, action })
}

/** Path patterns of one rule (docs/facts/aws.md, ELB): a list of `/ws/*`. A sentence when wrong. */
export function patternsProblem(value: Json): string | undefined {
  if (!Array.isArray(value) || value.length < 1 || value.length > 5) return 'A rule has 1 to 5 path patterns.'
  const wildcards = value.join('').replace(/[^*?]/g, '').length
  if (wildcards > 5) return `A rule has at most 5 wildcards (* and ?); these have ${wildcards}.`
  return value.map(patternProblem).find(problem => problem !== undefined)
}

function patternProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('/')) return `${show(value)} must start with a slash, like /ws/*.`
  if (value.length > 128) return `A path pattern has at most 128 characters; this has ${value.length}.`
  const bad = [...value].find(char => !/[A-Za-z0-9_.$/~"'@:+&*?-]/.test(char))
  if (!bad) return undefined
  return `${show(value)} contains ${show(bad)}. Use letters, digits and _ - . $ / ~ @ : + & with the wildcards * and ?`
}

/** The priority of a rule; unique on its listener. A sentence when wrong. */
export function priorityProblem(value: Json): string | undefined {
  return numberProblem(value, 1, 50_000)
}

/** The port of the HTTP listener. */
export function listenerPort(values: Values): number {
  return number(values, 'listener.port', 80)
}
