import type { Database } from '../../../../../steps/results.ts'

/** What RDS says of one engine, and what this program knows of it: questions and checks are the same for all. */
export interface DatabaseEngine {
  /** RDS's own name for it: `mysql`. */
  id: string
  /** As applications know it. */
  dialect: Database['engine']
  /** `RDS for MySQL`. */
  title: string
  /** What the tutorials and people connect by. */
  port: number
  /** Behind the stack's name in the identifier. */
  suffix: string
  /** `DB instance identifier`. */
  identifierLabel: string
  help: { version: string; class: string }
  /** Versions with standard support; others are refused by RDS or charged extra. */
  supports(version: string): boolean
  /** Which supported version is suggested: the default of RDS, or the newest there is. */
  suggests: 'usual' | 'newest'
  /** For sentences: what a version looks like, and the oldest that is supported. */
  versions: { example: string; oldest: string }
  names: EngineNames
}

/** What the server, and RDS for it, take as names and passwords. */
export interface EngineNames {
  /** `MySQL`. */
  server: string
  /** The longest names, characters; all of them are ASCII. */
  longest: { account: number; database: number }
  /** How long a master password may be, characters. */
  password: { min: number; max: number }
  /** The usual master user. It is allowed, also where it is reserved for every other account. */
  master: string
  /** Whether a word, in lowercase, is reserved and cannot be a name. */
  reserves(word: string, thing: 'account' | 'master' | 'database'): boolean
}

/** Why a word cannot name an account, the master user or a database of this engine. A sentence, or undefined. */
export function reservedName(
  { server, master, reserves }: EngineNames,
  name: string,
  thing: 'account' | 'master' | 'database',
): string | undefined {
  const word = name.toLowerCase()
  if ((thing === 'master' && word === master) || !reserves(word, thing)) return undefined
  const what = { account: 'an account', master: 'the master user', database: 'a database' }[thing]
  return `"${name}" is reserved by ${server} or RDS and cannot name ${what}.`
}
