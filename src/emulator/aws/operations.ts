import type { Operation } from '../world/model.ts'
import { certificateOperations } from './services/acm/certificate.ts'
import { scalingGroupOperations } from './services/autoscaling/auto-scaling-group.ts'
import { scalingMemberOperations } from './services/autoscaling/instance.ts'
import { refreshOperations } from './services/autoscaling/instance-refresh.ts'
import { policyOperations } from './services/autoscaling/scaling-policy.ts'
import { ec2Operations } from './services/ec2/index.ts'
import { listenerOperations } from './services/elbv2/listener.ts'
import { ruleOperations } from './services/elbv2/listener-rule.ts'
import { balancerOperations } from './services/elbv2/load-balancer.ts'
import { balancerTagOperations } from './services/elbv2/tags.ts'
import { targetOperations } from './services/elbv2/target.ts'
import { groupOperations } from './services/elbv2/target-group.ts'
import { iamOperations } from './services/iam/index.ts'
import { rdsReadOperations } from './services/rds/availability.ts'
import { clusterOperations } from './services/rds/db-cluster.ts'
import { dbInstanceOperations } from './services/rds/db-instance.ts'
import { snapshotOperations } from './services/rds/db-snapshot.ts'
import { subnetGroupOperations } from './services/rds/db-subnet-group.ts'
import { zoneOperations } from './services/route53/hosted-zone.ts'
import { recordOperations } from './services/route53/record.ts'
import { bucketOperations } from './services/s3/bucket.ts'
import { uploadOperations } from './services/s3/multipart-upload.ts'
import { objectOperations } from './services/s3/object.ts'
import { listOperations } from './services/s3/object-list.ts'
import { secretOperations } from './services/secretsmanager/secret.ts'
import { ssmOperations } from './services/ssm/index.ts'
import { stsOperations } from './services/sts/index.ts'
import { tended } from './tend.ts'

/**
 * Every call the embedded AWS carries out, by `service.Action`: ec2, rds, elbv2, autoscaling, iam, ssm, s3, acm,
 * route53, secretsmanager, sts. Each file brings a table of its own (`...vpcOperations`).
 *
 * An operation gets the official input as the SDK's types have it (numbers are numbers, lists are lists) and answers
 * the official output, except: times are ISO 8601 strings in UTC, bytes are Base64 strings, both ways, streamed bodies
 * too. What is undefined is not in the answer. The server has checked unknown and required members and remembers
 * client tokens; it refuses any answer that the official schema does not have (`SandboxDefect`). An ApiError may bear
 * the SDK's name of an error (`DBInstanceNotFoundFault`): the wire gets the code and status that belong to it.
 */
export const operations: Record<string, Operation> = tended({
  ...ec2Operations,
  ...ssmOperations,
  ...iamOperations,
  ...stsOperations,
  ...balancerOperations,
  ...groupOperations,
  ...listenerOperations,
  ...ruleOperations,
  ...certificateOperations,
  ...zoneOperations,
  ...recordOperations,
  ...secretOperations,
  ...clusterOperations,
  ...dbInstanceOperations,
  ...rdsReadOperations,
  ...snapshotOperations,
  ...subnetGroupOperations,
  ...targetOperations,
  ...balancerTagOperations,
  ...scalingGroupOperations,
  ...scalingMemberOperations,
  ...policyOperations,
  ...refreshOperations,
  ...bucketOperations,
  ...objectOperations,
  ...listOperations,
  ...uploadOperations,
})
