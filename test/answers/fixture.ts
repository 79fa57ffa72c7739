import type { Question } from '../../src/answers/question.ts'

/** A small tutorial with every type of question, independent of the real ones. */
export interface Shop {
  zones(): string[]
}

export const shop: Shop = { zones: () => ['tokyo-a', 'tokyo-b'] }

export const network: Question<Shop>[] = [
  {
    key: 'vpc.name',
    label: 'VPC name',
    help: 'The name in the console.',
    type: 'text',
    default: ({ stack }) => `${stack}-vpc`,
  },
  {
    key: 'vpc.cidr',
    label: 'IPv4 CIDR block',
    help: 'The private range of the network.',
    type: 'text',
    default: () => '172.16.0.0/12',
    check: value => (/^[\d.]+\/\d+$/.test(String(value)) ? undefined : 'That is not a CIDR block.'),
  },
  {
    key: 'vswitch.cidr',
    label: 'VSwitch CIDR block',
    help: 'A part of the network.',
    type: 'text',
    default: ({ values }) => String(values['vpc.cidr']).replace(/\.0\.0\/\d+$/, '.1.0/24'),
    check: (value, values) =>
      String(value).split('.')[0] === String(values['vpc.cidr']).split('.')[0]
        ? undefined
        : 'The VSwitch must lie inside the VPC.',
  },
  {
    key: 'vswitch.zone',
    label: 'Zone',
    help: 'Where it stands.',
    type: 'choice',
    choices: ({ lookups }) => lookups.zones().map(value => ({ value, name: `Zone ${value}` })),
    default: ({ lookups }) => lookups.zones()[0],
  },
]

export const machine: Question<Shop>[] = [
  {
    key: 'machine.login',
    label: 'Login',
    help: 'How you get in.',
    type: 'choice',
    choices: () => [
      { value: 'key', name: 'Key pair' },
      { value: 'password', name: 'Password' },
    ],
    default: () => 'key',
  },
  {
    key: 'machine.password',
    label: 'Login password',
    help: 'For root.',
    type: 'secret',
    when: values => values['machine.login'] === 'password',
    default: () => 'generate',
    check: value => (String(value).length < 8 ? 'The password must have 8 characters or more.' : undefined),
  },
  {
    key: 'machine.months',
    label: 'Months',
    help: 'How long it is paid ahead.',
    type: 'choice',
    choices: () => [1, 12].map(value => ({ value, name: `${value} months` })),
    default: () => 1,
    advanced: true,
  },
  {
    key: 'machine.count',
    label: 'Count',
    help: 'How many machines.',
    type: 'number',
    min: 1,
    max: 200,
    default: () => 1,
  },
  {
    key: 'machine.publicIp',
    label: 'Public IP',
    help: 'An address of its own.',
    type: 'yesno',
    default: () => true,
    advanced: true,
  },
  {
    key: 'machine.ports',
    label: 'Open ports',
    help: 'What may come in.',
    type: 'list',
    default: () => ['22', '80'],
    advanced: true,
  },
  {
    key: 'machine.tags',
    label: 'Tags',
    help: 'Labels of your own.',
    type: 'tags',
    default: () => ({}),
    advanced: true,
  },
]

export const app: Question<Shop>[] = [
  { key: 'app.repository', label: 'Git repository', help: 'Your project.', type: 'text' },
  { key: 'app.healthPath', label: 'Health page', help: 'Answers 200.', type: 'text', default: () => '/health/' },
]

export const steps = [
  { title: 'Create a VPC', asks: network },
  { title: 'Create an ECS instance', asks: machine },
  { title: 'Deploy the application', asks: app },
]

export const questions = steps.flatMap(step => step.asks)
