import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { findResource, text, texts, time } from '../../core/resources.ts'
import { cacheArn, endpointEnd, nodeName } from './lookup.ts'

/** creating, available, deleting. */
export function replicationGroupStatus(call: Call, group: Resource): string {
  if (group.goneAt !== undefined) return 'deleting'
  return call.world.now() < time(group, 'readyAt') ? 'creating' : 'available'
}

/** The names of a new group's primary node, of any of its replicas, and of each of its nodes. */
export type Endpoints = { host: string; readerHost: string; nodeHosts: string[] }

/** The names that a new group answers to. With TLS they are others. */
export function endpointsOf(call: Call, name: string, count: number, tls: boolean): Endpoints {
  const nodes = Array.from({ length: count }, (_, index) => nodeName(name, index))
  if (!tls) {
    return {
      host: `${name}.${endpointEnd(call, 'ng.0001.')}`,
      readerHost: `${name}-ro.${endpointEnd(call, 'ng.0001.')}`,
      nodeHosts: nodes.map(node => `${node}.${endpointEnd(call, '0001.')}`),
    }
  }
  const end = `${name}.${endpointEnd(call)}`
  return { host: `master.${end}`, readerHost: `replica.${end}`, nodeHosts: nodes.map(node => `${node}.${end}`) }
}

/** A replication group as `DescribeReplicationGroups` shows it. Tokens are not; endpoints once it is available. */
export function describeGroup(call: Call, group: Resource): JsonObject {
  const copied = texts(group, 'interfaces').length > 1
  const port = time(group, 'port')
  const status = replicationGroupStatus(call, group)
  const nodes = texts(group, 'interfaces').map((_, index) => ({
    CacheClusterId: nodeName(text(group, 'name'), index),
    CacheNodeId: '0001',
    ReadEndpoint: { Address: texts(group, 'nodeHosts')[index] ?? '', Port: port },
    PreferredAvailabilityZone: zoneOf(call, group, index),
    CurrentRole: index === 0 ? 'primary' : 'replica',
  }))
  return {
    ReplicationGroupId: text(group, 'name'),
    Description: text(group, 'description'),
    Status: status,
    ARN: group.id,
    Engine: text(group, 'engine'),
    CacheNodeType: text(group, 'nodeType'),
    MemberClusters: nodes.map(node => node.CacheClusterId),
    PendingModifiedValues: {},
    AutomaticFailover: group.data.failover === true ? 'enabled' : 'disabled',
    MultiAZ: group.data.multiAz === true ? 'enabled' : 'disabled',
    ClusterEnabled: false,
    ClusterMode: 'disabled',
    SnapshotRetentionLimit: 0,
    SnapshotWindow: '16:00-17:00',
    ...encryption(call, group),
    ...(group.data.tls === true && { TransitEncryptionMode: 'required' }),
    AutoMinorVersionUpgrade: group.data.autoUpgrade === true,
    DataTiering: 'disabled',
    NetworkType: 'ipv4',
    IpDiscovery: 'ipv4',
    LogDeliveryConfigurations: [],
    UserGroupIds: [],
    ReplicationGroupCreateTime: date(call, group.born),
    ...(status === 'available' && {
      NodeGroups: [
        {
          NodeGroupId: '0001',
          Status: status,
          PrimaryEndpoint: { Address: text(group, 'host'), Port: port },
          ...(copied && { ReaderEndpoint: { Address: text(group, 'readerHost'), Port: port } }),
          NodeGroupMembers: nodes,
        },
      ],
    }),
  }
}

/** A node of a replication group as `DescribeCacheClusters` shows it; its endpoint only on request. */
export function describeCluster(call: Call, group: Resource, index: number, withNodes: boolean): JsonObject {
  const id = nodeName(text(group, 'name'), index)
  const status = replicationGroupStatus(call, group)
  const zone = zoneOf(call, group, index)
  return {
    CacheClusterId: id,
    ARN: cacheArn(call, 'cluster', id),
    ReplicationGroupId: text(group, 'name'),
    CacheClusterStatus: status,
    CacheNodeType: text(group, 'nodeType'),
    Engine: text(group, 'engine'),
    EngineVersion: text(group, 'version'),
    NumCacheNodes: 1,
    PreferredAvailabilityZone: zone,
    PreferredMaintenanceWindow: 'sat:18:00-sat:19:00',
    PendingModifiedValues: {},
    CacheSecurityGroups: [],
    CacheParameterGroup: {
      CacheParameterGroupName: `default.${text(group, 'family')}`,
      ParameterApplyStatus: 'in-sync',
      CacheNodeIdsToReboot: [],
    },
    CacheSubnetGroupName: text(group, 'subnetGroup'),
    SecurityGroups: texts(group, 'groups').map(SecurityGroupId => ({ SecurityGroupId, Status: 'active' })),
    SnapshotRetentionLimit: 0,
    SnapshotWindow: '16:00-17:00',
    ...encryption(call, group),
    ...(group.data.tls === true && { TransitEncryptionMode: 'required' }),
    AutoMinorVersionUpgrade: group.data.autoUpgrade === true,
    ReplicationGroupLogDeliveryEnabled: false,
    NetworkType: 'ipv4',
    IpDiscovery: 'ipv4',
    CacheClusterCreateTime: date(call, group.born),
    ...(withNodes &&
      status === 'available' && {
        CacheNodes: [
          {
            CacheNodeId: '0001',
            CacheNodeStatus: status,
            CacheNodeCreateTime: date(call, group.born),
            Endpoint: { Address: texts(group, 'nodeHosts')[index] ?? '', Port: time(group, 'port') },
            ParameterGroupStatus: 'in-sync',
            CustomerAvailabilityZone: zone,
          },
        ],
      }),
  }
}

function encryption(call: Call, group: Resource): JsonObject {
  const hasToken = group.data.hasToken === true
  return {
    AuthTokenEnabled: hasToken,
    ...(hasToken && { AuthTokenLastModifiedDate: date(call, group.born) }),
    TransitEncryptionEnabled: group.data.tls === true,
    AtRestEncryptionEnabled: group.data.encrypted === true,
  }
}

function zoneOf(call: Call, group: Resource, index: number): string {
  const port = findResource(call, 'network-interface', texts(group, 'interfaces')[index] ?? '')
  return port ? text(port, 'zone') : text(group, 'zone')
}
