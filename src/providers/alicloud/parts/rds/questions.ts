import { firstOf, inside, listOf, nameProblem, parseCidr, show, sourceProblem } from '../../../../answers/checks.ts'
import type { Question, Values } from '../../../../answers/question.ts'
import type { Json } from '../../../../base/json.ts'
import type { AlicloudLookups } from '../../lookups.ts'
import { placesOf, text, vswitchIndex } from '../names.ts'
import { selectionOf } from '../selection.ts'
import { vswitchChoices } from '../vswitches.ts'
import { accountQuestions, type DatabaseQuestions, wordProblem } from './account-questions.ts'
import { engineOf, engines } from './engines/index.ts'

/** CreateDBInstance: UsedTime 1–9 months, or whole years. */
const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36]

const zoneOf = (values: Values) => text(values, `vswitch${vswitchIndex(values, 'database.vswitch') + 1}.zone`)

/** The pages in their order: create, whitelist, accounts, database. */
export function questions(of: DatabaseQuestions): Question<AlicloudLookups>[] {
  return [...instanceQuestions(of), ...accessQuestions, ...accountQuestions(of), finalBackup]
}

function instanceQuestions({ application }: DatabaseQuestions): Question<AlicloudLookups>[] {
  return [
    {
      key: 'database.engine',
      label: 'Database engine',
      help: `${application} works with both. The tutorial uses PostgreSQL.`,
      type: 'choice',
      choices: () => engines.map(({ id }) => ({ value: id, name: id })),
      default: () => engines[0].id,
    },
    {
      key: 'database.vswitch',
      label: 'VSwitch',
      help: 'Which of the two VSwitches, and so which zone, the database is in.',
      type: 'choice',
      choices: ({ values }) => vswitchChoices(values),
      default: () => '1',
      advanced: true,
    },
    {
      key: 'database.version',
      label: 'Version',
      help: 'The newest version available in the zone is the default.',
      type: 'choice',
      open: true,
      choices: ({ live, values }) => live.versionChoices(zoneOf(values), selectionOf(values)),
      default: ({ live, values }) => live.defaultVersion(zoneOf(values), selectionOf(values)),
      check: value =>
        typeof value === 'string' && /^\d{1,2}\.\d{1,2}$/.test(value)
          ? undefined
          : `${show(value)} is not a version. Versions look like 16.0.`,
    },
    {
      key: 'database.category',
      label: 'Edition',
      help: 'Basic is one server. High-availability adds a standby that takes over when it fails, for about twice the price.',
      type: 'choice',
      choices: () => [
        { value: 'Basic', name: 'Basic' },
        { value: 'HighAvailability', name: 'High-availability' },
      ],
      default: async ({ live, values }) => (await live.defaultCategory(zoneOf(values), selectionOf(values))) ?? 'Basic',
    },
    {
      key: 'database.storageType',
      label: 'Storage type',
      help: 'The kind of disk under the database.',
      type: 'choice',
      open: true,
      choices: ({ live, values }) => live.storageChoices(zoneOf(values), selectionOf(values)),
      default: ({ live, values }) => live.defaultStorage(zoneOf(values), selectionOf(values)),
      check: value =>
        typeof value === 'string' && /^(?=.{2,40}$)[a-z]+(_[a-z0-9]+)*$/.test(value)
          ? undefined
          : `${show(value)} is not a storage type. Types look like cloud_essd.`,
      advanced: true,
    },
    {
      key: 'database.class',
      label: 'Instance type',
      help: 'The size of the database server. The smallest one available in the zone is the default.',
      type: 'choice',
      open: true,
      choices: ({ live, values }) => live.classChoices(zoneOf(values), selectionOf(values)),
      default: ({ live, values }) => live.defaultClass(zoneOf(values), selectionOf(values)),
      check: value =>
        typeof value === 'string' && /^(?=.{4,64}$)[a-z][a-z0-9]*(\.[a-z0-9-]+){1,5}$/.test(value)
          ? undefined
          : `${show(value)} is not an RDS instance type. Types look like pg.n2.2c.1m.`,
    },
    {
      key: 'database.storage',
      label: 'Storage capacity (GB)',
      help: 'Room for the data, in steps of 5. It can be enlarged later, never reduced.',
      type: 'number',
      default: async ({ live, values }) => (await live.smallestStorage(zoneOf(values), selectionOf(values))) ?? 20,
      min: 5,
      max: 64000,
      check: storageProblem,
    },
    {
      key: 'database.instanceName',
      label: 'Instance name',
      help: 'The name in the console.',
      type: 'text',
      default: ({ stack }) => `${stack}-db`,
      check: value => nameProblem(value, { min: 2, max: 64, also: '_-' }),
      advanced: true,
    },
    {
      key: 'database.billing',
      label: 'Billing method',
      help: 'Pay-as-you-go is billed by the hour and can be deleted at any time. A subscription is paid in advance.',
      type: 'choice',
      choices: () => [
        { value: 'payg', name: 'Pay-as-you-go' },
        { value: 'subscription', name: 'Subscription' },
      ],
      default: () => 'payg',
    },
    {
      key: 'database.months',
      label: 'Duration (months)',
      help: 'The subscription is paid in full in advance, and a refund is not certain.',
      type: 'number',
      when: values => text(values, 'database.billing') === 'subscription',
      default: () => 1,
      check: value =>
        MONTHS.includes(value as number)
          ? undefined
          : `${show(value)} is not available. Choose one of ${MONTHS.join(', ')}.`,
    },
  ]
}

