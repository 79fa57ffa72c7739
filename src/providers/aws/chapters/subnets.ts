import { parseCidr } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Drawing, Handle } from '../../../engine/kind.ts'
import type { Chapter, Subnet } from '../../provider.ts'
import type { AwsLive, Wish } from '../live.ts'
import { elasticIp, internetGateway, natGateway, routeTable, subnet } from '../resources/index.ts'
import { number, text } from './names.ts'
import { freePart, subnetCidrProblem, zoneProblem } from './subnet-checks.ts'

/** Two subnets with the same task, one a zone. */
export interface Tier {
  /** Stands in the keys `id1.cidr`, `id2.cidr` and in the addresses `id-1`, `id-2`. */
  id: string
  /** Whose subnets they are, for people: `web servers`. */
  whose: string
  /** To the internet: directly, through the NAT gateway, or not at all. */
  way: 'gateway' | 'nat' | 'none'
}

const EVERYWHERE = '0.0.0.0/0'

/** Console: VPC → Subnets, NAT gateways, Route tables. The first tier is the public one; it chooses the two zones. */
export function subnets(
  title: string,
  tiers: [Tier, ...Tier[]],
  wishOf: (values: Values) => Wish,
): Chapter<AwsLive, 'network', Subnet[]> {
  const keys = tiers.flatMap(({ id }) => [`${id}1`, `${id}2`])
  return {
    title,
    asks: [...tiers.flatMap((_, at) => [1, 2].flatMap(n => asks(tiers, keys, at, n, wishOf))), natCount],
    draw(on, values, { network, stack }) {
      const gateway = on.earlier('network/internet-gateway', internetGateway)
      const made = tiers.flatMap(tier => [1, 2].map(n => drawSubnet(on, values, { tier, n, stack, vpcId: network.id })))
      const [first, second] = made as [Made, Made]
      const vpcId = network.id
      const routes = [{ to: EVERYWHERE, gatewayId: gateway.get('id') }]
      const open = on.add('public-routes', routeTable, {
        vpcId,
        name: `${stack}-public`,
        routes,
        subnetIds: made.filter(one => one.tier.way === 'gateway').map(({ handle }) => handle.get('id')),
      })
      if (!tiers.some(({ way }) => way === 'nat')) return made.map(toSubnet)
      const nats = (number(values, 'nat.count', 1) === 2 ? [first, second] : [first]).map((at, i) => {
        // Released before the gateway of the VPC goes: its detachment is refused while a public address is mapped.
        const ip = on.add(`elastic-ip-${i + 1}`, elasticIp, { name: `${stack}-nat-${i + 1}` }, { needs: [gateway] })
        return on.add(
          `nat-${i + 1}`,
          natGateway,
          { subnetId: at.handle.get('id'), allocationId: ip.get('id'), name: `${stack}-nat-${i + 1}` },
          { needs: [open] },
        )
      })
      for (const n of [1, 2] as const) {
        const nat = nats[n - 1] ?? nats[0]!
        on.add(`private-routes-${n}`, routeTable, {
          vpcId,
          name: `${stack}-private-${n}`,
          routes: [{ to: EVERYWHERE, natGatewayId: nat.get('id') }],
          subnetIds: made.filter(one => one.tier.way === 'nat' && one.n === n).map(({ handle }) => handle.get('id')),
        })
      }
      return made.map(toSubnet)
    },
  }
}

/** The n-th subnet of a tier among what the chapter drew. */
export function subnetOf(drawn: Subnet[], tier: string, n: number): Subnet {
  const found = drawn.find(({ address }) => address === `subnets/${tier}-${n}`)
  if (!found) throw new Error(`no subnet ${tier}-${n} was drawn`)
  return found
}

/** Both subnets of a tier. */
export function pairOf(drawn: Subnet[], tier: string): [Subnet, Subnet] {
  return [subnetOf(drawn, tier, 1), subnetOf(drawn, tier, 2)]
}

/** What must be there before machines without an address of their own reach the internet. */
export function wayOut(on: Drawing): Handle<{ id: string }>[] {
  return [1, 2].map(n => on.earlier(`subnets/private-routes-${n}`, routeTable))
}

