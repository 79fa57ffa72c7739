import { firstOf, hostNameProblem, nameProblem, numberProblem, proseProblem, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { instance } from '../resources/ecs/instance.ts'
import type { Login } from './login.ts'
import { checkMachines } from './machine-checks.ts'
import { machineCount, machineZones, number, numbered, placesOf, tags, text, yes } from './names.ts'
import { selectionOf } from './selection.ts'
import { type VSwitches, vswitchChoices } from './vswitches.ts'

/** A machine, as what is installed on it and the load balancer before it use it. */
export type Machine = Handle<{ id: string }>

/** Console: ECS → Create Instance. */
export const instances = { questions, identityQuestions, draw }

/** Months that a subscription can have (RunInstances.Period). */
const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60]

const subscribed = (values: Values) => text(values, 'machine.billing') === 'subscription'

/** The pages "basic configurations" and "networking". */
function questions(): Question<AlicloudLookups>[] {
  return [
    {
      key: 'machine.count',
      label: 'Quantity',
      help: 'How many machines serve the application. Several are spread over the two zones.',
      type: 'number',
      default: () => 1,
      min: 1,
      max: 200,
      check: value => numberProblem(value, 1, 200),
    },
    {
      key: 'machine.billing',
      label: 'Billing method',
      help: 'Pay-as-you-go is billed by the second and can be deleted at any time. A subscription is paid in advance for whole months.',
      type: 'choice',
      choices: () => [
        { value: 'payg', name: 'Pay-as-you-go' },
        { value: 'subscription', name: 'Subscription' },
      ],
      default: () => 'payg',
    },
    {
      key: 'machine.months',
      label: 'Duration (months)',
      help: 'The subscription is paid in full in advance, and a refund is not certain.',
      type: 'number',
      when: subscribed,
      default: () => 1,
      check: value =>
        MONTHS.includes(value as number)
          ? undefined
          : `${show(value)} is not available. Choose one of ${MONTHS.join(', ')}.`,
    },
    {
      key: 'machine.vswitch',
      label: 'VSwitch',
      help: 'Which of the two VSwitches the machine is in; with several machines, the first one.',
      type: 'choice',
      choices: ({ values }) => vswitchChoices(values),
      default: () => '1',
      advanced: true,
    },
    {
      key: 'machine.type',
      label: 'Instance type',
      help: 'How many virtual CPUs and how much memory. 2 vCPU and 4 GiB are plenty to begin with. Listed: types in stock in the zone.',
      type: 'choice',
      open: true,
      choices: ({ live, values }) => live.typeChoices(machineZones(values), selectionOf(values)),
      default: ({ live, values }) => live.defaultType(machineZones(values), selectionOf(values)),
      check: value =>
        typeof value === 'string' && /^ecs\.[a-z0-9-]{1,32}\.[a-z0-9-]{1,32}$/.test(value)
          ? undefined
          : `${show(value)} is not an instance type. Types look like ecs.g6.large.`,
    },
    {
      key: 'machine.image',
      label: 'Image',
      help: 'The operating system. The tutorial’s CentOS has had no security updates since 2024; Alibaba Cloud Linux 3 is its closest successor and supported until 2029.',
      type: 'choice',
      open: true,
      choices: ({ live, values }) => live.imageChoices(text(values, 'machine.type')),
      default: ({ live, values }) => live.defaultImage(text(values, 'machine.type')),
      check: imageProblem,
    },
    {
      key: 'machine.diskCategory',
      label: 'System disk category',
      help: 'The kind of disk. The default is the least expensive one that the instance type can have.',
      type: 'choice',
      open: true,
      choices: ({ live, values }) => live.diskChoices(machineZones(values), selectionOf(values)),
      default: ({ live, values }) => live.defaultDisk(machineZones(values), selectionOf(values)),
      check: value =>
        typeof value === 'string' && /^(?=.{5,40}$)cloud(_[a-z0-9]+)*$/.test(value)
          ? undefined
          : `${show(value)} is not a disk category. Categories look like cloud_essd.`,
    },
    {
      key: 'machine.diskSize',
      label: 'System disk size (GiB)',
      help: 'Room for the system and the application. The database has its own.',
      type: 'number',
      default: () => 40,
      min: 20,
      max: 2048,
      check: value => numberProblem(value, 20, 2048),
    },
    {
      key: 'machine.publicIp',
      label: 'Assign public IPv4 address',
      help: 'The machine needs one for SSH and to fetch packages: this stack has no NAT gateway.',
      type: 'yesno',
      default: () => true,
    },
    {
      key: 'machine.bandwidth',
      label: 'Peak bandwidth (Mbit/s)',
      help: 'The most the public address can send. Traffic is billed by volume, not by this number.',
      type: 'number',
      when: values => yes(values, 'machine.publicIp'),
      default: () => 5,
      min: 1,
      max: 100,
      check: value => numberProblem(value, 1, 100),
      advanced: true,
    },
  ]
}

