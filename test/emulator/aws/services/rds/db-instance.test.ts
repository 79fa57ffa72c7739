import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import {
  AddTagsToResourceCommand,
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBSubnetGroupCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DeleteDBSubnetGroupCommand,
  DescribeDBClustersCommand,
  DescribeDBEngineVersionsCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  DescribeOrderableDBInstanceOptionsCommand,
  ListTagsForResourceCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import { expect, it } from 'vitest'
import { ground, travel } from '../../ground.ts'
import { codeOf, config, sandbox, until } from '../../support.ts'

async function start(speed = 5_000) {
  const box = await sandbox({ speed })
  const { url } = box
  const place = await ground(url)
  const rds = new RDSClient(config(url))
  const words = { DBSubnetGroupName: 'Data', DBSubnetGroupDescription: 'data' }
  await rds.send(new CreateDBSubnetGroupCommand({ ...words, SubnetIds: place.subnets }))
  const alone = (input: object = {}) =>
    rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: 'Shop',
        Engine: 'mysql',
        DBInstanceClass: 'db.t4g.micro',
        AllocatedStorage: 20,
        MasterUsername: 'admin',
        MasterUserPassword: 'correct-horse',
        DBSubnetGroupName: 'data',
        VpcSecurityGroupIds: [place.machines],
        Tags: [{ Key: 'a', Value: 'b' }],
        ...input,
      }),
    )
  const cluster = (input: object = {}) =>
    rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: 'deck',
        Engine: 'aurora-mysql',
        MasterUsername: 'testuser',
        MasterUserPassword: 'correct-horse',
        DatabaseName: 'testdb',
        DBSubnetGroupName: 'data',
        VpcSecurityGroupIds: [place.machines],
        ...input,
      }),
    )
  const member = (DBInstanceIdentifier: string, input: object = {}) =>
    rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier,
        DBClusterIdentifier: 'deck',
        Engine: 'aurora-mysql',
        DBInstanceClass: 'db.t4g.medium',
        ...input,
      }),
    )
  const instance = async (name = 'shop') => {
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name }))
    return DBInstances![0]!
  }
  const deck = async () =>
    (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'deck' }))).DBClusters![0]!
  const ready = (name = 'shop') =>
    until(
      () => instance(name),
      one => one.DBInstanceStatus === 'available',
    )
  return { box, place, rds, alone, cluster, member, instance, ready, deck }
}

it('a subnet group covers two zones and is kept in lower case', async () => {
  const { rds, place } = await start()
  const make = (DBSubnetGroupName: string, SubnetIds: string[]) =>
    codeOf(rds.send(new CreateDBSubnetGroupCommand({ DBSubnetGroupName, DBSubnetGroupDescription: 'x', SubnetIds })))
  expect(await make('data', place.subnets)).toBe('DBSubnetGroupAlreadyExists')
  expect(await make('one', place.subnets.slice(0, 1))).toBe('DBSubnetGroupDoesNotCoverEnoughAZs')
  expect(await make('default', place.subnets)).toBe('InvalidParameterValue')
  expect(await make('none', ['subnet-0'])).toBe('InvalidSubnet')
  const { DBSubnetGroups } = await rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: 'Data' }))
  expect(DBSubnetGroups![0]!.DBSubnetGroupName).toBe('data')
})

it('a database is created, backs up, and is available; its endpoint comes late', async () => {
  const { alone, instance, ready, box } = await start(1)
  const { DBInstance } = await alone()
  expect(DBInstance).toMatchObject({ DBInstanceIdentifier: 'shop', DBInstanceStatus: 'creating', StorageType: 'gp3' })
  expect(DBInstance!.Endpoint).toBeUndefined()
  expect(await codeOf(alone())).toBe('DBInstanceAlreadyExists')
  travel(box, 340)
  expect((await instance()).DBInstanceStatus).toBe('backing-up')
  travel(box, 60)
  const there = await ready()
  expect(there.Endpoint).toMatchObject({ Port: 3306 })
  expect(there.Endpoint!.Address).toMatch(/^shop\.c[a-z]{11}\.ap-northeast-1\.rds\.amazonaws\.com$/)
  expect(there.TagList).toEqual([{ Key: 'a', Value: 'b' }])
})

