import type { Event, Phase, PlanLine } from '../../src/events.ts'
import type { Out } from '../../src/view/out.ts'

/** An output that keeps what is written. */
export function recorder(width = 80): Out & { lines: string[]; results: string[] } {
  const lines: string[] = []
  const results: string[] = []
  return {
    lines,
    results,
    out: text => void results.push(...text.split('\n')),
    err: text => void lines.push(...text.split('\n')),
    errIsTerminal: false,
    width: () => width,
    stream: process.stderr,
  }
}

/** A line of a plan. */
export const line = (address: string, more: Partial<PlanLine> = {}): PlanLine => ({
  address,
  type: 'alicloud:x',
  title: 'Thing',
  step: address.split('/')[0]!,
  action: 'create',
  ...more,
})

/** A change of a resource. */
export const event = (address: string, phase: Phase, id = 'x-1'): Event => ({
  is: 'resource',
  address,
  type: 'alicloud:x',
  title: 'Thing',
  step: address.split('/')[0]!,
  phase,
  id,
  ms: 1200,
})

/** A short run whose resources finish in another order than its steps. */
export const run: Event[] = [
  { is: 'plan', verb: 'up', changes: [line('network/vpc'), line('machines/web'), line('balancer/slb')] },
  event('balancer/slb', 'ready', 'lb-1'),
  event('network/vpc', 'ready', 'vpc-1'),
  event('machines/web', 'ready', 'i-1'),
  { is: 'done', outputs: { url: 'http://47.1.1.1/' }, wallMs: 1, criticalPathMs: 1, calls: {} },
]
