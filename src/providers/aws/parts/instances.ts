import { firstOf, numberProblem } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AwsLookups } from '../lookups.ts'
import { instance } from '../resources/index.ts'
import { checkFleet } from './machine-checks.ts'
import { diskQuestion, imageQuestion, tagsQuestion, typeQuestion } from './machine-questions.ts'
import { machineCount, number, numbered, tags, tagTextProblem, text } from './names.ts'
import type { Subnets } from './subnets.ts'

/** A machine, as what is installed on it and what stands before it use it. */
export interface Machine {
  name: string
  handle: Handle<{ id: string }>
}

/** What machines of one group are called, and where they stand. */
export interface InstancesOf {
  /** `web servers`. */
  whose: string
  /** Help of their number and of their type. */
  help: { count: string; type: string }
  /** The first of these that the zones offer is the default. */
  prefer: string[]
  /** The tier of subnets they are in, one after the other. */
  tier: string
}

/** Console: EC2 → Launch instances. Machines without a public address, alternating between two subnets. */
export const instances = { questions, draw }

function questions({ whose, help, prefer, tier }: InstancesOf): Question<AwsLookups>[] {
  return [
    {
      key: 'machine.count',
      label: whose[0]!.toUpperCase() + whose.slice(1),
      help: help.count,
      type: 'number',
      default: () => 2,
      min: 1,
      max: 50,
      check: value => numberProblem(value, 1, 50),
    },
    typeQuestion({ key: 'machine.type', label: `Instance type of the ${whose}`, help: help.type, prefer, tier }),
    imageQuestion('machine.image', 'machine.type', whose),
    diskQuestion('machine.diskSize', whose),
    {
      key: 'machine.name',
      label: 'Instance name',
      help: 'The name in the console. Additional machines get the suffixes -2, -3…',
      type: 'text',
      default: ({ stack }) => `${stack}-web`,
      check: (value, values) =>
        firstOf(numbered(String(value), machineCount(values)).slice(-1), name => tagTextProblem(name)),
      advanced: true,
    },
    tagsQuestion('machine.tags'),
  ]
}

/** `key`: the SSH key that can log in; without one, none can. */
function draw(
  on: StepDrawing<AwsLookups>,
  values: Values,
  of: {
    tier: string
    subnets: Subnets
    group: Handle<{ id: string }>
    profile: Handle<{ id: string; name: string }>
    key: Handle<{ id: string; name: string }> | undefined
  },
): Machine[] {
  const { tier, subnets, group, profile, key } = of
  const count = machineCount(values)
  const names = numbered(text(values, 'machine.name'), count)
  const machines = numbered('instance', count).map((address, i): Machine => {
    const handle = on.add(address, instance, {
      name: names[i]!,
      imageId: text(values, 'machine.image'),
      type: text(values, 'machine.type'),
      subnetId: subnets.tier(tier)[i % 2]!.id,
      securityGroupIds: [group.get('id')],
      keyName: key ? key.get('name') : '',
      instanceProfile: profile.get('name'),
      userData: '',
      publicIp: false,
      volumeSize: number(values, 'machine.diskSize', 16),
      tags: tags(values, 'machine.tags'),
    })
    return { name: names[i]!, handle }
  })
  const fleet = { key: 'machine', tier, subnets: count > 1 ? [1, 2] : [1] }
  checkFleet(
    on,
    machines.map(({ handle }) => handle),
    values,
    fleet,
  )
  return machines
}