it('what cannot be is refused: class, storage, password, user, group, name', async () => {
  const { alone } = await start()
  const code = (input: object) => codeOf(alone(input))
  expect(await code({ DBInstanceClass: 'db.t2.micro' })).toBe('InvalidParameterCombination')
  expect(await code({ AllocatedStorage: 5 })).toBe('InvalidParameterCombination')
  expect(await code({ MasterUserPassword: 'with@sign-long' })).toBe('InvalidParameterValue')
  expect(await code({ MasterUserPassword: 'short' })).toBe('InvalidParameterValue')
  expect(await code({ MasterUsername: 'rdsadmin' })).toBe('InvalidParameterValue')
  expect(await code({ DBSubnetGroupName: 'nothing' })).toBe('DBSubnetGroupNotFoundFault')
  expect(await code({ DBInstanceIdentifier: 'a--b' })).toBe('InvalidParameterValue')
  expect(await code({ EngineVersion: '5.7' })).toBe('InvalidParameterCombination')
  expect(await code({ Engine: 'oracle' })).toBe('InvalidParameterValue')
  const old = { EngineVersion: '8.0', EngineLifecycleSupport: 'open-source-rds-extended-support-disabled' }
  expect(await code(old)).toBe('InvalidParameterCombination')
})

it('PostgreSQL takes what its own rules allow: names, passwords, versions', async () => {
  const { alone } = await start()
  const postgres = { Engine: 'postgres', EngineVersion: '18', MasterUsername: 'postgres', DBName: 'chat' }
  const code = (input: object) => codeOf(alone({ ...postgres, ...input }))
  for (const MasterUsername of ['admin', 'rdsadmin', 'pg_me', 'a-b']) {
    expect([MasterUsername, await code({ MasterUsername })]).toEqual([MasterUsername, 'InvalidParameterValue'])
  }
  expect(await code({ MasterUserPassword: 'a'.repeat(129) })).toBe('InvalidParameterValue')
  expect(await code({ EngineVersion: '18.99' })).toBe('InvalidParameterCombination')
  const { DBInstance } = await alone({ ...postgres, MasterUserPassword: 'a'.repeat(128) })
  expect(DBInstance).toMatchObject({ Engine: 'postgres', EngineVersion: '18.1', MasterUsername: 'postgres' })
  expect(DBInstance!.DBParameterGroups![0]!.DBParameterGroupName).toBe('default.postgres18')
})

it('a protected database is let go only after its protection, and a final snapshot stays', async () => {
  const { alone, rds, instance, box } = await start(1)
  await alone({ DeletionProtection: true })
  travel(box, 600)
  const remove = (input: object) => rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'shop', ...input }))
  expect(await codeOf(remove({ SkipFinalSnapshot: true }))).toBe('InvalidParameterCombination')
  const open = { DBInstanceIdentifier: 'shop', DeletionProtection: false, ApplyImmediately: true }
  await rds.send(new ModifyDBInstanceCommand(open))
  travel(box, 10)
  expect((await instance()).DBInstanceStatus).toBe('modifying')
  travel(box, 60)
  expect(await codeOf(remove({}))).toBe('InvalidParameterCombination')
  await remove({ FinalDBSnapshotIdentifier: 'shop-last' })
  expect(await codeOf(remove({ SkipFinalSnapshot: true }))).toBe('InvalidDBInstanceState')
  travel(box, 600)
  expect(await codeOf(instance())).toBe('DBInstanceNotFound')
  const { DBSnapshots } = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: 'shop-last' }))
  expect(DBSnapshots![0]).toMatchObject({ Status: 'available', DBInstanceIdentifier: 'shop' })
})

