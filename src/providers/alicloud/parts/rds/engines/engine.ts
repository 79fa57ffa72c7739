import type { Database } from '../../../../../steps/results.ts'
import type { Engine } from '../../../resources/rds/db-instance.ts'

/** What differs between the engines of ApsaraDB RDS. */
export interface DatabaseEngine {
  /** The answer, and RDS's own name for it. */
  id: Engine
  /** As applications know it. */
  dialect: Database['engine']
  /** The longest names of an account and of a database, characters. */
  longest: { account: number; database: number }
  /** The usual name of the privileged account. */
  privilegedUser: string
  /** Whether the first account must be a privileged one (CreateAccount: "first account can't be normal"). */
  privilegedFirst: boolean
  /** Whether a word, in lowercase, is reserved and cannot be a name. */
  reserves(word: string): boolean
}