/** What must be there before anything with a public address is of use, and what it must go before. */
export function wayIn(on: Drawing): Handle<{ id: string }> {
  return on.earlier('subnets/public-routes', routeTable)
}

interface Made extends Omit<Subnet, 'id' | 'address'> {
  tier: Tier
  n: number
  handle: Handle<{ id: string }>
}

interface Place {
  tier: Tier
  n: number
  stack: string
  vpcId: Subnet['id']
}

function drawSubnet(on: Drawing, values: Values, { tier, n, stack, vpcId }: Place): Made {
  const zone = zoneOf(values, tier.id, n)
  const cidr = text(values, `${tier.id}${n}.cidr`)
  const name = `${stack}-${tier.id}-${n}`
  const open = tier.way === 'gateway'
  return { tier, n, zone, cidr, handle: on.add(`${tier.id}-${n}`, subnet, { vpcId, zone, cidr, name, public: open }) }
}

function toSubnet({ handle, zone, cidr }: Made): Subnet {
  return { id: handle.get('id'), zone, cidr, address: handle.address }
}

/** `ap-northeast-1a` is in `ap-northeast-1`. */
export function regionOf(values: Values): string {
  return text(values, 'public1.zone').replace(/[a-z]$/, '')
}

/** The zone of a tier's n-th subnet: its own answer, or the public one's. */
export function zoneOf(values: Values, tier: string, n: number): string {
  return text(values, `${tier}${n}.zone`) || text(values, `public${n}.zone`)
}

function asks(
  tiers: Tier[],
  keys: string[],
  at: number,
  n: number,
  wishOf: (values: Values) => Wish,
): Question<AwsLive>[] {
  const tier = tiers[at]!
  const key = `${tier.id}${n}`
  const first = at === 0
  return [
    {
      key: `${key}.zone`,
      label: `Availability Zone ${n}${first ? '' : ` (${tier.whose})`}`,
      help: first
        ? n === 1
          ? 'A zone is a group of data centres of the region. The default sells the machines and the database.'
          : 'Another zone than the first, so that one of them may fail. The load balancer needs two.'
        : `The zone of subnet ${n} for the ${tier.whose}: one of the two public subnets’ zones, because the load balancer stands there.`,
      type: 'choice',
      choices: ({ live, values }) => live.zoneChoices(wishOf(values)),
      async default({ live, values }) {
        if (!first) return text(values, `${tiers[0]!.id}${n}.zone`) || undefined
        const zones = await live.zones(wishOf(values))
        return n === 1 ? zones[0] : zones.find(zone => zone !== text(values, `${tier.id}1.zone`))
      },
      check: (value, values) => zoneProblem(value, values, { tier: tier.id, n, open: tiers[0]!.id }),
      ...(!first && { advanced: true }),
    },
    {
      key: `${key}.cidr`,
      label: `${tier.way === 'gateway' ? 'Public' : 'Private'} subnet ${n}${first ? '' : ` for the ${tier.whose}`}`,
      help:
        tier.way === 'gateway'
          ? 'A part of the VPC’s addresses, with a route to the internet: for the load balancer and what must be reached from outside.'
          : tier.way === 'nat'
            ? `A part of the VPC’s addresses for the ${tier.whose}, reachable only from inside; they reach out through the NAT gateway.`
            : `A part of the VPC’s addresses for the ${tier.whose}, without any way to or from the internet.`,
      type: 'text',
      default: ({ values }) => freePart(parseCidr(values['vpc.cidr']), keys, key, values),
      check: (value, values) => subnetCidrProblem(value, values, keys, key),
      advanced: true,
    },
  ]
}

const natCount: Question<AwsLive> = {
  key: 'nat.count',
  label: 'NAT gateways',
  help: 'Machines in private subnets reach the internet through one. A second one, in the other zone, goes on when the first zone fails, and costs as much again.',
  type: 'choice',
  choices: () => [
    { value: 1, name: 'One' },
    { value: 2, name: 'Two, one a zone' },
  ],
  default: () => 1,
}
