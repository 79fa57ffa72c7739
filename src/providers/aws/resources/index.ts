import type { AnyKind } from '../../../engine/kind.ts'
import { certificate } from './acm/certificate.ts'
import { certificateIssued } from './acm/certificate-issued.ts'
import { autoScalingGroup } from './autoscaling/auto-scaling-group.ts'
import { scalingPolicy } from './autoscaling/scaling-policy.ts'
import { elasticIp } from './ec2/elastic-ip.ts'
import { instance } from './ec2/instance.ts'
import { internetGateway } from './ec2/internet-gateway.ts'
import { keyPair } from './ec2/key-pair.ts'
import { launchTemplate } from './ec2/launch-template.ts'
import { natGateway } from './ec2/nat-gateway.ts'
import { routeTable } from './ec2/route-table.ts'
import { securityGroup } from './ec2/security-group.ts'
import { securityRules } from './ec2/security-rules.ts'
import { subnet } from './ec2/subnet.ts'
import { vpc } from './ec2/vpc.ts'
import { repository as ecrRepository } from './ecr/repository.ts'
import { cacheSubnetGroup } from './elasticache/cache-subnet-group.ts'
import { replicationGroup } from './elasticache/replication-group.ts'
import { healthyTargets } from './elbv2/healthy-targets.ts'
import { listener } from './elbv2/listener.ts'
import { listenerRule } from './elbv2/listener-rule.ts'
import { loadBalancer } from './elbv2/load-balancer.ts'
import { targetGroup } from './elbv2/target-group.ts'
import { targets } from './elbv2/targets.ts'
import { instanceProfile } from './iam/instance-profile.ts'
import { role } from './iam/role.ts'
import { dbCluster } from './rds/db-cluster.ts'
import { dbClusterMember } from './rds/db-cluster-member.ts'
import { dbInstance } from './rds/db-instance.ts'
import { dbSubnetGroup } from './rds/db-subnet-group.ts'
import { hostedZone } from './route53/hosted-zone.ts'
import { record } from './route53/record.ts'
import { validationRecord } from './route53/validation-record.ts'
import { bucket } from './s3/bucket.ts'
import { command } from './ssm/command.ts'
import { machineReady } from './ssm/machine-ready.ts'
import { parameter } from './ssm/parameter.ts'

export type { CertificateOut } from './acm/certificate.ts'
export type { Rule } from './ec2/security-rules.ts'
export {
  autoScalingGroup,
  bucket,
  cacheSubnetGroup,
  certificate,
  certificateIssued,
  command,
  dbCluster,
  dbClusterMember,
  dbInstance,
  dbSubnetGroup,
  ecrRepository,
  elasticIp,
  healthyTargets,
  hostedZone,
  instance,
  instanceProfile,
  internetGateway,
  keyPair,
  launchTemplate,
  listener,
  listenerRule,
  loadBalancer,
  machineReady,
  natGateway,
  parameter,
  record,
  replicationGroup,
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

/** Every kind of resource of AWS, in the order of creation. */
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
  ecrRepository,
  parameter,
  dbSubnetGroup,
  dbInstance,
  dbCluster,
  dbClusterMember,
  cacheSubnetGroup,
  replicationGroup,
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
  listenerRule,
  healthyTargets,
  record,
]
