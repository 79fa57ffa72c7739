/**
 * Words RDS keeps for itself, small letters. From the reference page "Forbidden keywords" (MySQL: SQL's reserved
 * words and RDS's internal identifiers) and "System accounts of an RDS instance"; for PostgreSQL its own reserved
 * key words, roles and databases. The tutorial's privileged account `root` is allowed on PostgreSQL.
 */

const words = (list: string) => new Set(list.split(/\s+/).filter(Boolean))

const SQL = `all alter analyze and as asc between both by case cast check collate column constraint create cross
  current_date current_time current_timestamp current_user database default delete desc describe distinct drop else
  end except exists false fetch for foreign from full grant group having in inner insert intersect into is join
  leading left like limit natural not null on only or order outer primary references right select session_user set
  table then to trailing true union unique update user using values when where with`

const MYSQL = words(`${SQL} action add admin aliyun_root asensitive aurora aurora_proxy before bigint binary blob call
  cascade change char character condition connection continue convert cursor databases day_hour day_microsecond
  day_minute day_second dec decimal declare delayed deterministic distinctrow div double drc_rds dual each eagleye elseif
  enclosed escaped exit explain float float4 float8 force fulltext goto guest high_priority hour_microsecond
  hour_minute hour_second if ignore index infile information_schema inout insensitive int int1 int2 int3 int4 int8
  integer interval iterate key keys kill label leave lines load localtime localtimestamp lock long longblob longtext
  loop low_priority master match mediumblob mediumint mediumtext middleint minute_microsecond minute_second mod modifies
  mysql no_write_to_binlog numeric optimize option optionally out outfile performance_schema precision procedure
  purge raid0 range rds_service read reads real regexp release rename repeat replace replicator require restrict
  return revoke rlike root schema schemas second_microsecond sensitive separator show smallint spatial specific sql
  sql_big_result sql_calc_found_rows sql_small_result sqlexception sqlstate sqlwarning ssl starting straight_join sys
  sys_info terminated test tinyblob tinyint tinytext trigger undo unlock unsigned usage use utc_date utc_time utc_timestamp
  varbinary varchar varcharacter varying while write x509 xor xtrabak year_month zerofill`)

const POSTGRESQL = words(`${SQL} administrator admin alicloud_rds_admin any array asymmetric aurora authorization
  concurrently current_catalog current_role current_schema deferrable do eagleye freeze guest ilike information_schema
  initially isnull lateral localtime localtimestamp master monitor notnull offset overlaps placing postgres public
  rds_superuser rdsadmin replicator returning similar some symmetric sysadmin tablesample template0 template1
  variadic verbose window`)

export type Engine = 'PostgreSQL' | 'MySQL'

/** Why this engine refuses the word as an account's or database's name. */
export function reservedProblem(engine: Engine, name: string, thing: 'account' | 'database'): string | undefined {
  const word = name.toLowerCase()
  const kept = (engine === 'MySQL' ? MYSQL : POSTGRESQL).has(word) || (engine === 'PostgreSQL' && word.startsWith('pg'))
  if (!kept) return undefined
  return `"${name}" is reserved by ApsaraDB RDS for ${engine} and cannot name ${thing === 'account' ? 'an account' : 'a database'}.`
}