const accessQuestions: Question<AlicloudLookups>[] = [
  {
    key: 'database.accessGroup',
    label: 'Whitelist group name',
    help: 'The whitelist says who may connect to the database; without an entry it has no address.',
    type: 'text',
    default: ({ stack }) => `${stack.replace(/-+/g, '_').replace(/_$/, '').slice(0, 28)}_web`,
    check: groupProblem,
    advanced: true,
  },
  {
    key: 'database.allow',
    label: 'Whitelist',
    help: 'Addresses that may connect. The tutorial allows 172.16.0.0/12; here it is your VPC’s own block, and nothing beyond it.',
    type: 'list',
    open: true,
    default: ({ values }) => [text(values, 'vpc.cidr') || '172.16.0.0/12'],
    check: allowProblem,
  },
]

const finalBackup: Question<AlicloudLookups> = {
  key: 'database.finalBackup',
  label: 'Keep a final backup at teardown',
  help: 'Removing the database removes its data. MySQL on local disks can keep a final backup, which costs a little; others cannot.',
  type: 'yesno',
  default: () => false,
  // DeleteDBInstance, ReleasedKeepPolicy: only for MySQL with local disks.
  check: (value, values) =>
    value === true && !(engineOf(values).id === 'MySQL' && text(values, 'database.storageType') === 'local_ssd')
      ? 'RDS keeps a backup of a removed instance only for MySQL on local disks. Answer no, and dump the database before a teardown.'
      : undefined,
  advanced: true,
}

/** RDS storage: whole GB from 5, in steps of 5. A sentence when wrong. */
export function storageProblem(value: Json): string | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 5)
    return `${show(value)} is not a size. Give whole GB, 5 or more.`
  if (value % 5 !== 0)
    return `${value} GB is not available: storage comes in steps of 5, for example ${Math.ceil(value / 5) * 5}.`
  return undefined
}

/** ModifySecurityIps: 2–32, a lowercase letter first, then lowercase letters, digits and _, a letter or digit last. A sentence when wrong. */
function groupProblem(value: Json): string | undefined {
  const wrong = wordProblem(value, 32, '_')
  return (
    wrong ??
    (value === 'default' ? '"default" is the cloud’s own group, which stays closed. Choose another name.' : undefined)
  )
}

/** Not empty, not open to the world, and with the machines on it: otherwise the application cannot reach its database. A sentence when wrong. */
export function allowProblem(value: Json, values: Values): string | undefined {
  const items = listOf(value)
  if (items.length === 0)
    return 'The whitelist is empty, so nothing could connect. The VPC’s own block is a good entry.'
  if (items.length > 1000) return `A whitelist has at most 1000 entries; this one has ${items.length}.`
  const wrong = firstOf(items, sourceProblem)
  if (wrong) return wrong
  const blocks = items.map(item => parseCidr(item.includes('/') ? item : `${item}/32`)!)
  const open = blocks.find(({ mask }) => mask < 8)
  if (open) return `${open.text} opens the database to everyone. Name the addresses that need it.`
  const places = [...new Set(placesOf(values))]
  return firstOf(places, place => {
    const machines = parseCidr(values[`vswitch${place + 1}.cidr`])
    if (!machines || blocks.some(block => inside(machines, block))) return undefined
    return `The machines in ${machines.text} (vswitch${place + 1}.cidr) are not on the whitelist and could not connect.`
  })
}
