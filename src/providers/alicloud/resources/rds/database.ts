import type { JsonObject } from '../../../../base/json.ts'
import { dataLost } from '../../../data-loss.ts'
import type { Alicloud } from '../../cloud.ts'
import { str } from '../../read.ts'
import { type AlicloudKind, descriptionMark, minute, second, settled, untilAbsent } from '../common.ts'
import { foundBy, placeOf, readDatabase, split, write } from './common.ts'
import type { Engine } from './db-instance.ts'

export type DatabaseIn = { instanceId: string; engine: Engine; name: string }

/** Console: RDS › Databases › Create Database. */
export const database: AlicloudKind<DatabaseIn, { id: string }> = {
  type: 'alicloud:database',
  title: 'Database',
  idempotency: 'uniqueName',
  after: ['alicloud:db-instance'],
  expectMs: 6 * second,
  tagged: false,
  dataLoss: () => [dataLost],
  async find(cloud, where) {
    const [instanceId, name] = placeOf(where)
    if (!instanceId) return []
    return foundBy(await readDatabase(cloud, instanceId, name), `${instanceId}/${name}`, 'DBDescription')
  },
  async create(cloud, { instanceId, engine, name }, mark) {
    const params = {
      DBInstanceId: instanceId,
      DBName: name,
      CharacterSetName: engine === 'PostgreSQL' ? 'UTF8,C,en_US.utf8' : 'utf8mb4',
      DBDescription: descriptionMark(mark),
    }
    const send = () => cloud.call('rds', 'CreateDatabase', params)
    await write(cloud, instanceId, send, () => untilDatabaseRuns(cloud, instanceId, name))
    return `${instanceId}/${name}`
  },
  async settle(cloud, id, { instanceId, name }) {
    await untilDatabaseRuns(cloud, instanceId, name)
    return { id }
  },
  async remove(cloud, id) {
    const [instanceId, name] = split(id)
    const params = { DBInstanceId: instanceId, DBName: name }
    const send = () => cloud.call('rds', 'DeleteDatabase', params, { repeatable: true })
    await write(cloud, instanceId, send, () => untilAbsent(cloud, () => readDatabase(cloud, instanceId, name), minute))
    return 'gone'
  },
}

async function untilDatabaseRuns(cloud: Alicloud, instanceId: string, name: string): Promise<void> {
  const options = { what: `the database ${name} to run`, within: 15 * minute }
  const runs = (row: JsonObject) => str(row, 'DBStatus') === 'Running'
  await cloud.coalesce(`database:${instanceId}/${name}`, () =>
    settled(cloud, () => readDatabase(cloud, instanceId, name), runs, options),
  )
}
