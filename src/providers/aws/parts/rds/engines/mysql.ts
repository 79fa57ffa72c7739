import type { DatabaseEngine } from './engine.ts'
import { mysqlNames } from './reserved-words.ts'

/** RDS for MySQL. 8.0 left standard support in July 2026 and has cost extra since (docs/facts/aws.md, RDS). */
export const mysql: DatabaseEngine = {
  id: 'mysql',
  dialect: 'mysql',
  title: 'RDS for MySQL',
  port: 3306,
  suffix: 'db',
  identifierLabel: 'DB instance identifier',
  help: {
    version:
      'The one RDS itself would choose. The tutorials’ MySQL 8.0 has had no standard support since July 2026 and costs extra.',
    class:
      'How large the database server is. The tutorial’s db.t2.micro runs no current MySQL; the default is its successor.',
  },
  supports: version => !/^(5\.|8\.0)/.test(version),
  suggests: 'usual',
  versions: { example: '8.4.7', oldest: '8.4' },
  names: mysqlNames,
}
