import type { Alicloud } from '../../cloud.ts'
import { rows, str } from '../../read.ts'
import { type AlicloudKind, second } from '../common.ts'
import { readAccount, readDatabase, split, untilAccountWorks, write } from './common.ts'
import type { Engine } from './db-instance.ts'

export type DbGrantIn = { instanceId: string; engine: Engine; account: string; database: string }

/** Console: RDS › Accounts › Modify Permissions. PostgreSQL on cloud disks has only the owner; MySQL gets read and write. */
export const dbGrant: AlicloudKind<DbGrantIn, { id: string }> = {
  type: 'alicloud:db-grant',
  title: 'Grant',
  idempotency: 'upsert',
  after: ['alicloud:db-account', 'alicloud:database'],
  expectMs: 6 * second,
  tagged: false,
  async find(cloud, where) {
    if (!('id' in where)) return []
    const [instanceId, account, name] = split(where.id)
    return (await granted(cloud, instanceId, account, name)) ? [{ id: where.id, tags: {} }] : []
  },
  create: async (_cloud, { instanceId, account, database }) => `${instanceId}/${account}/${database}`,
  async settle(cloud, id, { instanceId, engine, account, database }) {
    const params = {
      DBInstanceId: instanceId,
      AccountName: account,
      DBName: database,
      AccountPrivilege: engine === 'PostgreSQL' ? 'DBOwner' : 'ReadWrite',
    }
    const send = async () => {
      if (await granted(cloud, instanceId, account, database)) return
      // A database that was just created may not be visible here yet. A repeated grant changes nothing.
      await cloud.call('rds', 'GrantAccountPrivilege', params, { repeatable: true, busy: ['InvalidDB.NotFound'] })
    }
    await write(cloud, instanceId, send, () => untilAccountWorks(cloud, instanceId, account))
    await untilAccountWorks(cloud, instanceId, account)
    return { id }
  },
  async remove(cloud, id) {
    const [instanceId, account, name] = split(id)
    const params = { DBInstanceId: instanceId, AccountName: account, DBName: name }
    const send = async () => {
      if (await granted(cloud, instanceId, account, name)) {
        await cloud.call('rds', 'RevokeAccountPrivilege', params, { repeatable: true })
      }
    }
    await write(cloud, instanceId, send, () => untilAccountWorks(cloud, instanceId, account))
    return 'gone'
  },
}

/** MySQL lists a grant with the account, PostgreSQL with the database. */
async function granted(cloud: Alicloud, instanceId: string, account: string, name: string): Promise<boolean> {
  const ofAccount = rows(await readAccount(cloud, instanceId, account), 'DatabasePrivileges.DatabasePrivilege')
  if (ofAccount.some(row => str(row, 'DBName') === name)) return true
  const ofDatabase = rows(await readDatabase(cloud, instanceId, name), 'Accounts.AccountPrivilegeInfo')
  return ofDatabase.some(row => str(row, 'Account') === account)
}
