import type { Values } from '../../../../answers/question.ts'
import type { Drawing, Drawn, Handle } from '../../../../engine/kind.ts'
import type { Application, Chapter, Setup, Subnet } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import {
  autoScalingGroup,
  command,
  instanceProfile,
  launchTemplate,
  loadBalancer,
  scalingPolicy,
  securityGroup,
  targetGroup,
} from '../../resources/index.ts'
import { number, tags, text } from '../names.ts'
import { drawParameters, parametersFor } from '../secrets.ts'
import { pairOf, wayOut } from '../subnets.ts'

/** Packages and a cold mirror: minutes as a rule; this is where patience ends. Seconds. */
const PATIENCE = 1800
/** How long a fresh machine may take before the group takes it for broken: it installs itself, and the first ones wait for the database. Seconds. */
const GRACE = 1200

/** The tiers' tags, as the tutorial has them. */
const SERVER = { web: 'ApacheWeb', app: 'App' } as const

/**
 * Console: EC2 → Launch Templates, Auto Scaling Groups; Systems Manager → Run Command by tag. What a machine is set up
 * with is in its launch template too, so that one the group starts later sets itself up.
 */
export const application: Chapter<AwsLive, 'subnets' | 'machines' | 'database', Application> = {
  title: 'Install Apache, uWSGI and Flask on the two tiers',
  asks: [],
  draw(on, values, { subnets, database, setup, stack }) {
    const { web, app } = setup.tiers ?? {}
    if (!web || !app) throw new Error('this blueprint has no set-up for the tiers web and app')
    const made = drawParameters(
      on,
      stack,
      [web, app].flatMap(({ secrets }) => Object.values(secrets)),
    )
    const inner = on.earlier('machines/app-balancer', loadBalancer)
    const deliver = (one: Setup, env: Drawn<Record<string, string>> = {}): Delivery => ({
      script: on.text(one.script),
      env: { ...one.env, ...env } as Delivery['env'],
      parameters: parametersFor(made, one.secrets),
    })
    const tiers = [
      drawTier(on, values, {
        tier: 'web',
        key: 'web',
        stack,
        subnets,
        delivery: deliver(web, { APP_HOST: inner.get('dnsName') }),
        needs: [],
      }),
      drawTier(on, values, {
        tier: 'app',
        key: 'tier',
        stack,
        subnets,
        delivery: deliver(app),
        needs: database.ready,
      }),
    ]
    return { ready: tiers }
  },
}

interface Delivery {
  script: { $text: string }
  env: Setup['env']
  parameters: ReturnType<typeof parametersFor>
}

interface TierDrawing {
  tier: 'web' | 'app'
  /** First part of the tier's keys. */
  key: string
  stack: string
  subnets: Subnet[]
  delivery: Delivery
  needs: { address: string }[]
}

/** Launch template, group and the command that waits until its machines are set up; answers the last. */
function drawTier(on: Drawing, values: Values, of: TierDrawing): Handle<{ id: string }> {
  const { tier, key, stack, subnets, delivery, needs } = of
  const name = `${stack}-${tier}`
  const { script, env, parameters } = delivery
  const template = on.add(`${tier}-template`, launchTemplate, {
    name,
    imageId: text(values, `${key}.image`),
    type: text(values, `${key}.type`),
    securityGroupIds: [on.earlier(`machines/${tier}-group`, securityGroup).get('id')],
    keyName: '',
    instanceProfile: on.earlier('machines/instance-profile', instanceProfile).get('name'),
    userData: script,
    env,
    parameters,
    volumeSize: number(values, `${key}.diskSize`, 16),
    instanceTags: { ...tags(values, 'machine.tags'), Server: SERVER[tier] },
  })
  const desired = number(values, `${key}.count`, 2)
  const servers = on.add(
    `${tier}-servers`,
    autoScalingGroup,
    {
      name,
      launchTemplateId: template.get('id'),
      version: template.get('version'),
      subnetIds: pairOf(subnets, tier).map(({ id }) => id),
      min: number(values, `${key}.min`, 2),
      max: number(values, `${key}.max`, 4),
      desired,
      targetGroupArns: [on.earlier(`machines/${tier}-targets`, targetGroup).get('id')],
      graceSeconds: GRACE,
      tags: {},
    },
    // A machine that starts sets itself up at once: its way out and its secrets are there by then. For the database's
    // servers it waits itself, so that both are made at the same time.
    { needs: wayOut(on) },
  )
  const targetCpu = number(values, `${key}.targetCpu`, 0)
  if (targetCpu > 0) {
    on.add(
      `${tier}-scaling`,
      scalingPolicy,
      { groupName: servers.get('name'), name: `${name}-cpu`, targetCpu },
      { within: servers },
    )
  }
  return on.add(
    `${tier}-setup`,
    command,
    {
      targets: { tag: { key: 'Server', value: SERVER[tier] }, group: servers.get('name'), count: desired },
      name: `Set up ${name}`,
      script,
      env,
      parameters,
      timeout: PATIENCE,
    },
    { within: servers, needs },
  )
}
