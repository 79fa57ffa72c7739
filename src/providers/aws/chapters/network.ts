import { cidrProblem, isPrivate, numberProblem, parseCidr } from '../../../answers/checks.ts'
import type { Json } from '../../../base/json.ts'
import type { Chapter, Network } from '../../provider.ts'
import type { AwsLive } from '../live.ts'
import { internetGateway, vpc } from '../resources/index.ts'
import { tagTextProblem, text } from './names.ts'

/** The smallest subnet a load balancer takes (facts §4: eight free addresses, /27 or larger). */
export const SMALLEST_SUBNET = 27

/** VPCs a region may have unless AWS has raised it; internet gateways follow (facts §11). */
export const VPC_QUOTA = 5

/** Console: VPC → Create VPC, Internet gateways → Create. `parts`: how many subnets must fit. */
export function network(parts: number): Chapter<AwsLive, never, Network> {
  return {
    title: 'Create the VPC and its internet gateway',
    asks: [
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
        help: 'The range of private addresses everything in the network gets its own from. Take another one if it clashes with a network you connect to.',
        type: 'text',
        default: () => '10.0.0.0/16',
        check: value => vpcCidrProblem(value, parts),
      },
      {
        key: 'vpc.quota',
        label: 'VPCs this account may have in the region',
        help: 'AWS allows five, and so many internet gateways, unless it has raised that for you. Looked at before anything is made.',
        type: 'number',
        // Nobody is asked: it matters to whom the preflight names it.
        when: values => values['vpc.quota'] !== undefined,
        default: () => VPC_QUOTA,
        min: 1,
        max: 10_000,
        check: value => numberProblem(value, 1, 10_000),
      },
    ],
    draw(on, values, { stack }) {
      const cidr = text(values, 'vpc.cidr')
      const made = on.add('vpc', vpc, { name: text(values, 'vpc.name'), cidr })
      on.add('internet-gateway', internetGateway, { vpcId: made.get('id'), name: `${stack}-igw` })
      return { id: made.get('id'), cidr }
    },
  }
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
