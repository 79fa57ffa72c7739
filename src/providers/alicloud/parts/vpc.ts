import { cidrProblem, isPrivate, nameProblem, parseCidr } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { vpc as vpcResource } from '../resources/vpc/vpc.ts'
import { text } from './names.ts'

/** The private network everything else is in. */
export interface Vpc {
  vpc: Handle<{ id: string; cidr: string }>
  cidr: string
}

/** Console: VPC → Create VPC. */
export const vpc = { questions, draw }

function questions(): Question<AlicloudLookups>[] {
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
      help: 'The range of private addresses of everything in the network. Choose another one if it clashes with a network you connect to.',
      type: 'text',
      default: () => '172.16.0.0/12',
      check: vpcCidrProblem,
    },
  ]
}

function draw(on: StepDrawing<AlicloudLookups>, values: Values): Vpc {
  const cidr = text(values, 'vpc.cidr')
  const made = on.add('vpc', vpcResource, {
    name: text(values, 'vpc.name'),
    cidr,
    description: `The network of ${on.stack}`,
  })
  return { vpc: made, cidr }
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
