import { cidrProblem, isPrivate, nameProblem, parseCidr } from '../../../answers/checks.ts'
import type { Question } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import { vpc } from '../kinds/index.ts'
import type { AlicloudLive } from '../live.ts'
import type { Chapter, Network } from './chapter.ts'
import { text } from './names.ts'

/** Console: VPC → Create VPC. */
export const network: Chapter<AlicloudLive, never, Network> = {
  title: 'Create a VPC',
  asks: asks(),
  draw(on, values, { stack }) {
    const cidr = text(values, 'vpc.cidr')
    const made = on.add('vpc', vpc, {
      name: text(values, 'vpc.name'),
      cidr,
      description: `The network of ${stack}`,
    })
    return { id: made.get('id'), cidr }
  },
}

function asks(): Question<AlicloudLive>[] {
  return [
    {
      key: 'vpc.name',
      label: 'VPC name',
      help: 'A VPC is a private network of your own in the cloud. The name only helps people find it in the console.',
      type: 'text',
      default: ({ stack }) => `${stack}-vpc`,
      check: value => nameProblem(value, { min: 1, max: 128 }),
    },
    {
      key: 'vpc.cidr',
      label: 'IPv4 CIDR block',
      help: 'The range of private addresses everything in the network gets its own from. Take another one if it clashes with a network you connect to.',
      type: 'text',
      default: () => '172.16.0.0/12',
      check: vpcCidrProblem,
    },
  ]
}

/** The console offers the private ranges and masks 8 to 28 for them. */
export function vpcCidrProblem(value: Json): string | undefined {
  const wrong = cidrProblem(value)
  if (wrong) return wrong
  const cidr = parseCidr(value)!
  if (!isPrivate(cidr)) {
    return `${cidr.text} is not private. Choose a block within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.`
  }
  if (cidr.mask > 28) return `${cidr.text} is too small for a VPC: the mask must be 28 or less.`
  return undefined
}
