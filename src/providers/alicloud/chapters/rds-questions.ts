import {
  firstOf,
  inside,
  listOf,
  nameProblem,
  parseCidr,
  passwordSentence,
  show,
  sourceProblem,
} from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { vswitchChoices } from './ecs-questions.ts'
import { placesOf, text, vswitchIndex, yes } from './names.ts'
import { type Engine, reservedProblem } from './reserved.ts'
import { selectionOf } from './selection.ts'

/** CreateDBInstance: UsedTime 1–9 months, or whole years. */
const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36]
/** CreateAccount.AccountPassword allows these. */
export const RDS_PASSWORD = { min: 8, max: 32, specials: '!@#$%^&*()_+-=' }

const engineOf = (values: Values): Engine => (text(values, 'database.engine') === 'MySQL' ? 'MySQL' : 'PostgreSQL')
const privileged = (values: Values) => yes(values, 'database.privileged')
const zoneOf = (values: Values) => text(values, `vswitch${vswitchIndex(values, 'database.vswitch') + 1}.zone`)

/** The pages in their order: create, whitelist, accounts, database. */
export const asks: Question<AlicloudLookups>[] = [
  {
    key: 'database.engine',
    label: 'Database engine',
    help: 'Django works with both. The tutorial uses PostgreSQL.',
    type: 'choice',
    choices: () => [
      { value: 'PostgreSQL', name: 'PostgreSQL' },
      { value: 'MySQL', name: 'MySQL' },
    ],
    default: () => 'PostgreSQL',
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
    help: 'The newest version the zone sells is the default.',
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
    help: 'How large the database server is. The smallest one the zone sells is the default.',
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
    help: 'Pay-as-you-go is billed by the hour and can be removed at any time. A subscription is paid ahead.',
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
    help: 'The subscription is paid in full at once and cannot simply be given back.',
    type: 'number',
    when: values => text(values, 'database.billing') === 'subscription',
    default: () => 1,
    check: value =>
      MONTHS.includes(value as number)
        ? undefined
        : `${show(value)} cannot be bought. Choose one of ${MONTHS.join(', ')}.`,
  },
  {
    key: 'database.accessGroup',
    label: 'Whitelist group name',
    help: 'The whitelist is the database’s list of who may connect; without an entry it has no address.',
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
  {
    key: 'database.privileged',
    label: 'Create a privileged account',
    help: 'An account that may do everything on this instance, for administration. PostgreSQL wants it as its first account.',
    type: 'yesno',
    default: () => true,
    // CreateAccount, InvalidAccountType.Format: "first account can't be normal".
    check: (value, values) =>
      value === false && engineOf(values) === 'PostgreSQL'
        ? 'RDS for PostgreSQL wants a privileged account before it makes an ordinary one. Answer yes, or choose MySQL (database.engine).'
        : undefined,
  },
  {
    key: 'database.privilegedUser',
    label: 'Privileged account',
    help: 'The tutorial calls it root, which PostgreSQL allows and MySQL reserves for itself.',
    type: 'text',
    when: privileged,
    default: ({ values }) => (engineOf(values) === 'MySQL' ? 'dbadmin' : 'root'),
    check: (value, values) => accountProblem(value, values),
  },
  {
    key: 'database.privilegedPassword',
    label: 'Password of the privileged account',
    help: '8 to 32 characters of three kinds. A strong one is made and kept if you give none.',
    type: 'secret',
    when: privileged,
    default: () => 'generate',
    check: dbPasswordProblem,
  },
  {
    key: 'database.user',
    label: 'Account',
    help: 'The account Django connects with. It owns its one database and nothing else.',
    type: 'text',
    default: () => 'djangouser',
    check: (value, values) => {
      const twin =
        privileged(values) && String(value).toLowerCase() === text(values, 'database.privilegedUser').toLowerCase()
      return (
        accountProblem(value, values) ??
        (twin ? `${show(value)} is the privileged account already (database.privilegedUser).` : undefined)
      )
    },
  },
  {
    key: 'database.password',
    label: 'Password of the account',
    help: '8 to 32 characters of three kinds. A strong one is made and kept if you give none.',
    type: 'secret',
    default: () => 'generate',
    check: dbPasswordProblem,
  },
  {
    key: 'database.name',
    label: 'Database name',
    help: 'The database Django keeps its tables in.',
    type: 'text',
    default: () => 'db_example',
    check: databaseProblem,
  },
  {
    key: 'database.finalBackup',
    label: 'Keep a last backup at teardown',
    help: 'Removing the database removes its data. MySQL on local disks can leave a last backup behind, which costs a little; others cannot.',
    type: 'yesno',
    default: () => false,
    // DeleteDBInstance, ReleasedKeepPolicy: only for MySQL with local disks.
    check: (value, values) =>
      value === true && !(engineOf(values) === 'MySQL' && text(values, 'database.storageType') === 'local_ssd')
        ? 'RDS keeps a backup of a removed instance only for MySQL on local disks. Answer no, and dump the database before a teardown.'
        : undefined,
    advanced: true,
  },
]

/** RDS storage: whole GB from 5, in steps of 5. A sentence when wrong. */
export function storageProblem(value: Json): string | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 5)
    return `${show(value)} is not a size. Give whole GB, 5 or more.`
  if (value % 5 !== 0)
    return `${value} GB is not sold: storage comes in steps of 5, for example ${Math.ceil(value / 5) * 5}.`
  return undefined
}

/** CreateAccount: a small letter first, small letters, digits and _, no _ at the end; MySQL 2–32, PostgreSQL 2–63. */
export function accountProblem(value: Json, values: Values): string | undefined {
  const engine = engineOf(values)
  const wrong = wordProblem(value, engine === 'MySQL' ? 32 : 63, '_')
  return wrong ?? reservedProblem(engine, String(value), 'account')
}

/** CreateDatabase: 2–64 (PostgreSQL's own limit is 63), a small letter first, no sign at the end. */
export function databaseProblem(value: Json, values: Values): string | undefined {
  const engine = engineOf(values)
  const wrong = wordProblem(value, engine === 'MySQL' ? 64 : 63, '_-')
  return wrong ?? reservedProblem(engine, String(value), 'database')
}

/** ModifySecurityIps: 2–32, a small letter first, small letters, digits and _, a letter or digit last. */
function groupProblem(value: Json): string | undefined {
  const wrong = wordProblem(value, 32, '_')
  return (
    wrong ??
    (value === 'default' ? '"default" is the cloud’s own group, which stays closed. Choose another name.' : undefined)
  )
}

function wordProblem(value: Json, max: number, also: string): string | undefined {
  const wrong = nameProblem(value, { min: 2, max, also })
  if (wrong) return wrong
  if (/[A-Z]/.test(value as string)) return `${show(value)} must be in small letters.`
  if (/[_-]$/.test(value as string)) return `${show(value)} must end with a letter or a digit.`
  return undefined
}

function dbPasswordProblem(value: Json): string | undefined {
  return passwordSentence(value, RDS_PASSWORD)
}

/** Not empty, not open to the world, and the machines are on it: otherwise Django never reaches its database. */
export function allowProblem(value: Json, values: Values): string | undefined {
  const items = listOf(value)
  if (items.length === 0) return 'The whitelist is empty, so nobody could connect. The VPC’s own block is a good entry.'
  if (items.length > 1000) return `A whitelist holds 1000 entries; these are ${items.length}.`
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
