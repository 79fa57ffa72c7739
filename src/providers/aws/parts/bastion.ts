import { includesEveryone, listOf, openToEveryone } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AwsLookups } from '../lookups.ts'
import { instance } from '../resources/index.ts'
import { keyPair } from './key-pair.ts'
import { checkFleet } from './machine-checks.ts'
import { imageQuestion, typeQuestion } from './machine-questions.ts'
import { tags, text, yes } from './names.ts'
import { EVERYONE, securityGroup, sourcesProblem } from './security-group.ts'
import type { Subnets } from './subnets.ts'
import type { Vpc } from './vpc.ts'

/** The way in by SSH: the bastion's security group, and its key. */
export interface Bastion {
  group: Handle<{ id: string }>
  key: Handle<{ id: string; name: string }>
}

/** Console: EC2 → Launch instances, in a public subnet; Key Pairs. The only machine that takes SSH from outside. */
export const bastion = { questions, draw }

/** Whether a bastion is wanted. */
export const hasBastion = (values: Values) => yes(values, 'bastion.enabled')

/** `to`: the machines that are entered from it, for people. */
function questions(to: string): Question<AwsLookups>[] {
  return [
    {
      key: 'bastion.enabled',
      label: 'Bastion',
      help: `A small machine in a public subnet, the only one that accepts SSH from outside. From it you reach the ${to}; without it, use Session Manager.`,
      type: 'yesno',
      default: () => true,
    },
    typeQuestion({
      key: 'bastion.type',
      label: 'Instance type of the bastion',
      help: 'It only forwards SSH, so the smallest is enough.',
      prefer: ['t4g.nano', 't3.nano', 't4g.micro', 't3.micro'],
      tier: 'public',
      when: hasBastion,
    }),
    imageQuestion('bastion.image', 'bastion.type', 'bastion', hasBastion),
    {
      key: 'bastion.sshFrom',
      label: 'SSH (22) to the bastion allowed from',
      help: 'Addresses or CIDR blocks. 0.0.0.0/0 is everywhere, as in the tutorial; your own address is safer.',
      type: 'list',
      open: true,
      when: hasBastion,
      default: () => [EVERYONE],
      check: sourcesProblem,
      caution: value =>
        includesEveryone(value) ? openToEveryone('SSH to the bastion', 'key', 'bastion.sshFrom') : undefined,
    },
    ...keyPair.questions(hasBastion),
  ]
}

/** Draws nothing without a bastion. */
function draw(
  on: StepDrawing<AwsLookups>,
  values: Values,
  { network, subnets }: { network: Vpc; subnets: Subnets },
): Bastion | undefined {
  if (!hasBastion(values)) return undefined
  const key = keyPair.draw(on, values)
  const { group } = securityGroup.draw(on, 'bastion', {
    vpc: network.vpc,
    what: 'The bastion',
    openings: [{ port: 22, from: listOf(values['bastion.sshFrom']), why: 'SSH' }],
  })
  const made = on.add(
    'bastion',
    instance,
    {
      name: `${on.stack}-bastion`,
      imageId: text(values, 'bastion.image'),
      type: text(values, 'bastion.type'),
      subnetId: subnets.tier('public')[0].id,
      securityGroupIds: [group.get('id')],
      keyName: key.get('name'),
      instanceProfile: '',
      userData: '',
      publicIp: true,
      volumeSize: 0,
      tags: tags(values, 'machine.tags'),
    },
    // The internet gateway cannot be detached while a public address is in use.
    { needs: [subnets.wayIn] },
  )
  checkFleet(on, [made], values, { key: 'bastion', tier: 'public', subnets: [1] })
  return { group, key }
}
