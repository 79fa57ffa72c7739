import type { DatabaseEngine } from './engine.ts'
import { SQL, words } from './reserved-words.ts'

/** PostgreSQL's own key words, roles and databases, and RDS's accounts. The tutorial's privileged account `root` is allowed. */
const RESERVED = words(
  SQL,
  `administrator admin alicloud_rds_admin any array asymmetric aurora authorization
  concurrently current_catalog current_role current_schema deferrable do eagleye freeze guest ilike information_schema
  initially isnull lateral localtime localtimestamp master monitor notnull offset overlaps placing postgres public
  rds_superuser rdsadmin replicator returning similar some symmetric sysadmin tablesample template0 template1
  variadic verbose window`,
)

/** ApsaraDB RDS for PostgreSQL. */
export const postgresql: DatabaseEngine = {
  id: 'PostgreSQL',
  dialect: 'postgresql',
  longest: { account: 63, database: 63 },
  privilegedUser: 'root',
  privilegedFirst: true,
  reserves: word => RESERVED.has(word) || word.startsWith('pg'),
}
