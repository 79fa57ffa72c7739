import { cidrProblem, dotted, inside, nameProblem, overlaps, parseCidr, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import { vswitch } from '../kinds/index.ts'
import type { AlicloudLive } from '../live.ts'
import type { Chapter, Subnet } from './chapter.ts'
import { placesOf, text } from './names.ts'
import { wishOf } from './wish.ts'

/** Console: VPC → VSwitch → Create VSwitch, twice, in two zones. */
export const vswitches: Chapter<AlicloudLive, 'network', Subnet[]> = {
  title: 'Create two VSwitches in two zones',
  asks: [...asks(1), ...asks(2)],
  draw(on, values, { network }) {
    return [1, 2].map((n): Subnet => {
      const zone = text(values, `vswitch${n}.zone`)
      const cidr = text(values, `vswitch${n}.cidr`)
      const made = on.add(`vswitch-${n}`, vswitch, {
        vpcId: network.id,
        name: text(values, `vswitch${n}.name`),
        zone,
        cidr,
      })
      return { id: made.get('id'), zone, cidr, address: made.address }
    })
  },
}

function asks(n: 1 | 2): Question<AlicloudLive>[] {
  return [
    {
      key: `vswitch${n}.name`,
      label: 'VSwitch name',
      help: 'A VSwitch is one part of the VPC, in one zone.',
      type: 'text',
      default: ({ stack }) => `${stack}-vswitch-${n}`,
      check: value => nameProblem(value, { min: 1, max: 128 }),
    },
    {
      key: `vswitch${n}.zone`,
      label: 'Zone',
      help:
        n === 1
          ? 'A zone is a data centre of the region. The default has the instance type and the database in stock.'
          : 'Another data centre than the first, so that one of them may fail.',
      type: 'choice',
      choices: ({ live, values }) => live.zoneChoices(wishOf(values)),
      async default({ live, values }) {
        const { zones } = await live.zonesWithBoth(wishOf(values))
        return n === 1 ? zones[0] : zones.find(zone => zone !== text(values, 'vswitch1.zone'))
      },
      check: (value, values) => zoneProblem(n, value, values),
    },
    {
      key: `vswitch${n}.cidr`,
      label: 'IPv4 CIDR block',
      help: 'The part of the VPC’s addresses this VSwitch hands out. The two must not overlap.',
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

/** The tutorial's block where the VPC holds it, otherwise the second or third of the VPC's /24s (or of its quarters). */
export function defaultCidr(n: 1 | 2, values: Values): string {
  const tutorial = `172.16.${n}.0/24`
  const vpc = parseCidr(values['vpc.cidr'])
  if (!vpc || inside(parseCidr(tutorial)!, vpc)) return tutorial
  const mask = Math.min(29, Math.max(24, vpc.mask + 2))
  return `${dotted(vpc.first + n * 2 ** (32 - mask))}/${mask}`
}

/** Shaped like a zone, and another one than the first VSwitch's. A sentence when wrong. */
export function zoneProblem(n: 1 | 2, value: Json, values: Values): string | undefined {
  if (typeof value !== 'string' || value.length > 40 || !/^[a-z]{2,}(-[a-z0-9]+)+$/.test(value)) {
    return `${show(value)} is not a zone. Zones look like ap-northeast-1a or cn-hangzhou-h.`
  }
  if (n === 2 && value === values['vswitch1.zone']) {
    return `${value} is the first VSwitch’s zone already. The two VSwitches must be in two different zones.`
  }
  return undefined
}

/** Mask 16 to 29, inside the VPC, apart from the other one, room for the machines. */
export function vswitchCidrProblem(n: 1 | 2, value: Json, values: Values): string | undefined {
  const wrong = cidrProblem(value)
  if (wrong) return wrong
  const cidr = parseCidr(value)!
  if (cidr.mask < 16 || cidr.mask > 29) return `${cidr.text} does not fit a VSwitch: the mask must be 16 to 29.`
  const vpc = parseCidr(values['vpc.cidr'])
  if (vpc && !inside(cidr, vpc)) return `${cidr.text} is outside the VPC’s block ${vpc.text} (vpc.cidr).`
  // Only the second is told of an overlap, so that one slip is one problem.
  const other = n === 2 ? parseCidr(values['vswitch1.cidr']) : undefined
  if (other && overlaps(cidr, other)) return `${cidr.text} overlaps ${other.text} of the first VSwitch (vswitch1.cidr).`
  // The first address and the last three are the cloud's; the database takes one or two, the load balancer one or two.
  const free = cidr.size - 4 - 4
  const machines = placesOf(values).filter(i => i === n - 1).length
  if (machines > free) {
    return `${cidr.text} has no room for ${machines} machines beside the database: take a larger block or fewer machines (machine.count).`
  }
  return undefined
}
