import type { AnyKind } from '../../../engine/kind.ts'
import { dbCluster, dbClusterMember } from './aurora.ts'
import { loadBalancer, targetGroup } from './balancer.ts'
import { certificate, certificateIssued } from './certificates.ts'
import { dbInstance, dbSubnetGroup } from './database.ts'
import { record, validationRecord } from './dns.ts'
import { autoScalingGroup, scalingPolicy } from './groups.ts'
import { instanceProfile, role } from './identity.ts'
import { healthyTargets, listener, targets } from './listeners.ts'
import { instance, keyPair } from './machines.ts'
import { elasticIp, natGateway } from './nat.ts'
import { internetGateway, subnet, vpc } from './network.ts'
import { routeTable } from './routes.ts'
import { securityGroup, securityRules } from './security.ts'
import { command, machineReady, parameter } from './ssm.ts'
import { bucket } from './storage.ts'
import { launchTemplate } from './templates.ts'
import { hostedZone } from './zones.ts'

export {
  autoScalingGroup,
  bucket,
  certificate,
  certificateIssued,
  command,
  dbCluster,
  dbClusterMember,
  dbInstance,
  dbSubnetGroup,
  elasticIp,
  healthyTargets,
  hostedZone,
  instance,
  instanceProfile,
  internetGateway,
  keyPair,
  launchTemplate,
  listener,
  loadBalancer,
  machineReady,
  natGateway,
  parameter,
  record,
  role,
  routeTable,
  scalingPolicy,
  securityGroup,
  securityRules,
  subnet,
  targetGroup,
  targets,
  validationRecord,
  vpc,
}

/** Every kind of this cloud, in the order of making. */
export const kinds: AnyKind[] = [
  vpc,
  internetGateway,
  subnet,
  elasticIp,
  natGateway,
  routeTable,
  securityGroup,
  securityRules,
  keyPair,
  role,
  instanceProfile,
  bucket,
  parameter,
  dbSubnetGroup,
  dbInstance,
  dbCluster,
  dbClusterMember,
  instance,
  machineReady,
  launchTemplate,
  certificate,
  hostedZone,
  validationRecord,
  certificateIssued,
  loadBalancer,
  targetGroup,
  autoScalingGroup,
  scalingPolicy,
  command,
  targets,
  listener,
  healthyTargets,
  record,
]
