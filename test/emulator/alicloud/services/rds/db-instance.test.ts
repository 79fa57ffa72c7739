import { describe, expect, it } from 'vitest'
import { databaseOrder, databaseUp, network, password, type Still, still, zoneB } from '../../support.ts'

async function database(cloud: Still, more: object = {}) {
  const net = await network(cloud)
  const { DBInstanceId } = await cloud.ask('rds.CreateDBInstance', databaseOrder(net, more))
  cloud.pass(databaseUp)
  return { ...net, DBInstanceId: DBInstanceId as string }
}

const CharacterSetName = 'UTF8,C,en_US.utf8'
const mysql = { Engine: 'MySQL', EngineVersion: '8.0', DBInstanceClass: 'mysql.n2.medium.1' }

describe('a database instance in the emulated Alibaba Cloud', () => {
  it('takes minutes to run, and has no address and takes no changes before', async () => {
    const cloud = await still()
    const { DBInstanceId } = await cloud.ask('rds.CreateDBInstance', databaseOrder(await network(cloud)))
    const status = async () =>
      (await cloud.ask('rds.DescribeDBInstanceAttribute', { DBInstanceId })).Items.DBInstanceAttribute[0]
        .DBInstanceStatus
    const addresses = async () =>
      (await cloud.ask('rds.DescribeDBInstanceNetInfo', { DBInstanceId })).DBInstanceNetInfos.DBInstanceNetInfo
    expect(await status()).toBe('Creating')
    expect(await addresses()).toEqual([])
    expect(await cloud.code('rds.ModifySecurityIps', { DBInstanceId, SecurityIps: '10.0.0.0/8' })).toBe(
      'OperationDenied.DBInstanceStatus',
    )
    cloud.pass(300)
    expect(await status()).toBe('Creating')
    cloud.pass(61)
    expect(await status()).toBe('Running')
    expect(await addresses()).toMatchObject([{ Port: '5432', IPType: 'Private' }])
  })

  it('changes one thing at a time', async () => {
    const cloud = await still()
    const { DBInstanceId } = await database(cloud)
    const account = { DBInstanceId, AccountName: 'root', AccountPassword: password, AccountType: 'Super' }
    await cloud.ask('rds.ModifySecurityIps', {
      DBInstanceId,
      SecurityIps: '172.16.0.0/12',
      DBInstanceIPArrayName: 'web',
    })
    expect(await cloud.code('rds.CreateAccount', account)).toBe('OperationDenied.DBInstanceStatus')
    cloud.pass(5)
    await cloud.ask('rds.CreateAccount', account)
    const read = async () =>
      (await cloud.ask('rds.DescribeAccounts', { DBInstanceId })).Accounts.DBInstanceAccount[0].AccountStatus
    expect(await read()).toBe('Unavailable')
    expect(await cloud.code('rds.CreateDatabase', { DBInstanceId, DBName: 'shop', CharacterSetName })).toBe(
      'OperationDenied.DBInstanceStatus',
    )
    cloud.pass(5)
    expect(await read()).toBe('Available')
    await cloud.ask('rds.CreateDatabase', { DBInstanceId, DBName: 'shop', CharacterSetName: 'UTF8,C,en_US.utf8' })
    expect(await cloud.code('rds.CreateDatabase', { DBInstanceId, DBName: 'other', CharacterSetName })).toBe(
      'OperationDenied.DBStatus',
    )
    cloud.pass(5)
    const { Databases } = await cloud.ask('rds.DescribeDatabases', { DBInstanceId, DBName: 'shop' })
    expect(Databases.Database[0]).toMatchObject({ DBStatus: 'Running', CharacterSetName: 'UTF8', Collate: 'C' })
    const grant = { DBInstanceId, AccountName: 'root', DBName: 'shop' }
    expect(await cloud.code('rds.GrantAccountPrivilege', { ...grant, AccountPrivilege: 'ReadWrite' })).toBe(
      'InvalidAccountPrivilege.Malformed',
    )
    await cloud.ask('rds.GrantAccountPrivilege', { ...grant, AccountPrivilege: 'DBOwner' })
    const accounts = await cloud.ask('rds.DescribeAccounts', { DBInstanceId, AccountName: 'root' })
    expect(accounts.Accounts.DBInstanceAccount[0].DatabasePrivileges.DatabasePrivilege).toMatchObject([
      { DBName: 'shop', AccountPrivilege: 'DBOwner' },
    ])
  })

  it('says whether a name is taken even while it is busy', async () => {
    const cloud = await still()
    const { DBInstanceId } = await database(cloud, mysql)
    const account = { DBInstanceId, AccountName: 'django', AccountPassword: password }
    await cloud.ask('rds.CreateAccount', account)
    expect(await cloud.code('rds.CreateAccount', account)).toBe('InvalidAccountName.Duplicate')
    cloud.pass(5)
    await cloud.ask('rds.CreateDatabase', { DBInstanceId, DBName: 'shop', CharacterSetName: 'utf8mb4' })
    expect(await cloud.code('rds.CreateDatabase', { DBInstanceId, DBName: 'shop', CharacterSetName: 'utf8mb4' })).toBe(
      'InvalidDBName.Duplicate',
    )
  })

  it('wants a privileged account first on PostgreSQL, not on MySQL', async () => {
    const cloud = await still()
    const postgres = await database(cloud)
    const normal = { DBInstanceId: postgres.DBInstanceId, AccountName: 'django', AccountPassword: password }
    expect(await cloud.code('rds.CreateAccount', normal)).toBe('InvalidAccountType.Format')
    expect(await cloud.code('rds.CreateAccount', { ...normal, AccountType: 'Super' })).toBe('accepted')
    const { DBInstanceId } = await cloud.ask('rds.CreateDBInstance', databaseOrder(postgres, mysql))
    cloud.pass(databaseUp)
    expect(await cloud.code('rds.CreateAccount', { ...normal, DBInstanceId })).toBe('accepted')
  })

  it('refuses weak passwords, bad and reserved names', async () => {
    const cloud = await still()
    const { DBInstanceId, ...net } = await database(cloud)
    const create = (AccountName: string, AccountPassword = password) =>
      cloud.code('rds.CreateAccount', { DBInstanceId, AccountName, AccountPassword, AccountType: 'Super' })
    expect(await create('django', 'weak')).toBe('InvalidAccountPassword.Malformed')
    expect(await create('django', 'Secret-word-~1')).toBe('InvalidAccountPassword.Malformed')
    expect(await create('Django')).toBe('InvalidAccountName.Malformed')
    expect(await create('pgadmin')).toBe('InvalidAccountName.Malformed')
    expect(await create('postgres')).toBe('InvalidAccountName.Forbid')
    expect(await cloud.code('rds.CreateDatabase', { DBInstanceId, DBName: 'template1', CharacterSetName })).toBe(
      'InvalidDBName.Malformed',
    )
    const other = await cloud.ask('rds.CreateDBInstance', databaseOrder(net, mysql))
    cloud.pass(databaseUp)
    const root = { DBInstanceId: other.DBInstanceId, AccountName: 'root', AccountPassword: password }
    expect(await cloud.code('rds.CreateAccount', root)).toBe('InvalidAccountName.Forbid')
  })

  it('covers, extends and shortens a whitelist group, and leaves the others alone', async () => {
    const cloud = await still()
    const { DBInstanceId } = await database(cloud)
    const set = async (SecurityIps: string, more: object) => {
      await cloud.ask('rds.ModifySecurityIps', { DBInstanceId, SecurityIps, DBInstanceIPArrayName: 'web', ...more })
      cloud.pass(5)
      const { Items } = await cloud.ask('rds.DescribeDBInstanceIPArrayList', { DBInstanceId })
      return Object.fromEntries(
        Items.DBInstanceIPArray.map((one: { DBInstanceIPArrayName: string; SecurityIPList: string }) => [
          one.DBInstanceIPArrayName,
          one.SecurityIPList,
        ]),
      )
    }
    expect(await set('10.0.0.1', {})).toEqual({ default: '127.0.0.1', web: '10.0.0.1' })
    expect((await set('10.0.0.2', { ModifyMode: 'Append' })).web).toBe('10.0.0.1,10.0.0.2')
    expect((await set('10.0.0.1', { ModifyMode: 'Delete' })).web).toBe('10.0.0.2')
    expect((await set('172.16.0.0/12', {})).web).toBe('172.16.0.0/12')
    expect(await cloud.code('rds.ModifySecurityIps', { DBInstanceId, SecurityIps: '1.2.3.4;drop' })).toBe(
      'InvalidSecurityIPList.Format',
    )
  })

  it('is refused for classes, zones and sizes that are not sold', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const create = (more: object) => cloud.code('rds.CreateDBInstance', databaseOrder(net, more))
    expect(await create({ DBInstanceClass: 'pg.none' })).toBe('InvalidDBInstanceClass.NotFound')
    expect(await create({ DBInstanceClass: 'pg.n2.1c.1m' })).toBe('InvalidDBInstanceClass.NotSupported')
    expect(await create({ DBInstanceStorage: 21 })).toBe('InvalidDBInstanceStorage.Malformed')
    expect(await create({ ZoneId: zoneB })).toBe('InvalidVSwitchId.ZoneMismatch')
    expect(await create({ VSwitchId: net.otherVSwitchId, ZoneId: zoneB, DBInstanceClass: 'pg.n2.1c.1m' })).toBe(
      'accepted',
    )
  })

  it('takes its accounts and databases along, and its interface holds the VSwitch for minutes', async () => {
    const cloud = await still()
    const { DBInstanceId, VSwitchId } = await database(cloud, mysql)
    await cloud.ask('rds.CreateAccount', { DBInstanceId, AccountName: 'django', AccountPassword: password })
    cloud.pass(5)
    await cloud.ask('rds.CreateDatabase', { DBInstanceId, DBName: 'shop', CharacterSetName: 'utf8mb4' })
    cloud.pass(5)
    expect(await cloud.code('vpc.DeleteVSwitch', { VSwitchId })).toBe('DependencyViolation')
    await cloud.ask('rds.DeleteDBInstance', { DBInstanceId })
    const [going] = (await cloud.ask('rds.DescribeDBInstances', { DBInstanceId })).Items.DBInstance
    expect(going.DBInstanceStatus).toBe('Deleting')
    cloud.pass(21)
    expect(await cloud.code('rds.DescribeDBInstanceAttribute', { DBInstanceId })).toBe('InvalidDBInstanceId.NotFound')
    expect(cloud.inventory().filter(item => item.type.startsWith('d'))).toEqual([])
    expect(await cloud.code('vpc.DeleteVSwitch', { VSwitchId })).toBe('DependencyViolation.NetworkInterface')
    cloud.pass(181)
    expect(await cloud.code('vpc.DeleteVSwitch', { VSwitchId })).toBe('accepted')
  })

  it('is not deleted while protected or paid ahead', async () => {
    const cloud = await still()
    const { DBInstanceId } = await database(cloud, { PayType: 'Prepaid', Period: 'Month', UsedTime: '1' })
    expect(await cloud.code('rds.DeleteDBInstance', { DBInstanceId })).toBe('OperationDenied.PayType')
    await cloud.ask('rds.TransformDBInstancePayType', { DBInstanceId, PayType: 'Postpaid' })
    await cloud.ask('rds.ModifyDBInstanceDeletionProtection', { DBInstanceId, DeletionProtection: true })
    expect(await cloud.code('rds.DeleteDBInstance', { DBInstanceId })).toBe('OperationDenied.DeletionProtection')
    await cloud.ask('rds.ModifyDBInstanceDeletionProtection', { DBInstanceId, DeletionProtection: false })
    expect(await cloud.code('rds.DeleteDBInstance', { DBInstanceId })).toBe('accepted')
  })

  it('leaves a backup behind only on local disks, and only when told to', async () => {
    const cloud = await still()
    const onCloudDisks = await database(cloud, mysql)
    const keep = { DBInstanceId: onCloudDisks.DBInstanceId, ReleasedKeepPolicy: 'Lastest' }
    expect(await cloud.code('rds.DeleteDBInstance', keep)).toBe('InvalidReleasedKeepPolicy')
    const local = { DBInstanceClass: 'rds.mysql.s2.large', DBInstanceStorageType: 'local_ssd' }
    const { DBInstanceId } = await cloud.ask(
      'rds.CreateDBInstance',
      databaseOrder(onCloudDisks, { ...mysql, ...local }),
    )
    cloud.pass(databaseUp)
    const { BackupJobId } = await cloud.ask('rds.CreateBackup', { DBInstanceId })
    const job = async () =>
      (await cloud.ask('rds.DescribeBackupTasks', { DBInstanceId, BackupJobId })).Items.BackupJob[0]
    expect((await job()).BackupStatus).toBe('Backuping')
    cloud.pass(61)
    expect((await job()).BackupStatus).toBe('Finished')
    await cloud.ask('rds.DeleteDBInstance', { DBInstanceId, ReleasedKeepPolicy: 'Lastest' })
    cloud.pass(21)
    const { Items } = await cloud.ask('rds.DescribeBackups', { DBInstanceId })
    expect(Items.Backup).toHaveLength(1)
    expect(cloud.inventory().some(item => item.id === DBInstanceId)).toBe(false)
  })

  it('is found by its tags, which only the tag list tells', async () => {
    const cloud = await still()
    const { DBInstanceId } = await database(cloud, { 'Tag.1.Key': 'stack', 'Tag.1.Value': 'shop' })
    const found = await cloud.ask('rds.DescribeDBInstances', { Tags: '{"stack":"shop"}' })
    expect(found).toMatchObject({ TotalRecordCount: 1, PageRecordCount: 1 })
    expect(found.Items.DBInstance[0].Tags).toBeUndefined()
    expect((await cloud.ask('rds.DescribeDBInstances', { Tags: '{"stack":"other"}' })).TotalRecordCount).toBe(0)
    const { TagResources } = await cloud.ask('rds.ListTagResources', {
      ResourceType: 'INSTANCE',
      'ResourceId.1': DBInstanceId,
    })
    expect(TagResources.TagResource).toMatchObject([{ ResourceId: DBInstanceId, TagKey: 'stack', TagValue: 'shop' }])
  })

  it('keeps no password anywhere', async () => {
    const cloud = await still()
    const { DBInstanceId } = await database(cloud, mysql)
    await cloud.ask('rds.CreateAccount', { DBInstanceId, AccountName: 'django', AccountPassword: password })
    const answer = await cloud.ask('rds.DescribeAccounts', { DBInstanceId })
    expect(JSON.stringify([answer, cloud.inventory()])).not.toContain(password)
  })
})
