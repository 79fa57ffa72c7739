import type { DatabaseEngine } from './engine.ts'
import { SQL, words } from './reserved-words.ts'

/** SQL's reserved words and RDS's internal identifiers: "Forbidden keywords" and "System accounts of an RDS instance". */
const RESERVED = words(
  SQL,
  `action add admin aliyun_root asensitive aurora aurora_proxy before bigint binary blob call
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
  varbinary varchar varcharacter varying while write x509 xor xtrabak year_month zerofill`,
)

/** ApsaraDB RDS for MySQL. */
export const mysql: DatabaseEngine = {
  id: 'MySQL',
  dialect: 'mysql',
  longest: { account: 32, database: 64 },
  privilegedUser: 'dbadmin',
  privilegedFirst: false,
  reserves: word => RESERVED.has(word),
}
