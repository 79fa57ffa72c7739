import { portProblem } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Handle, Ref } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AwsLookups } from '../lookups.ts'
import { loadBalancer as balancerKind, listener } from '../resources/index.ts'
import { isSecure } from './domain.ts'
import { balancerNameProblem, named, number, text } from './names.ts'
import type { Subnets } from './subnets.ts'

/** A load balancer, as listeners and DNS records use it. */
export type LoadBalancer = Handle<{ id: string; dnsName: string; zoneId: string }>

/** Console: EC2 → Load Balancers → Create, Application Load Balancer; its listeners. */
export const loadBalancer = { questions, draw, listen }

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

/** The one people come to, in the public subnets. */
function draw(
  on: StepDrawing<AwsLookups>,
  values: Values,
  { subnets, group }: { subnets: Subnets; group: Handle<{ id: string }> },
): LoadBalancer {
  return on.add(
    'load-balancer',
    balancerKind,
    {
      name: text(values, 'balancer.name'),
      type: 'application',
      scheme: 'internet-facing',
      subnetIds: subnets.tier('public').map(({ id }) => id),
      securityGroupIds: [group.get('id')],
    },
    { needs: [subnets.wayIn] },
  )
}

/** Where a listener sends requests. */
export type Action =
  | { type: 'forward'; targetGroupArn: Ref<string> }
  | { type: 'redirect'; port: number; protocol: string }

/** `tls`: the certificate and policy of an HTTPS listener, and what must be there before. */
function listen(
  on: StepDrawing<AwsLookups>,
  place: string,
  of: {
    balancer: Handle<{ id: string }>
    port: number
    protocol: 'HTTP' | 'HTTPS' | 'TCP'
    action: Action
    tls?: { certificate: Handle<{ id: string }>; policy: string; issued: Handle<{ id: string }> }
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
      certificateArn: tls ? tls.certificate.get('id') : '',
      sslPolicy: tls ? tls.policy : '',
      action,
    },
    tls ? { needs: [tls.issued] } : {},
  )
}

/** The port of the HTTP listener. */
export function listenerPort(values: Values): number {
  return number(values, 'listener.port', 80)
}
