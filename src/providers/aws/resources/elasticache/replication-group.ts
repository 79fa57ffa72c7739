import type { ReplicationGroup } from '@aws-sdk/client-elasticache'
import { Problem } from '../../../../base/errors.ts'
import type { Secret } from '../../../../engine/kind.ts'
import type { Aws } from '../../client.ts'
import { carries, found, markFilter, named, tagList } from '../../read.ts'
import { type AwsKind, minute, orAbsent, repeatable, second, settled, untilAbsent } from '../common.ts'
import { describedAs, tagsOf } from './common.ts'

export type ReplicationGroupIn = {
  name: string
  /** `valkey` or `redis`. */
  engine: string
  version: string
  nodeType: string
  /** Copies of the primary node, each another node. With one or more, the first takes over when the primary fails. */
  replicas: number
  port: number
  subnetGroup: string
  securityGroupIds: string[]
  authToken: Secret
}
export type ReplicationGroupOut = { id: string; host: string; port: string }

/** Console: ElastiCache › Valkey caches (or Redis OSS caches) › Create, cluster mode disabled. Its name is its id. */
export const replicationGroup: AwsKind<ReplicationGroupIn, ReplicationGroupOut> = {
  type: 'aws:replication-group',
  title: 'ElastiCache replication group',
  idempotency: 'uniqueName',
  after: ['aws:cache-subnet-group', 'aws:security-group'],
  expectMs: 8 * minute,
  tagged: true,
  dataLoss: () => ['What it holds is deleted with it; no snapshot is taken.'],
  async find(cloud, where) {
    const id = 'id' in where ? where.id : where.input?.name.toLowerCase()
    const rows = await list(cloud, id)
    const stack = 'stack' in where ? where.stack : undefined
    const ours = rows.filter(row => id !== undefined || row.Description === describedAs(stack!))
    const lists = await Promise.all(
      ours.map(async row =>
        found(row.ReplicationGroupId, await tagsOf(cloud, row.ARN, where), row.ReplicationGroupCreateTime),
      ),
    )
    if (id !== undefined) return lists.flat()
    return lists.flat().filter(({ tags }) => carries(tags, markFilter(this.type, where as { stack: string })))
  },
  async create(cloud, input, mark) {
    const copied = input.replicas > 0
    await cloud.call('elasticache', 'CreateReplicationGroup', {
      ReplicationGroupId: input.name,
      ReplicationGroupDescription: describedAs(mark.stack),
      Engine: input.engine,
      EngineVersion: input.version,
      CacheNodeType: input.nodeType,
      NumCacheClusters: 1 + input.replicas,
      AutomaticFailoverEnabled: copied,
      MultiAZEnabled: copied,
      ClusterMode: 'disabled',
      Port: input.port,
      CacheSubnetGroupName: input.subnetGroup,
      SecurityGroupIds: input.securityGroupIds,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AuthToken: cloud.reveal(input.authToken),
      AtRestEncryptionEnabled: true,
      SnapshotRetentionLimit: 0,
      AutoMinorVersionUpgrade: true,
      Tags: tagList(named(input.name, mark.tags)),
    })
    // ElastiCache keeps it in lower case.
    return input.name.toLowerCase()
  },
  async settle(cloud, id) {
    const options = { what: `the replication group ${id}`, within: 60 * minute, every: 2 * second }
    const group = await settled(cloud, () => read(cloud, id), isReady, options)
    const { Address, Port } = endpointOf(group)!
    return { id, host: Address!, port: String(Port) }
  },
  async remove(cloud, id) {
    const group = await read(cloud, id)
    if (!group) return 'gone'
    if (group.Status !== 'deleting') await requestDeletion(cloud, id)
    return untilAbsent(cloud, () => read(cloud, id), 15 * minute)
  },
}

/** One that is not available yet refuses its deletion: it is sent until it takes it, at most for 45 minutes. */
async function requestDeletion(cloud: Aws, id: string): Promise<void> {
  // Without a name for a final snapshot none is taken.
  const input = { ReplicationGroupId: id, RetainPrimaryCluster: false }
  const send = () =>
    cloud.call('elasticache', 'DeleteReplicationGroup', input, { ...repeatable, patience: 45 * minute })
  try {
    await orAbsent(send)
  } catch (error) {
    // One that is being deleted, perhaps by the attempt whose answer was lost, refuses every further call.
    if ((await read(cloud, id))?.Status !== 'deleting') throw error
  }
}

function isReady(group: ReplicationGroup): boolean {
  if (group.Status === 'create-failed') throw failed(group.ReplicationGroupId ?? '')
  return group.Status === 'available' && endpointOf(group)?.Address !== undefined
}

/** Of the primary node. It has none until it is available. */
function endpointOf({ NodeGroups }: ReplicationGroup) {
  return NodeGroups?.[0]?.PrimaryEndpoint
}

async function read(cloud: Aws, id: string): Promise<ReplicationGroup | undefined> {
  return (await list(cloud, id))[0]
}

async function list(cloud: Aws, id: string | undefined): Promise<ReplicationGroup[]> {
  const input = id === undefined ? {} : { ReplicationGroupId: id }
  const pages = () => cloud.pages('elasticache', 'DescribeReplicationGroups', input, answer => answer.ReplicationGroups)
  return (await orAbsent(pages)) ?? []
}

function failed(id: string): Problem {
  return new Problem({
    what: `Creating the replication group ${id} failed.`,
    why: 'Its status is create-failed, from which ElastiCache does not recover by itself.',
    next: 'The events of ElastiCache in the console say why. Tear the stack down, then create it again with other answers, for example another node type.',
  })
}
