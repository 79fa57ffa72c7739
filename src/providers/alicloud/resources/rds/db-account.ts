import type { Secret } from '../../../../engine/kind.ts'
import { type AlicloudKind, descriptionMark, minute, second, untilAbsent } from '../common.ts'
import { foundBy, placeOf, readAccount, split, untilAccountWorks, write } from './common.ts'
import type { Engine } from './db-instance.ts'

export type DbAccountIn = { instanceId: string; engine: Engine; name: string; password: Secret; privileged: boolean }

/** Console: RDS › Accounts › Create Account. */
export const dbAccount: AlicloudKind<DbAccountIn, { id: string }> = {
  type: 'alicloud:db-account',
  title: 'Database account',
  idempotency: 'uniqueName',
  after: ['alicloud:db-instance'],
  expectMs: 6 * second,
  tagged: false,
  mutable: ['password'],
  async find(cloud, where) {
    const [instanceId, name] = placeOf(where)
    if (!instanceId) return []
    return foundBy(await readAccount(cloud, instanceId, name), `${instanceId}/${name}`, 'AccountDescription')
  },
  async create(cloud, { instanceId, name, password, privileged }, mark) {
    const params = {
      DBInstanceId: instanceId,
      AccountName: name,
      AccountPassword: cloud.reveal(password),
      AccountType: privileged ? 'Super' : 'Normal',
      AccountDescription: descriptionMark(mark),
    }
    const send = () => cloud.call('rds', 'CreateAccount', params)
    await write(cloud, instanceId, send, () => untilAccountWorks(cloud, instanceId, name))
    certain.add(`${mark.token} ${JSON.stringify(password)}`)
    return `${instanceId}/${name}`
  },
  async settle(cloud, id, { instanceId, name, password }, mark) {
    const key = `${mark.token} ${JSON.stringify(password)}`
    if (!certain.has(key)) {
      // Created by a run that was killed, or with an earlier password: it is set again.
      const params = { DBInstanceId: instanceId, AccountName: name, AccountPassword: cloud.reveal(password) }
      await untilAccountWorks(cloud, instanceId, name)
      const send = () => cloud.call('rds', 'ResetAccountPassword', params, { repeatable: true })
      await write(cloud, instanceId, send, () => untilAccountWorks(cloud, instanceId, name))
      certain.add(key)
    }
    await untilAccountWorks(cloud, instanceId, name)
    return { id }
  },
  async remove(cloud, id) {
    const [instanceId, name] = split(id)
    const params = { DBInstanceId: instanceId, AccountName: name }
    const send = () => cloud.call('rds', 'DeleteAccount', params, { repeatable: true })
    await write(cloud, instanceId, send, () => untilAbsent(cloud, () => readAccount(cloud, instanceId, name), minute))
    return 'gone'
  },
}

/** Accounts (token and the secret's version) whose password this process knows to be set. */
const certain = new Set<string>()
