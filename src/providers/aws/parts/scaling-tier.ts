import type { Question, Values } from '../../../answers/question.ts'
import type { Handle, Ref } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Place, Setup } from '../../../steps/results.ts'
import type { AwsLookups } from '../lookups.ts'
import { autoScalingGroup, command, launchTemplate, scalingPolicy } from '../resources/index.ts'
import { checkFleet } from './machine-checks.ts'
import { countQuestions, cpuQuestion, diskQuestion, imageQuestion, typeQuestion } from './machine-questions.ts'
import { number, tags, text } from './names.ts'
import type { ParameterNames } from './parameters.ts'
import { scalingMetric } from './scaling-metric.ts'
import type { Subnets } from './subnets.ts'

/** Packages and a cold mirror: minutes as a rule; this is the limit. Seconds. */
const PATIENCE = 1800
/** How long a fresh machine may take before the group considers it broken: it installs itself, and the first ones wait for the database. Seconds. */
const GRACE = 1200

/** Machines that come and go by themselves. */
export interface TierOf {
  /** First part of the keys: `web` for `web.type`. */
  key: string
  /** The tier's name in addresses, names and of its subnets. */
  tier: string
  /** `web servers`. */
  whose: string
  /** Help of their type. */
  help: string
  /** The first of these that the zones offer is the default. */
  prefer: string[]
  /** Value of the tag `Server`, by which the command finds them. */
  server: string
  /** People choose the metric that their number follows; the blueprint calls `follow` once requests reach them. */
  follows?: true
}

/** What a tier is installed with, and what it stands between. */
export interface TierNeeds {
  subnets: Subnets
  group: Handle<{ id: string }>
  profile: Handle<{ id: string; name: string }>
  targets: Handle<{ id: string }>
  setup: Setup
  /** Variables that only the cloud knows. */
  env?: Record<string, string | Ref<string>>
  parameters: ParameterNames
  /** What must be ready before the machines can be set up. */
  needs: Place[]
}

/**
 * Console: EC2 → Launch Templates, Auto Scaling Groups; Systems Manager → Run Command by tag. What a machine is set up
 * with is in its launch template too, so that one the group starts later sets itself up.
 */
export const scalingTier = { questions, draw, follow: scalingMetric.draw, fewest }

function questions({ key, tier, whose, help, prefer, follows }: TierOf): Question<AwsLookups>[] {
  return [
    typeQuestion({ key: `${key}.type`, label: `Instance type of the ${whose}`, help, prefer, tier }),
    imageQuestion(`${key}.image`, `${key}.type`, whose),
    diskQuestion(`${key}.diskSize`, whose),
    ...(follows
      ? [...countQuestions(key, whose, 1), ...scalingMetric.questions(key, whose)]
      : [...countQuestions(key, whose), cpuQuestion(key, whose)]),
  ]
}

/** How many machines there are at any time: those that the group was made with, unless it may shrink below that. */
function fewest(values: Values, { key, follows }: TierOf): number {
  return number(values, `${key}.${follows ? 'min' : 'count'}`, 2)
}

/** Launch template, group and the command that waits until its machines are set up; returns the last. */
function draw(on: StepDrawing<AwsLookups>, values: Values, of: TierOf, given: TierNeeds): Handle<{ id: string }> {
  const { key, tier, server } = of
  const { setup, parameters, subnets, needs } = given
  const name = `${on.stack}-${tier}`
  const script = on.text(setup.script)
  const env = { ...setup.env, ...given.env }
  const template = on.add(`${tier}-template`, launchTemplate, {
    name,
    imageId: text(values, `${key}.image`),
    type: text(values, `${key}.type`),
    securityGroupIds: [given.group.get('id')],
    keyName: '',
    instanceProfile: given.profile.get('name'),
    userData: script,
    env,
    parameters,
    volumeSize: number(values, `${key}.diskSize`, 16),
    instanceTags: { ...tags(values, 'machine.tags'), Server: server },
  })
  checkFleet(on, [template], values, { key, tier, subnets: [1, 2] })
  const servers = on.add(
    `${tier}-servers`,
    autoScalingGroup,
    {
      name,
      launchTemplateId: template.get('id'),
      version: template.get('version'),
      subnetIds: subnets.tier(tier).map(({ id }) => id),
      min: number(values, `${key}.min`, 2),
      max: number(values, `${key}.max`, 4),
      desired: number(values, `${key}.count`, 2),
      targetGroupArns: [given.targets.get('id')],
      graceSeconds: GRACE,
      tags: {},
      ...(of.follows && { scales: true }),
    },
    // A machine that starts sets itself up at once: its way out and its secrets are there by then. For the database's
    // servers it waits itself, so that both are made at the same time.
    { needs: subnets.wayOut },
  )
  if (!of.follows) drawPolicy(on, values, of, servers)
  return on.add(
    `${tier}-setup`,
    command,
    {
      targets: { tag: { key: 'Server', value: server }, group: servers.get('name'), count: fewest(values, of) },
      name: `Set up ${name}`,
      script,
      env,
      parameters,
      timeout: PATIENCE,
    },
    { within: servers, needs },
  )
}

/** Grows and shrinks with the processors' load, where that is wanted. */
function drawPolicy(
  on: StepDrawing<AwsLookups>,
  values: Values,
  { key, tier }: TierOf,
  servers: Handle<{ id: string; name: string }>,
): void {
  const targetCpu = number(values, `${key}.targetCpu`, 0)
  if (targetCpu <= 0) return
  const input = { groupName: servers.get('name'), name: `${on.stack}-${tier}-cpu`, targetCpu }
  on.add(`${tier}-scaling`, scalingPolicy, input, { within: servers })
}
