import { parseCidr } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Handle, Ref } from '../../../engine/kind.ts'
import type { CheckedRun, StepDrawing } from '../../../steps/drawing.ts'
import type { Place } from '../../../steps/results.ts'
import { list } from '../../sentences.ts'
import type { AwsLookups, Selection } from '../lookups.ts'
import { elasticIp, natGateway, routeTable, subnet } from '../resources/index.ts'
import { number, text } from './names.ts'
import { freePart, subnetCidrProblem, zoneProblem } from './subnet-checks.ts'
import type { Vpc } from './vpc.ts'

/** Two subnets with the same task, one a zone. */
export interface SubnetTier {
  /** Stands in the keys `id1.cidr`, `id2.cidr` and in the addresses `id-1`, `id-2`. */
  id: string
  /** Whose subnets they are, for people: `web servers`. */
  whose: string
  /** To the internet: directly, through the NAT gateway, or not at all. */
  way: 'gateway' | 'nat' | 'none'
}

/** The first tier is the public one; it chooses the two zones. */
export type SubnetTiers = [SubnetTier, ...SubnetTier[]]

export interface Subnet {
  id: Ref<string>
  zone: string
}

/** The subnets of the stack, and the ways in and out. */
export interface Subnets {
  /** Both subnets of a tier. */
  tier(id: string): [Subnet, Subnet]
  /** What must be there before anything with a public address is of use, and what it must be removed before. */
  wayIn: Handle<{ id: string }>
  /** What must be there before machines without an address of their own reach the internet. */
  wayOut: Handle<{ id: string }>[]
}

const EVERYWHERE = '0.0.0.0/0'

/** Console: VPC → Subnets, NAT gateways, Route tables. */
export const subnets = { questions, draw, checks: { zonesExist, addressesLeft } }

/** `selectionOf`: what the machines and the database shall be, which decides which zones are suggested. */
function questions(tiers: SubnetTiers, selectionOf: (values: Values) => Selection): Question<AwsLookups>[] {
  const keys = keysOf(tiers)
  return [...tiers.flatMap((_, at) => [1, 2].flatMap(n => asks(tiers, keys, at, n, selectionOf))), natCount]
}

function draw(on: StepDrawing<AwsLookups>, values: Values, { vpc, gateway }: Vpc, tiers: SubnetTiers): Subnets {
  const vpcId = vpc.get('id')
  const made = tiers.flatMap(tier => [1, 2].map(n => drawSubnet(on, values, { tier, n, vpcId })))
  const open = on.add('public-routes', routeTable, {
    vpcId,
    name: `${on.stack}-public`,
    routes: [{ to: EVERYWHERE, gatewayId: gateway.get('id') }],
    subnetIds: idsOf(made, ({ tier }) => tier.way === 'gateway'),
  })
  on.check(
    made.filter(({ tier }) => tier === tiers[0]).map(({ handle }) => handle),
    lookups => zonesExist(lookups, values),
  )
  return {
    tier: id =>
      pair(made.filter(({ tier }) => tier.id === id).map(({ handle, zone }) => ({ id: handle.get('id'), zone }))),
    wayIn: open,
    wayOut: tiers.some(({ way }) => way === 'nat') ? drawWayOut(on, values, { vpcId, gateway, open, made }) : [],
  }
}

interface Drawn {
  tier: SubnetTier
  n: number
  zone: string
  handle: Handle<{ id: string }>
}

function drawSubnet(
  on: StepDrawing<AwsLookups>,
  values: Values,
  { tier, n, vpcId }: { tier: SubnetTier; n: number; vpcId: Ref<string> },
): Drawn {
  const zone = zoneOf(values, tier.id, n)
  const handle = on.add(`${tier.id}-${n}`, subnet, {
    vpcId,
    zone,
    cidr: text(values, `${tier.id}${n}.cidr`),
    name: `${on.stack}-${tier.id}-${n}`,
    public: tier.way === 'gateway',
  })
  return { tier, n, zone, handle }
}