it("a removed database's interface lingers, and its subnet group is in use until it is gone", async () => {
  const { alone, rds, place, instance, box } = await start(1)
  await alone()
  travel(box, 600)
  const ports = async () => {
    const Filters = [{ Name: 'description', Values: ['RDSNetworkInterface'] }]
    return (await place.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces!
  }
  expect(await ports()).toHaveLength(1)
  await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'shop', SkipFinalSnapshot: true }))
  const group = () => codeOf(rds.send(new DeleteDBSubnetGroupCommand({ DBSubnetGroupName: 'data' })))
  expect(await group()).toBe('InvalidDBSubnetGroupStateFault')
  travel(box, 201)
  expect(await codeOf(instance())).toBe('DBInstanceNotFound')
  expect(await ports()).toHaveLength(1)
  expect(await group()).toBe('accepted')
  travel(box, 60)
  expect(await ports()).toEqual([])
})

it('a cluster has the members that name it: the first writes, the others read, in another zone', async () => {
  const { cluster, member, deck, ready, instance } = await start()
  const made = (await cluster()).DBCluster!
  expect(made).toMatchObject({ Status: 'creating', DatabaseName: 'testdb' })
  expect(made.Endpoint).toMatch(/^deck\.cluster-c/)
  expect(made.ReaderEndpoint).toMatch(/^deck\.cluster-ro-c/)
  expect(await codeOf(cluster())).toBe('DBClusterAlreadyExistsFault')
  await until(deck, one => one.Status === 'available')
  expect((await deck()).DBClusterMembers).toEqual([])
  expect(await codeOf(member('w', { AllocatedStorage: 20 }))).toBe('InvalidParameterCombination')
  await member('w')
  await member('r', { PromotionTier: 2 })
  await ready('w')
  await ready('r')
  const rows = (await deck()).DBClusterMembers!
  expect(rows.map(one => [one.DBInstanceIdentifier, one.IsClusterWriter])).toEqual([
    ['w', true],
    ['r', false],
  ])
  expect((await instance('w')).AvailabilityZone).not.toBe((await instance('r')).AvailabilityZone)
})

it('a cluster goes after its members, and only unprotected', async () => {
  const { cluster, member, deck, rds, box } = await start(1)
  await cluster({ DeletionProtection: true })
  await member('w')
  await member('r')
  travel(box, 600)
  const remove = () =>
    codeOf(rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: 'deck', SkipFinalSnapshot: true })))
  expect(await remove()).toBe('InvalidParameterCombination')
  const open = { DBClusterIdentifier: 'deck', DeletionProtection: false, ApplyImmediately: true }
  await rds.send(new ModifyDBClusterCommand(open))
  travel(box, 60)
  expect(await remove()).toBe('InvalidDBClusterStateFault')
  await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'w', SkipFinalSnapshot: true }))
  expect((await deck()).DBClusterMembers!.find(one => one.IsClusterWriter)!.DBInstanceIdentifier).toBe('r')
  await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'r', SkipFinalSnapshot: true }))
  expect(await remove()).toBe('accepted')
  expect((await deck()).Status).toBe('deleting')
  travel(box, 400)
  expect(await codeOf(deck())).toBe('DBClusterNotFoundFault')
})

it('tells the default version of an engine and where a class is sold', async () => {
  const { rds } = await start()
  const asked = { Engine: 'mysql', DefaultOnly: true }
  const { DBEngineVersions } = await rds.send(new DescribeDBEngineVersionsCommand(asked))
  expect(DBEngineVersions).toHaveLength(1)
  expect(DBEngineVersions![0]!.EngineVersion).toMatch(/^8\.4\./)
  const option = {
    Engine: 'mysql',
    EngineVersion: DBEngineVersions![0]!.EngineVersion!,
    DBInstanceClass: 'db.t3.micro',
  }
  const { OrderableDBInstanceOptions } = await rds.send(new DescribeOrderableDBInstanceOptionsCommand(option))
  const row = OrderableDBInstanceOptions!.find(one => one.StorageType === 'gp3')!
  expect(row.AvailabilityZones!.map(one => one.Name)).toEqual(['ap-northeast-1a', 'ap-northeast-1c'])
})

it('tags of databases are listed by ARN', async () => {
  const { rds, alone } = await start()
  const ResourceName = (await alone()).DBInstance!.DBInstanceArn!
  await rds.send(new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: 'c', Value: 'd' }] }))
  const { TagList } = await rds.send(new ListTagsForResourceCommand({ ResourceName }))
  expect(TagList!.map(one => one.Key)).toEqual(['a', 'c'])
})
