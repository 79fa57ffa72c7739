import { cidrProblem, dotted, inside, nameProblem, overlaps, parseCidr, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import { list } from '../../sentences.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { vswitch } from '../resources/vpc/vswitch.ts'
import { placesOf, text } from './names.ts'
import { selectionOf } from './selection.ts'
import type { Vpc } from './vpc.ts'

/** A part of the VPC in one zone. */
export interface VSwitch {
  vswitch: Handle<{ id: string }>
  zone: string
}

/** Two of them, in two zones. */
export type VSwitches = [VSwitch, VSwitch]

/** Console: VPC → VSwitch → Create VSwitch, twice, in two zones. */
export const vswitches = { questions, draw, checks: { zonesExist } }

function questions(): Question<AlicloudLookups>[] {
  return [...questionsOf(1), ...questionsOf(2)]
}

function draw(on: StepDrawing<AlicloudLookups>, values: Values, network: Vpc): VSwitches {
  const drawOne = (n: 1 | 2): VSwitch => {
    const zone = text(values, `vswitch${n}.zone`)
    const made = on.add(`vswitch-${n}`, vswitch, {
      vpcId: network.vpc.get('id'),
      name: text(values, `vswitch${n}.name`),
      zone,
      cidr: text(values, `vswitch${n}.cidr`),
    })
    return { vswitch: made, zone }
  }
  const both: VSwitches = [drawOne(1), drawOne(2)]
  on.check(
    both.map(one => one.vswitch),
    lookups => zonesExist(lookups, values),
  )
  return both
}

/** Both zones are zones of this region. */
async function zonesExist({ catalog }: AlicloudLookups, values: Values): Promise<string[]> {
  const zones = [...(await catalog.stock(selectionOf(values).billing)).keys()].sort()
  return ['vswitch1.zone', 'vswitch2.zone']
    .filter(key => !zones.includes(text(values, key)))
    .map(key => `${key}: this region has no zone ${text(values, key)}. It has ${list(zones)}.`)
}

/** The two VSwitches of this stack as choices, each with its zone. */
export function vswitchChoices(values: Values) {
  return [1, 2].map(n => ({
    value: String(n),
    name: [text(values, `vswitch${n}.name`) || `VSwitch ${n}`, text(values, `vswitch${n}.zone`)]
      .filter(Boolean)
      .join('   '),
  }))
}

function questionsOf(n: 1 | 2): Question<AlicloudLookups>[] {
  return [
    {
      key: `vswitch${n}.name`,
      label: 'VSwitch name',
      help: 'A VSwitch is a part of the VPC in one zone.',
      type: 'text',
      default: ({ stack }) => `${stack}-vswitch-${n}`,
      check: value => nameProblem(value, { min: 1, max: 128 }),
    },
    {
      key: `vswitch${n}.zone`,
      label: 'Zone',
      help:
        n === 1
          ? 'A zone is a data center of the region. The default has the instance type and the database in stock.'
          : 'A different data center than the first, so that one of them can fail.',
      type: 'choice',
      choices: ({ lookups, values }) => lookups.zoneChoices(selectionOf(values)),
      async default({ lookups, values }) {
        const { zones } = await lookups.zonesWithBoth(selectionOf(values))
        return n === 1 ? zones[0] : zones.find(zone => zone !== text(values, 'vswitch1.zone'))
      },
      check: (value, values) => zoneProblem(n, value, values),
    },
    {
      key: `vswitch${n}.cidr`,
      label: 'IPv4 CIDR block',
      help: 'The part of the VPC’s addresses that this VSwitch assigns. The two must not overlap.',
      type: 'text',
      default: ({ values }) => partOf(values['vpc.cidr'], n, values['vswitch1.cidr']),
      check: (value, values) => vswitchCidrProblem(n, value, values),
    },
  ]
}

/** The n-th /24 of the VPC's block (a smaller part of a small block), apart from the first VSwitch. */
function partOf(vpc: Json | undefined, n: 1 | 2, taken: Json | undefined): string {
  const whole = parseCidr(vpc) ?? parseCidr('172.16.0.0/12')!
  const mask = Math.min(29, Math.max(24, whole.mask + 2))
  const parts = [n, n + 1, 0].map(i => parseCidr(`${dotted(whole.first + i * 2 ** (32 - mask))}/${mask}`)!)
  const other = n === 2 ? parseCidr(taken) : undefined
  return (parts.find(part => inside(part, whole) && !(other && overlaps(part, other))) ?? parts[0]!).text
}

/** Looks like a zone, and is not the first VSwitch's. A sentence when wrong. */
export function zoneProblem(n: 1 | 2, value: Json, values: Values): string | undefined {
  if (typeof value !== 'string' || value.length > 40 || !/^[a-z]{2,}(-[a-z0-9]+)+$/.test(value)) {
    return `${show(value)} is not a zone. Zones look like ap-northeast-1a or cn-hangzhou-h.`
  }
  if (n === 2 && value === values['vswitch1.zone']) {
    return `${value} is the first VSwitch’s zone already. The two VSwitches must be in two different zones.`
  }
  return undefined
}

/** Mask 16 to 29, inside the VPC, apart from the other one, with room for the machines. A sentence when wrong. */
export function vswitchCidrProblem(n: 1 | 2, value: Json, values: Values): string | undefined {
  const wrong = cidrProblem(value)
  if (wrong) return wrong
  const cidr = parseCidr(value)!
  if (cidr.mask < 16 || cidr.mask > 29) return `${cidr.text} cannot be a VSwitch’s block: the mask must be 16 to 29.`
  const vpc = parseCidr(values['vpc.cidr'])
  if (vpc && !inside(cidr, vpc)) return `${cidr.text} is outside the VPC’s block ${vpc.text} (vpc.cidr).`
  // An overlap is reported at the second only, so that one mistake is one problem.
  const other = n === 2 ? parseCidr(values['vswitch1.cidr']) : undefined
  if (other && overlaps(cidr, other)) return `${cidr.text} overlaps ${other.text} of the first VSwitch (vswitch1.cidr).`
  // The first address and the last three are the cloud's; the database takes one or two, the load balancer one or two.
  const free = cidr.size - 4 - 4
  const machines = placesOf(values).filter(i => i === n - 1).length
  if (machines > free) {
    return `${cidr.text} has no room for ${machines} machines beside the database: choose a larger block or fewer machines (machine.count).`
  }
  return undefined
}