/** NAT gateways in the public subnets, and the private subnets' routes to them. */
function drawWayOut(
  on: StepDrawing<AwsLookups>,
  values: Values,
  of: { vpcId: Ref<string>; gateway: Place; open: Place; made: Drawn[] },
): Handle<{ id: string }>[] {
  const { vpcId, gateway, open, made } = of
  const count = number(values, 'nat.count', 1) === 2 ? 2 : 1
  const addresses: Place[] = []
  const nats = made.slice(0, count).map(({ handle }, i) => {
    const name = `${on.stack}-nat-${i + 1}`
    // Released before the gateway of the VPC goes: its detachment is refused while a public address is mapped.
    const ip = on.add(`elastic-ip-${i + 1}`, elasticIp, { name }, { needs: [gateway] })
    addresses.push(ip)
    const input = { subnetId: handle.get('id'), allocationId: ip.get('id'), name }
    return on.add(`nat-${i + 1}`, natGateway, input, { needs: [open] })
  })
  on.check(addresses, (lookups, run) => addressesLeft(lookups, addresses, run))
  return [1, 2].map(n =>
    on.add(`private-routes-${n}`, routeTable, {
      vpcId,
      name: `${on.stack}-private-${n}`,
      routes: [{ to: EVERYWHERE, natGatewayId: (nats[n - 1] ?? nats[0]!).get('id') }],
      subnetIds: idsOf(made, one => one.tier.way === 'nat' && one.n === n),
    }),
  )
}

function idsOf(made: Drawn[], which: (one: Drawn) => boolean): Ref<string>[] {
  return made.filter(which).map(({ handle }) => handle.get('id'))
}

function pair([first, second]: Subnet[]): [Subnet, Subnet] {
  if (!first || !second) throw new Error('no such tier of subnets was drawn')
  return [first, second]
}

async function zonesExist({ catalog }: AwsLookups, values: Values): Promise<string[]> {
  const zones = await catalog.zones()
  return ['public1.zone', 'public2.zone']
    .filter(key => !zones.includes(text(values, key)))
    .map(key => `${key}: this region has no zone ${text(values, key)}. It has ${list(zones)}.`)
}

async function addressesLeft({ catalog }: AwsLookups, addresses: Place[], { makes }: CheckedRun): Promise<string[]> {
  const more = addresses.filter(makes).length
  const { used, most } = await catalog.addresses()
  return used + more > most
    ? [
        `nat.count: ${more} more Elastic IP ${more > 1 ? 'addresses are' : 'address is'} needed, and the region uses ${used} of the ${most} it can have. Release some, ask AWS for more (Service Quotas)${more > 1 ? ', or use one NAT gateway' : ''}.`,
      ]
    : []
}

/** `ap-northeast-1a` is in `ap-northeast-1`. */
export function regionOf(values: Values): string {
  return text(values, 'public1.zone').replace(/[a-z]$/, '')
}

/** The zone of a tier's n-th subnet: its own answer, or the public one's. */
export function zoneOf(values: Values, tier: string, n: number): string {
  return text(values, `${tier}${n}.zone`) || text(values, `public${n}.zone`)
}

function keysOf(tiers: SubnetTiers): string[] {
  return tiers.flatMap(({ id }) => [`${id}1`, `${id}2`])
}

function asks(
  tiers: SubnetTiers,
  keys: string[],
  at: number,
  n: number,
  selectionOf: (values: Values) => Selection,
): Question<AwsLookups>[] {
  const tier = tiers[at]!
  const key = `${tier.id}${n}`
  const first = at === 0
  return [
    {
      key: `${key}.zone`,
      label: `Availability Zone ${n}${first ? '' : ` (${tier.whose})`}`,
      help: first
        ? n === 1
          ? 'A zone is a group of data centers in the region. The default offers the machines and the database.'
          : 'A different zone from the first, so that one of them can fail. The load balancer needs two.'
        : `The zone of subnet ${n} for the ${tier.whose}: one of the two public subnets’ zones, because the load balancer is there.`,
      type: 'choice',
      choices: ({ lookups, values }) => lookups.zoneChoices(selectionOf(values)),
      async default({ lookups, values }) {
        if (!first) return text(values, `${tiers[0]!.id}${n}.zone`) || undefined
        const zones = await lookups.zones(selectionOf(values))
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

const natCount: Question<AwsLookups> = {
  key: 'nat.count',
  label: 'NAT gateways',
  help: 'Machines in private subnets reach the internet through one. A second one, in the other zone, keeps working when the first zone fails, and costs as much again.',
  type: 'choice',
  choices: () => [
    { value: 1, name: 'One' },
    { value: 2, name: 'Two, one per zone' },
  ],
  default: () => 1,
}
