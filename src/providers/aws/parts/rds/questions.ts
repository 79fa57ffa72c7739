import { nameProblem, show } from '../../../../answers/checks.ts'
import type { Question, Values } from '../../../../answers/question.ts'
import type { Json } from '../../../../base/json.ts'
import type { AwsLookups } from '../../lookups.ts'
import { ruledOut } from '../../ranking.ts'
import { identifierProblem, named, text } from '../names.ts'
import { zoneOf } from '../subnets.ts'
import { type DatabaseEngine, type EngineNames, reservedName } from './engines/engine.ts'

/** Questions about RDS and Aurora, which differ in their engine and little else. */
export interface DatabaseQuestions {
  /** First part of the keys: `database`, `aurora`. */
  key: string
  engine: DatabaseEngine
  /** The tier of subnets it is in. */
  tier: string
  /** Classes to suggest, the first that is offered. */
  prefer: string[]
  name: string
  user: string
}

/** The page of the database server: identifier, version, class. */
export function serverQuestions(of: DatabaseQuestions): Question<AwsLookups>[] {
  const { key, engine, tier, prefer } = of
  const zones = (values: Values) => [...new Set([1, 2].map(n => zoneOf(values, tier, n)))].filter(Boolean)
  const version = (values: Values) => text(values, `${key}.version`)
  return [
    {
      key: `${key}.identifier`,
      label: engine.identifierLabel,
      help: 'The name in the console, and the first part of the database’s address.',
      type: 'text',
      default: ({ stack }) => named(stack, engine.suffix, 48),
      check: identifierProblem,
      advanced: true,
    },
    {
      key: `${key}.version`,
      label: 'Engine version',
      help: engine.help.version,
      type: 'choice',
      open: true,
      choices: ({ lookups }) => lookups.versionChoices(engine),
      default: ({ lookups }) => lookups.defaultVersion(engine),
      check: value => versionProblem(value, engine),
      advanced: true,
    },
    {
      key: `${key}.class`,
      label: 'DB instance class',
      help: engine.help.class,
      type: 'choice',
      open: true,
      choices: ({ lookups, values }) => lookups.classChoices(engine, version(values), zones(values)),
      default: ({ lookups, values }) => lookups.defaultClass(engine, version(values), zones(values), prefer),
      check: value => classProblem(value, engine),
    },
  ]
}

/** The application's account and its database. */
export function accountQuestions({ key, engine, name, user }: DatabaseQuestions): Question<AwsLookups>[] {
  const { names } = engine
  return [
    {
      key: `${key}.name`,
      label: 'Database name',
      help: 'The database the application keeps its tables in.',
      type: 'text',
      default: () => name,
      check: value => wordProblem(value, names.longest.database) ?? reservedName(names, String(value), 'database'),
    },
    {
      key: `${key}.user`,
      label: 'Database user',
      help: 'The account the application connects with. It can use this one database and nothing else.',
      type: 'text',
      default: () => user,
      check: (value, values) =>
        wordProblem(value, names.longest.account) ??
        reservedName(names, String(value), 'account') ??
        (value === text(values, `${key}.adminUser`)
          ? `${show(value)} is already the master user (${key}.adminUser).`
          : undefined),
    },
    passwordQuestion(`${key}.password`, 'Password of the user', names),
  ]
}

/** The account that makes the database and its user. */
export function masterQuestions({ key, engine }: DatabaseQuestions): Question<AwsLookups>[] {
  const { names } = engine
  return [
    {
      key: `${key}.adminUser`,
      label: 'Master user',
      help: 'The account that creates the database and its user with SQL from one of the machines, and does nothing else.',
      type: 'text',
      default: () => names.master,
      check: value => wordProblem(value, 16) ?? reservedName(names, String(value), 'master'),
      advanced: true,
    },
    passwordQuestion(`${key}.adminPassword`, 'Master password', names),
  ]
}

function passwordQuestion(key: string, label: string, { password }: EngineNames): Question<AwsLookups> {
  return {
    key,
    label,
    help: `${password.min} to ${password.max} characters of three kinds. A strong one is generated and kept if you give none.`,
    type: 'secret',
    default: () => 'generate',
    check: value => passwordProblem(value, password),
    advanced: true,
  }
}

/** What happens to the data. */
export function endQuestions({ key }: DatabaseQuestions): Question<AwsLookups>[] {
  return [
    {
      key: `${key}.deletionProtection`,
      label: 'Deletion protection',
      help: 'The cloud then refuses to delete the database; a teardown that you confirm lifts it first.',
      type: 'yesno',
      default: () => false,
      advanced: true,
    },
    {
      key: `${key}.finalBackup`,
      label: 'Keep a final snapshot at teardown',
      help: 'Removing the database deletes its data. With this, a snapshot is kept: it costs a little, and a new database can be restored from it.',
      type: 'yesno',
      default: () => false,
      advanced: true,
    },
  ]
}

/** RDS: no `/`, `"`, `@` or space. Those a shell or a URL would act on are left out too. */
const SPECIALS = '!#$%&()*+,-.:;<=>?[]^_{|}~'

/** RDS: as long as the engine allows, without / " @, of at least three kinds. A sentence when wrong. */
export function passwordProblem(value: Json, { min, max }: EngineNames['password']): string | undefined {
  if (typeof value !== 'string' || value === 'generate') return undefined
  if (value.length < min || value.length > max) return `The password must have ${min} to ${max} characters.`
  if (/[/"@]/.test(value)) return 'The password must not have / " or @, which RDS refuses.'
  const foreign = [...value].some(char => !/[A-Za-z0-9]/.test(char) && !SPECIALS.includes(char))
  if (foreign) return `The password must have only letters, digits and ${SPECIALS}`
  const kinds = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/].filter(kind => kind.test(value)).length
  return kinds < 3
    ? 'The password must mix at least three of: uppercase letters, lowercase letters, digits, special characters.'
    : undefined
}

/** Shaped like a version of the engine, and under standard support. A sentence when wrong. */
export function versionProblem(value: Json, { title, versions, supports }: DatabaseEngine): string | undefined {
  if (typeof value !== 'string' || !/^\d{1,2}\.\d{1,2}(\.[a-z0-9_.]{1,40})?$/.test(value)) {
    return `${show(value)} is not a version. Versions look like ${versions.example}.`
  }
  if (!supports(value)) {
    return `${title} ${value} no longer has standard support: RDS refuses it or charges extra. Choose ${versions.oldest} or later.`
  }
  return undefined
}

/** Shaped like a DB instance class, and none that current engines refuse. A sentence when wrong. */
export function classProblem(value: Json, { names }: DatabaseEngine): string | undefined {
  if (typeof value !== 'string' || !/^db\.[a-z0-9-]{2,20}(\.[a-z0-9-]{2,20}){0,2}$/.test(value)) {
    return `${show(value)} is not a DB instance class. Classes look like db.t4g.micro.`
  }
  return ruledOut(value)
    ? `${value} cannot run a current ${names.server}. Choose db.t4g or db.t3, for example db.t4g.micro.`
    : undefined
}

/** Lowercase letters, digits and _, a letter first: the same in every tool, quoted or not. */
function wordProblem(value: Json, max: number): string | undefined {
  const wrong = nameProblem(value, { min: 1, max, also: '_' })
  if (wrong) return wrong
  return /[A-Z]/.test(value as string) ? `${show(value)} must be in lowercase letters.` : undefined
}
