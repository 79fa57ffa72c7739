import type { DatabaseEngine } from './engine.ts'
import { mysqlNames } from './reserved-words.ts'

/** Aurora MySQL. Version 2, of MySQL 5.7, is gone (docs/facts/aws.md, Aurora). */
export const auroraMysql: DatabaseEngine = {
  id: 'aurora-mysql',
  dialect: 'mysql',
  title: 'Aurora MySQL',
  port: 3306,
  suffix: 'aurora',
  identifierLabel: 'DB cluster identifier',
  help: {
    version: 'The one Aurora itself would choose.',
    class: 'How large the writer is, and each reader. The default is the smallest that Aurora offers.',
  },
  supports: version => /^8\./.test(version),
  suggests: 'usual',
  versions: { example: '8.0.mysql_aurora.3.08.2', oldest: '8.0.mysql_aurora.3' },
  names: mysqlNames,
}