/** The page "system configurations", and the tags. */
function identityQuestions(): Question<AlicloudLookups>[] {
  return [
    {
      key: 'machine.name',
      label: 'Instance name',
      help: 'The name in the console. Further machines get -2, -3… after it.',
      type: 'text',
      default: ({ stack }) => `${stack}-web`,
      check: (value, values) =>
        firstOf(numbered(String(value), machineCount(values)).slice(-1), name =>
          nameProblem(name, { min: 2, max: 128 }),
        ),
    },
    {
      key: 'machine.description',
      label: 'Description',
      help: 'A note beside the instance in the console.',
      type: 'text',
      default: ({ stack }) => `Web server of ${stack}`,
      check: value => proseProblem(value, 256, 2),
    },
    {
      key: 'machine.hostname',
      label: 'Host name',
      help: 'The name the machine calls itself.',
      type: 'text',
      default: ({ stack }) => `${stack.replace(/-+/g, '-').replace(/-$/, '')}-web`,
      check: (value, values) =>
        firstOf(numbered(String(value), machineCount(values)).slice(-1), name => hostNameProblem(name, 2, 64)),
    },
    {
      key: 'machine.tags',
      label: 'Tags',
      help: 'Names and values of your own, for example team=web,stage=demo. Stackwright adds its own beside them.',
      type: 'tags',
      default: () => ({}),
      check: tagsProblem,
    },
  ]
}

/** The machines, alternating between the two VSwitches. */
function draw(
  on: StepDrawing<AlicloudLookups>,
  values: Values,
  { vswitches, group, login }: { vswitches: VSwitches; group: Handle<{ id: string }>; login: Login },
): Machine[] {
  const count = machineCount(values)
  const names = numbered(text(values, 'machine.name'), count)
  const addresses = numbered('instance', count)
  const hosts = numbered(text(values, 'machine.hostname'), count)
  const machines = placesOf(values).map((place, i) =>
    on.add(addresses[i]!, instance, {
      ...hardwareOf(values),
      name: names[i]!,
      hostName: hosts[i]!,
      description: text(values, 'machine.description'),
      vswitchId: vswitches[place].vswitch.get('id'),
      securityGroupId: group.get('id'),
      keyPair: login.keyPair,
      password: login.password,
      tags: tags(values, 'machine.tags'),
    }),
  )
  checkMachines(on, machines, values)
  return machines
}

/** What every machine has in common. */
function hardwareOf(values: Values) {
  const subscription = text(values, 'machine.billing') === 'subscription'
  return {
    imageId: text(values, 'machine.image'),
    type: text(values, 'machine.type'),
    disk: { category: text(values, 'machine.diskCategory'), size: number(values, 'machine.diskSize', 40) },
    billing: subscription ? ('subscription' as const) : ('payg' as const),
    months: subscription ? number(values, 'machine.months', 1) : 0,
    bandwidth: yes(values, 'machine.publicIp') ? number(values, 'machine.bandwidth', 5) : 0,
  }
}

/** Ids of public and of custom images; the old CentOS is refused, because nothing can be installed on it any more. A sentence when wrong. */
export function imageProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{2,127}$/.test(value)) {
    return `${show(value)} is not an image id. Ids look like aliyun_3_x64_20G_alibase_20260513.vhd or m-6we0123456789.`
  }
  if (/^centos_/i.test(value))
    return `${value}: CentOS has reached its end of life. Choose Alibaba Cloud Linux 3, Debian 12 or Ubuntu.`
  if (/^win/i.test(value))
    return `${value}: Windows cannot run this stack. Choose Alibaba Cloud Linux 3, Debian 12 or Ubuntu.`
  return undefined
}

/** TagResources: names and values of up to 128 characters, 20 for a resource, of which five are ours. A sentence when wrong. */
export function tagsProblem(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'Tags are names with values: team=web,stage=demo.'
  const entries = Object.entries(tags({ value }, 'value'))
  if (entries.length > 15) return `At most 15 tags; these are ${entries.length}.`
  return firstOf(entries, ([key, item]) => {
    if (key === '' || key.length > 64) return `The tag name ${show(key)} must have 1 to 64 characters.`
    if (/^(aliyun|acs:|stackwright:)/i.test(key))
      return `The tag name ${show(key)} must not start with aliyun, acs: or stackwright:.`
    const wrong = proseProblem(key, 64) ?? proseProblem(item, 128)
    return wrong && `The tag ${show(key)}: ${wrong[0]!.toLowerCase()}${wrong.slice(1)}`
  })
}
