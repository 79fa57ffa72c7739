import type { DatabaseEngine, EngineNames } from './engine.ts'
import { words } from './reserved-words.ts'

/**
 * Words PostgreSQL 18 reserves, also those that may still name a function or a type (manual, "SQL Key Words"). Scripts
 * quote every name; people who type SQL by hand do not.
 */
const RESERVED = words(`all analyse analyze and any array as asc asymmetric authorization binary both case cast check
  collate collation column concurrently constraint create cross current_catalog current_date current_role
  current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except false
  fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral
  leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps
  placing primary references returning right select session_user similar some symmetric system_user table tablesample
  then to trailing true union unique user using variadic verbose when where window with`)

/** Accounts of PostgreSQL and of RDS (docs/facts/aws.md, RDS for PostgreSQL). */
const ACCOUNTS = words('postgres public none rdsadmin rdsrepladmin rdstopmgr rdsproxyadmin')
const DATABASES = words('postgres template0 template1 rdsadmin')

const names: EngineNames = {
  server: 'PostgreSQL',
  longest: { account: 63, database: 63 },
  password: { min: 8, max: 128 },
  master: 'postgres',
  reserves(word, thing) {
    if (RESERVED.has(word)) return true
    if (thing === 'database') return DATABASES.has(word)
    return ACCOUNTS.has(word) || /^(pg|rds)_/.test(word) || (thing === 'master' && word === 'admin')
  },
}

/** RDS for PostgreSQL. 14 is the oldest version in standard support in 2026 (docs/facts/aws.md, RDS for PostgreSQL). */
export const postgresql: DatabaseEngine = {
  id: 'postgres',
  dialect: 'postgresql',
  title: 'RDS for PostgreSQL',
  port: 5432,
  suffix: 'db',
  identifierLabel: 'DB instance identifier',
  help: {
    version: 'The newest that RDS offers. Within its major version, RDS installs later ones by itself.',
    class: 'How large the database server is. The default is the smallest: two virtual CPUs and 1 GiB of memory.',
  },
  supports: version => Number.parseInt(version, 10) >= 14,
  suggests: 'newest',
  versions: { example: '17.7', oldest: '14' },
  names,
}
