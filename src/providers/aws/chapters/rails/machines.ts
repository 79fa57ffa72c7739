import { firstOf, includesEveryone, listOf, numberProblem, openToEveryone } from '../../../../answers/checks.ts'
import type { Question, Values } from '../../../../answers/question.ts'
import type { Drawing, Handle } from '../../../../engine/kind.ts'
import type { Chapter, Machine, Subnet } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import { instance, keyPair } from '../../resources/index.ts'
import { isSecure } from '../domain.ts'
import { drawGroup, EVERYONE, sourcesProblem } from '../groups.ts'
import { drawRole, roleQuestion } from '../identity.ts'
import { keyQuestions } from '../login.ts'
import { diskQuestion, imageQuestion, tagsQuestion, typeQuestion } from '../machine-questions.ts'
import { machineCount, number, numbered, tags, tagTextProblem, text, yes } from '../names.ts'
import { subnetOf, wayIn } from '../subnets.ts'

const hasBastion = (values: Values) => yes(values, 'bastion.enabled')

const asks: Question<AwsLive>[] = [
  {
    key: 'machine.count',
    label: 'Web servers',
    help: 'How many machines serve the application, one after the other in the two private subnets.',
    type: 'number',
    default: () => 2,
    min: 1,
    max: 50,
    check: value => numberProblem(value, 1, 50),
  },
  typeQuestion({
    key: 'machine.type',
    label: 'Instance type of the web servers',
    help: 'How many virtual CPUs and how much memory. The tutorial’s t2.micro is two generations old; t4g.small has twice its memory, which installing gems needs. Shown is what both zones sell.',
    prefer: ['t4g.small', 't3.small', 't4g.medium', 't3.medium'],
    tier: 'private',
  }),
  imageQuestion('machine.image', 'machine.type', 'web servers'),
  diskQuestion('machine.diskSize', 'web servers'),
  {
    key: 'machine.name',
    label: 'Instance name',
    help: 'The name in the console. Further machines get -2, -3… behind it.',
    type: 'text',
    default: ({ stack }) => `${stack}-web`,
    check: (value, values) =>
      firstOf(numbered(String(value), machineCount(values)).slice(-1), name => tagTextProblem(name)),
    advanced: true,
  },
  tagsQuestion('machine.tags'),
  roleQuestion('machine.roleName', 'web servers'),
  {
    key: 'bastion.enabled',
    label: 'Bastion',
    help: 'A small machine in a public subnet, the only one that takes SSH from outside; from it you reach the web servers. Without it you enter them with Session Manager.',
    type: 'yesno',
    default: () => true,
  },
  typeQuestion({
    key: 'bastion.type',
    label: 'Instance type of the bastion',
    help: 'It only passes on SSH: the smallest is enough.',
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
  ...keyQuestions(hasBastion),
]

/** Console: EC2 → Launch instances, Security Groups, Key Pairs; IAM → Roles. */
export const machines: Chapter<AwsLive, 'network' | 'subnets', Machine[]> = {
  title: 'Create the bastion and the web servers',
  asks,
  draw(on, values, { network, subnets, stack }) {
    const of = (what: string) => ({ vpcId: network.id, stack, what })
    const bastion = hasBastion(values) ? drawBastion(on, values, { stack, vpcId: network.id, subnets }) : undefined
    const ports = [number(values, 'listener.port', 80), ...(isSecure(values) ? [443] : [])]
    const balancer = drawGroup(
      on,
      'balancer',
      of('The load balancer'),
      ports.map(port => ({ port, from: [EVERYONE], why: port === 443 ? 'HTTPS' : 'HTTP' })),
    )
    const web = drawGroup(on, 'web', of('The web servers'), [
      { port: number(values, 'backend.port', 80), from: balancer, why: 'HTTP from the load balancer' },
      ...(bastion ? [{ port: 22, from: bastion.group, why: 'SSH from the bastion' }] : []),
    ])
    const profile = drawRole(on, {
      name: text(values, 'machine.roleName'),
      stack,
      bucket: text(values, 'bucket.name'),
    })
    const count = machineCount(values)
    const names = numbered(text(values, 'machine.name'), count)
    return numbered('instance', count).map((address, i): Machine => {
      const made = on.add(address, instance, {
        name: names[i]!,
        imageId: text(values, 'machine.image'),
        type: text(values, 'machine.type'),
        subnetId: subnetOf(subnets, 'private', (i % 2) + 1).id,
        securityGroupIds: [web.get('id')],
        keyName: bastion ? bastion.key.get('name') : '',
        instanceProfile: profile.get('name'),
        userData: '',
        publicIp: false,
        volumeSize: number(values, 'machine.diskSize', 16),
        tags: tags(values, 'machine.tags'),
      })
      const { address: at } = made
      return { id: made.get('id'), name: names[i]!, privateIp: made.get('privateIp'), publicIp: undefined, address: at }
    })
  },
}

interface Bastion {
  group: Handle<{ id: string }>
  key: Handle<{ id: string; name: string }>
}

function drawBastion(
  on: Drawing,
  values: Values,
  { stack, vpcId, subnets }: { stack: string; vpcId: Subnet['id']; subnets: Subnet[] },
): Bastion {
  const key = on.add('key-pair', keyPair, {
    name: text(values, 'machine.keyName'),
    publicKey: text(values, 'machine.publicKey'),
  })
  const group = drawGroup(on, 'bastion', { vpcId, stack, what: 'The bastion' }, [
    { port: 22, from: listOf(values['bastion.sshFrom']), why: 'SSH' },
  ])
  on.add(
    'bastion',
    instance,
    {
      name: `${stack}-bastion`,
      imageId: text(values, 'bastion.image'),
      type: text(values, 'bastion.type'),
      subnetId: subnetOf(subnets, 'public', 1).id,
      securityGroupIds: [group.get('id')],
      keyName: key.get('name'),
      instanceProfile: '',
      userData: '',
      publicIp: true,
      volumeSize: 0,
      tags: tags(values, 'machine.tags'),
    },
    // The internet gateway cannot be detached while a public address is in use.
    { needs: [wayIn(on)] },
  )
  return { group, key }
}
