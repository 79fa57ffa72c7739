import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../../../../src/base/json.ts'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, markFor, removeWholly } from '../../support.ts'

const { at, settle, group } = useNetwork()

let input: JsonObject
beforeAll(async () => {
  const groupId = (await group('database')).id
  const subnetGroup = await make(at.bench.cloud, kinds.dbSubnetGroup, 'database/subnets', {
    name: 'shop',
    subnetIds: at.subnets.slice(0, 2),
  })
  input = {
    identifier: 'shop-db',
    engine: 'mysql',
    version: '8.4',
    class: 'db.t4g.micro',
    storage: 20,
    user: 'shopadmin',
    password: { $secret: 'database.password', version: 1 },
    dbName: 'shop',
    subnetGroup: subnetGroup.id,
    securityGroupIds: [groupId],
    multiAz: false,
    deletionProtection: false,
    finalBackup: false,
  }
})

test('a new password is set once, and a later run knows that it is set', async () => {
  const made = await make(at.bench.cloud, kinds.dbInstance, 'database/instance', input)
  const modified = () =>
    at.bench.sandbox.log.last().filter(call => call.action === 'rds.ModifyDBInstance' && call.status === 200).length
  const before = modified()
  const changed = { ...input, password: { $secret: 'database.password', version: 2 } }
  for (let again = 0; again < 2; again++) {
    expect(await settle(kinds.dbInstance, 'database/instance', made.id, changed)).toEqual(made)
  }
  expect(modified()).toBe(before + 1)
})

test('protection that someone else switched on is reported, and stays', async () => {
  const place = { DBInstanceIdentifier: 'shop-db', ApplyImmediately: true }
  await at.bench.cloud.call('rds', 'ModifyDBInstance', { ...place, DeletionProtection: true })
  const removal = kinds.dbInstance.remove(
    at.bench.cloud,
    'shop-db',
    input as never,
    markFor(kinds.dbInstance, 'database/instance'),
  )
  await expect(removal).rejects.toMatchObject({ why: expect.stringContaining('protected') })
  expect(await kinds.dbInstance.find(at.bench.cloud, { id: 'shop-db' })).toHaveLength(1)
  await at.bench.cloud.call('rds', 'ModifyDBInstance', { ...place, DeletionProtection: false })
})

test('a final backup that was asked for is kept, also in a removal from tags alone', async () => {
  await settle(kinds.dbInstance, 'database/instance', 'shop-db', {
    ...input,
    password: { $secret: 'database.password', version: 2 },
    deletionProtection: true,
    finalBackup: true,
  })
  await removeWholly(at.bench.cloud, kinds.dbInstance, 'shop-db', 'database/instance', {})
  const left = at.bench.sandbox.inventory().map(thing => [thing.type, String(thing.id)])
  expect(left.filter(([type]) => String(type).startsWith('db-'))).toEqual(
    expect.arrayContaining([['db-snapshot', expect.stringContaining(':shop-db-final-')]]),
  )
  expect(left.filter(([type]) => type === 'db-instance')).toEqual([])
})
