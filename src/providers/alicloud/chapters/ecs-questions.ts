import { includesEveryone, nameProblem, numberProblem, openToEveryone, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { machineZones, text, yes } from './names.ts'
import { opens, portsProblem, sourcesProblem } from './rules.ts'
import { selectionOf } from './selection.ts'
import { systemAsks } from './system-questions.ts'

/** Machines subscriptions can be bought for (RunInstances.Period). */
const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60]

const subscribed = (values: Values) => text(values, 'machine.billing') === 'subscription'

/** The pages of "Create Instance" in their order: basic configurations, networking, system configurations, tags. */
export const asks: Question<AlicloudLookups>[] = [
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
    help: 'Pay-as-you-go is billed by the second and can be removed at any time. A subscription is paid ahead for whole months.',
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
    help: 'The subscription is paid in full at once and cannot simply be given back.',
    type: 'number',
    when: subscribed,
    default: () => 1,
    check: value =>
      MONTHS.includes(value as number)
        ? undefined
        : `${show(value)} cannot be bought. Choose one of ${MONTHS.join(', ')}.`,
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
    help: 'How many virtual CPUs and how much memory. 2 vCPU and 4 GiB are plenty to begin with. Shown is what the zone has in stock.',
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
    help: 'The machine needs one to be entered with SSH and to fetch packages; this stack has no NAT gateway that could stand in for it.',
    type: 'yesno',
    default: () => true,
  },
  {
    key: 'machine.bandwidth',
    label: 'Peak bandwidth (Mbit/s)',
    help: 'The most the public address may send. Traffic is billed by volume, not by this number.',
    type: 'number',
    when: values => yes(values, 'machine.publicIp'),
    default: () => 5,
    min: 1,
    max: 100,
    check: value => numberProblem(value, 1, 100),
    advanced: true,
  },
  {
    key: 'machine.groupName',
    label: 'Security group name',
    help: 'A security group is the machines’ firewall.',
    type: 'text',
    default: ({ stack }) => `${stack}-sg`,
    check: value => nameProblem(value, { min: 2, max: 128 }),
    advanced: true,
  },
  {
    key: 'machine.ports',
    label: 'Ports open to everyone',
    help: 'The page’s tick boxes: 80 is HTTP, 443 is HTTPS, icmp is ping. Also 8000-8100 or 53/udp.',
    type: 'list',
    open: true,
    choices: () => [
      { value: '80', name: 'HTTP (80)' },
      { value: '443', name: 'HTTPS (443)' },
      { value: 'icmp', name: 'ICMP' },
    ],
    default: () => ['80', '443', 'icmp'],
    check: portsProblem,
    caution: (value, values) =>
      yes(values, 'machine.publicIp') && opens(value, 22)
        ? 'machine.ports opens SSH (port 22) to the whole internet, whatever machine.sshFrom says. Leave 22 out here: machine.sshFrom opens it for whom you name.'
        : undefined,
  },
  {
    key: 'machine.sshFrom',
    label: 'SSH (22) allowed from',
    help: 'Addresses or CIDR blocks. 0.0.0.0/0 is everywhere, as in the tutorial; your own address is safer. Empty closes SSH.',
    type: 'list',
    open: true,
    default: () => ['0.0.0.0/0'],
    check: sourcesProblem,
    caution: sshCaution,
  },
  ...systemAsks,
]

/** SSH that everyone may try. Without a public address nobody outside reaches it. */
function sshCaution(value: Json, values: Values): string | undefined {
  if (!yes(values, 'machine.publicIp') || !includesEveryone(value)) return undefined
  const guard = text(values, 'machine.login') === 'password' ? 'password' : 'key'
  return openToEveryone('SSH (port 22)', guard, 'machine.sshFrom')
}

/** Image ids of the public images and of people's own; the old CentOS is refused, since nothing can be installed on it. */
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

/** The two VSwitches of this stack, each with its zone. */
export function vswitchChoices(values: Values) {
  return [1, 2].map(n => ({
    value: String(n),
    name: [text(values, `vswitch${n}.name`) || `VSwitch ${n}`, text(values, `vswitch${n}.zone`)]
      .filter(Boolean)
      .join('   '),
  }))
}
