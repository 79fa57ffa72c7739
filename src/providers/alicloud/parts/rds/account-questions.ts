import { nameProblem, passwordSentence, show } from '../../../../answers/checks.ts'
import type { Question, Values } from '../../../../answers/question.ts'
import type { Json } from '../../../../base/json.ts'
import type { AlicloudLookups } from '../../lookups.ts'
import { text, yes } from '../names.ts'
import type { DatabaseEngine } from './engines/engine.ts'
import { engineOf } from './engines/index.ts'

/** CreateAccount.AccountPassword allows these. */
const RDS_PASSWORD = { min: 8, max: 32, specials: '!@#$%^&*()_+-=' }

const privileged = (values: Values) => yes(values, 'database.privileged')

/** The application whose database it is. */
export interface DatabaseQuestions {
  /** As people know it: `Django`. */
  application: string
  /** The usual name of its database, and of the account it connects with. */
  name: string
  user: string
}

/** The pages "accounts" and "databases". */
export function accountQuestions({ application, name, user }: DatabaseQuestions): Question<AlicloudLookups>[] {
  return [
    {
      key: 'database.privileged',
      label: 'Create a privileged account',
      help: 'An account with all rights on this instance, for administration. PostgreSQL needs it as its first account.',
      type: 'yesno',
      default: () => true,
      // CreateAccount, InvalidAccountType.Format: "first account can't be normal".
      check: (value, values) =>
        value === false && engineOf(values).privilegedFirst
          ? `RDS for ${engineOf(values).id} needs a privileged account before a standard one. Answer yes, or choose another engine (database.engine).`
          : undefined,
    },
    {
      key: 'database.privilegedUser',
      label: 'Privileged account',
      help: 'The tutorial calls it root, which PostgreSQL allows and MySQL reserves for itself.',
      type: 'text',
      when: privileged,
      default: ({ values }) => engineOf(values).privilegedUser,
      check: (value, values) => accountProblem(value, values),
    },
    {
      key: 'database.privilegedPassword',
      label: 'Password of the privileged account',
      help: '8 to 32 characters of three kinds. A strong one is generated and kept if you give none.',
      type: 'secret',
      when: privileged,
      default: () => 'generate',
      check: dbPasswordProblem,
    },
    {
      key: 'database.user',
      label: 'Account',
      help: `The account that ${application} connects with. It owns its one database and nothing else.`,
      type: 'text',
      default: () => user,
      check: (value, values) => {
        const twin =
          privileged(values) && String(value).toLowerCase() === text(values, 'database.privilegedUser').toLowerCase()
        return (
          accountProblem(value, values) ??
          (twin ? `${show(value)} is already the privileged account (database.privilegedUser).` : undefined)
        )
      },
    },
    {
      key: 'database.password',
      label: 'Password of the account',
      help: '8 to 32 characters of three kinds. A strong one is generated and kept if you give none.',
      type: 'secret',
      default: () => 'generate',
      check: dbPasswordProblem,
    },
    {
      key: 'database.name',
      label: 'Database name',
      help: `The database that ${application} keeps its tables in.`,
      type: 'text',
      default: () => name,
      check: databaseProblem,
    },
  ]
}

/** CreateAccount: a lowercase letter first, then lowercase letters, digits and _, no _ at the end; MySQL 2–32, PostgreSQL 2–63. A sentence when wrong. */
function accountProblem(value: Json, values: Values): string | undefined {
  const engine = engineOf(values)
  return wordProblem(value, engine.longest.account, '_') ?? reservedProblem(engine, String(value), 'an account')
}

/** CreateDatabase: 2–64 (PostgreSQL's own limit is 63), a lowercase letter first, a letter or digit last. A sentence when wrong. */
function databaseProblem(value: Json, values: Values): string | undefined {
  const engine = engineOf(values)
  return wordProblem(value, engine.longest.database, '_-') ?? reservedProblem(engine, String(value), 'a database')
}

/** Lowercase letters, digits and `also`, a letter first, a letter or digit last. A sentence when wrong. */
export function wordProblem(value: Json, max: number, also: string): string | undefined {
  const wrong = nameProblem(value, { min: 2, max, also })
  if (wrong) return wrong
  if (/[A-Z]/.test(value as string)) return `${show(value)} must be lowercase.`
  if (/[_-]$/.test(value as string)) return `${show(value)} must end with a letter or a digit.`
  return undefined
}

function dbPasswordProblem(value: Json): string | undefined {
  return passwordSentence(value, RDS_PASSWORD)
}

function reservedProblem(engine: DatabaseEngine, name: string, thing: 'an account' | 'a database'): string | undefined {
  if (!engine.reserves(name.toLowerCase())) return undefined
  return `"${name}" is reserved by ApsaraDB RDS for ${engine.id} and cannot name ${thing}.`
}
