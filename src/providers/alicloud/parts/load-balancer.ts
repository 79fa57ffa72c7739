import { nameProblem, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { Fix } from '../../../steps/diagnose.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import { list } from '../../sentences.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { loadBalancer as balancerResource } from '../resources/slb/load-balancer.ts'
import { text } from './names.ts'
import { type VSwitches, zoneProblem } from './vswitches.ts'

/** A load balancer, as its listeners and groups use it. */
export interface LoadBalancer {
  balancer: Handle<{ id: string; address: string }>
  /** Reached only from inside the VPC. */
  internal: boolean
}

/** Console: Server Load Balancer → CLB → Create. */
export const loadBalancer = { questions, draw, checks: { zonesPair } }

const preferred = (values: Values): [string, string] => [text(values, 'vswitch1.zone'), text(values, 'vswitch2.zone')]

function questions(): Question<AlicloudLookups>[] {
  return [
    {
      key: 'balancer.name',
      label: 'Instance name',
      help: 'The name in the console. The tutorial’s specification no longer exists: new instances are billed by use (CLCU).',
      type: 'text',
      default: ({ stack }) => `${stack}-clb`,
      check: value => nameProblem(value, { min: 1, max: 80, also: '._/-' }),
    },
    {
      key: 'balancer.addressType',
      label: 'Instance type',
      help: 'Internet has a public address. Intranet can be reached only from inside the VPC.',
      type: 'choice',
      choices: () => [
        { value: 'internet', name: 'Internet' },
        { value: 'intranet', name: 'Intranet' },
      ],
      default: () => 'internet',
    },
    {
      key: 'balancer.primaryZone',
      label: 'Primary zone',
      help: 'The zone the load balancer runs in.',
      type: 'choice',
      choices: ({ lookups }) => lookups.primaryZoneChoices(),
      default: async ({ lookups, values }) => (await lookups.defaultBalancerZones(...preferred(values)))?.primary,
      check: (value, values) => zoneProblem(1, value, values),
    },
    {
      key: 'balancer.backupZone',
      label: 'Backup zone',
      help: 'The zone it fails over to when the primary zone fails.',
      type: 'choice',
      choices: ({ lookups, values }) => lookups.backupZoneChoices(text(values, 'balancer.primaryZone')),
      default: ({ lookups, values }) =>
        lookups.defaultBackupZone(text(values, 'balancer.primaryZone'), ...preferred(values)),
      check: (value, values) =>
        zoneProblem(1, value, values) ??
        (value === values['balancer.primaryZone']
          ? `${show(value)} is already the primary zone. The backup zone must be another one.`
          : undefined),
    },
  ]
}

/** An internal one is in the VSwitch of its primary zone. */
function draw(on: StepDrawing<AlicloudLookups>, values: Values, vswitches: VSwitches): LoadBalancer {
  const internal = text(values, 'balancer.addressType') === 'intranet'
  const primaryZone = text(values, 'balancer.primaryZone')
  const own = vswitches.find(({ zone }) => zone === primaryZone) ?? vswitches[0]
  const balancer = on.add('load-balancer', balancerResource, {
    name: text(values, 'balancer.name'),
    addressType: internal ? 'intranet' : 'internet',
    primaryZone,
    backupZone: text(values, 'balancer.backupZone'),
    vswitchId: internal ? own.vswitch.get('id') : '',
  })
  on.check([balancer], lookups => zonesPair(lookups, values))
  return { balancer, internal }
}

/** What to do about what is found broken before the machines. */
export const balancerFixes: Record<string, Fix> = {
  'load balancer':
    'Start its listener in the console and make it forward to the machines, or tear the stack down and build it again.',
}

/** Zones come in pairs: each primary zone has its own backup zones. */
async function zonesPair({ catalog }: AlicloudLookups, values: Values): Promise<string[]> {
  const primary = text(values, 'balancer.primaryZone')
  const backup = text(values, 'balancer.backupZone')
  const pairs = await catalog.balancerZones()
  if (pairs.some(pair => pair.primary === primary && pair.backup === backup)) return []
  const backups = pairs.filter(pair => pair.primary === primary).map(pair => pair.backup)
  if (backups.length > 0) {
    return [
      `balancer.backupZone: a load balancer in ${primary} cannot have ${backup} as its backup zone. Choose ${list(backups)}.`,
    ]
  }
  const primaries = [...new Set(pairs.map(pair => pair.primary))]
  return [`balancer.primaryZone: load balancers cannot be in ${primary}. Choose ${list(primaries)}.`]
}
