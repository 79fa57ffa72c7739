import { numberProblem } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Place } from '../../../steps/results.ts'
import type { AwsLookups } from '../lookups.ts'
import { autoScalingGroup, scalingPolicy } from '../resources/index.ts'
import { number, text } from './names.ts'

/** What an Auto Scaling group grows and shrinks with. */
export type Metric = 'cpu' | 'requests'

const MOST_REQUESTS = 1_000_000

/** Where the group is, and what its policy counts. */
export interface Followed {
  /** The step that the group was drawn in. */
  at: string
  balancer: Handle<{ id: string }>
  targets: Handle<{ id: string }>
  /** What must be ready first: the listener, and the machines' setup, whose load is none to follow. */
  needs: Place[]
}

/** Console: Auto Scaling group → Automatic scaling → Create a target tracking policy. */
export const scalingMetric = { questions, draw }

/** `key`: first part of the keys. `whose`: `web servers`. */
function questions(key: string, whose: string): Question<AwsLookups>[] {
  const metricIs = (metric: Metric) => (values: Values) => metricOf(values, key) === metric
  return [
    {
      key: `${key}.metric`,
      label: `Grow and shrink with (${whose})`,
      help: 'The group adds machines while this is above its target for three minutes, and removes some when it was below for fifteen.',
      type: 'choice',
      choices: () => [
        { value: 'cpu', name: 'the average CPU load' },
        { value: 'requests', name: 'the requests per machine, as the load balancer counts them' },
      ],
      default: () => 'cpu',
    },
    {
      key: `${key}.targetCpu`,
      label: `Aim for this CPU load (percent, ${whose})`,
      help: 'The group grows above it and shrinks below it, within its bounds.',
      type: 'number',
      when: metricIs('cpu'),
      default: () => 50,
      min: 1,
      max: 100,
      check: value => numberProblem(value, 1, 100),
    },
    {
      key: `${key}.targetRequests`,
      label: `Aim for this many requests a minute (for each of the ${whose})`,
      help: 'The group grows above it and shrinks below it, within its bounds. A load test tells how many one machine can answer. Without any request nothing is counted, and the group stays as it is.',
      type: 'number',
      when: metricIs('requests'),
      default: () => 1000,
      min: 1,
      max: MOST_REQUESTS,
      check: value => numberProblem(value, 1, MOST_REQUESTS),
    },
  ]
}

/** The policy of the group of `tier` that was drawn before. */
function draw(
  on: StepDrawing<AwsLookups>,
  values: Values,
  { key, tier }: { key: string; tier: string },
  { at, balancer, targets, needs }: Followed,
): Handle<{ id: string }> {
  const servers = on.earlier(`${at}/${tier}-servers`, autoScalingGroup)
  // The same name for either metric: another answer changes the policy, and the group is never without one.
  const common = { groupName: servers.get('name'), name: `${on.stack}-${tier}-load` }
  const input =
    metricOf(values, key) === 'cpu'
      ? { ...common, targetCpu: number(values, `${key}.targetCpu`, 50) }
      : {
          ...common,
          targetRequests: number(values, `${key}.targetRequests`, 1000),
          loadBalancerArn: balancer.get('id'),
          targetGroupArn: targets.get('id'),
        }
  return on.add(`${tier}-scaling`, scalingPolicy, input, { within: servers, needs })
}

function metricOf(values: Values, key: string): Metric {
  return text(values, `${key}.metric`) === 'requests' ? 'requests' : 'cpu'
}
