import { cidrProblem, isPrivate, numberProblem, parseCidr } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { CheckedRun, StepDrawing } from '../../../steps/drawing.ts'
import type { Place } from '../../../steps/results.ts'
import type { AwsLookups } from '../lookups.ts'
import { internetGateway, vpc as vpcKind } from '../resources/index.ts'
import { number, tagTextProblem, text } from './names.ts'

/** The smallest subnet a load balancer takes: eight free addresses, so /27 or larger (docs/facts/aws.md, VPC). */
export const SMALLEST_SUBNET = 27

/** VPCs a region may have unless AWS has raised it; internet gateways follow (docs/facts/aws.md, quotas). */
export const VPC_QUOTA = 5

/** The network, and its door to the internet. */
export interface Vpc {
  vpc: Handle<{ id: string }>
  gateway: Handle<{ id: string }>
}

/** Console: VPC → Create VPC, Internet gateways → Create. */
export const vpc = { questions, draw, checks: { networksLeft } }

/** `subnets`: how many must fit. */
function questions(subnets: number): Question<AwsLookups>[] {
  return [
    {
      key: 'vpc.name',
      label: 'VPC name',
      help: 'A VPC is a private network of your own in the cloud. The name only helps people find it in the console.',
      type: 'text',
      default: ({ stack }) => `${stack}-vpc`,
      check: value => tagTextProblem(value),
    },
    {
      key: 'vpc.cidr',
      label: 'IPv4 CIDR block',
      help: 'The range of private addresses for everything in the network. Choose another one if it clashes with a network you connect to.',
      type: 'text',
      default: () => '10.0.0.0/16',
      check: value => vpcCidrProblem(value, subnets),
    },
    {
      key: 'vpc.quota',
      label: 'VPC quota of this account in the region',
      help: 'AWS allows five, and as many internet gateways, unless it has raised your quota. Checked before anything is created.',
      type: 'number',
      // Not asked: it matters only to those to whom the preflight names it.
      when: values => values['vpc.quota'] !== undefined,
      default: () => VPC_QUOTA,
      min: 1,
      max: 10_000,
      check: value => numberProblem(value, 1, 10_000),
    },
  ]
}

function draw(on: StepDrawing<AwsLookups>, values: Values): Vpc {
  const made = on.add('vpc', vpcKind, { name: text(values, 'vpc.name'), cidr: text(values, 'vpc.cidr') })
  const gateway = on.add('internet-gateway', internetGateway, { vpcId: made.get('id'), name: `${on.stack}-igw` })
  on.check([made, gateway], (lookups, run) => networksLeft(lookups, values, { vpc: made, gateway }, run))
  return { vpc: made, gateway }
}

/**
 * EC2 does not tell how many there may be. More than AWS allows by itself shows that it has raised it; with as many, what
 * people say counts, so that the run does not end in its first second with a role and a key pair made.
 */
async function networksLeft(
  { catalog }: AwsLookups,
  values: Values,
  drawn: Record<keyof Vpc, Place>,
  { makes }: CheckedRun,
): Promise<string[]> {
  const said = number(values, 'vpc.quota', 0)
  const { vpcs, gateways } = await catalog.networks()
  const full = (used: number) => (said > 0 ? used >= said : used === VPC_QUOTA)
  const counts = [
    ...(makes(drawn.vpc) && full(vpcs) ? [`${vpcs} VPCs`] : []),
    ...(makes(drawn.gateway) && full(gateways) ? [`${gateways} internet gateways`] : []),
  ]
  if (counts.length === 0) return []
  const way = said > 0 ? '' : ` If AWS has raised yours, say so: --set vpc.quota=${VPC_QUOTA * 2}.`
  return [
    `vpc.quota: the region has ${counts.join(' and ')}, and its quota is ${said || VPC_QUOTA} of each. Remove one in the console, ask AWS for more (Service Quotas), or use another region (--region).${way}`,
  ]
}

/** CreateVpc takes /16 to /28; the subnets of the stack must fit. */
export function vpcCidrProblem(value: Json, parts: number): string | undefined {
  const wrong = cidrProblem(value)
  if (wrong) return wrong
  const cidr = parseCidr(value)!
  if (!isPrivate(cidr)) {
    return `${cidr.text} is not private. Choose a block within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.`
  }
  if (cidr.mask < 16)
    return `${cidr.text} is too large for a VPC: the mask must be 16 or more, for example 10.0.0.0/16.`
  const smallest = SMALLEST_SUBNET - Math.ceil(Math.log2(parts))
  if (cidr.mask > smallest) {
    return `${cidr.text} is too small for the ${parts} subnets of this stack: the mask must be ${smallest} or less.`
  }
  return undefined
}
