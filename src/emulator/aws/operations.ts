import type { Operation } from '../model.ts'
import { certificateOperations } from './acm.ts'
import { scalingGroupOperations } from './asg-groups.ts'
import { scalingMemberOperations } from './asg-members.ts'
import { policyOperations } from './asg-policies.ts'
import { refreshOperations } from './asg-refresh.ts'
import { ec2Operations } from './ec2.ts'
import { balancerOperations } from './elb-balancers.ts'
import { groupOperations } from './elb-groups.ts'
import { listenerOperations } from './elb-listeners.ts'
import { ruleOperations } from './elb-rules.ts'
import { balancerTagOperations } from './elb-tags.ts'
import { targetOperations } from './elb-targets.ts'
import { iamOperations } from './iam.ts'
import { clusterOperations } from './rds-clusters.ts'
import { dbInstanceOperations } from './rds-instances.ts'
import { rdsReadOperations } from './rds-reads.ts'
import { snapshotOperations } from './rds-snapshots.ts'
import { subnetGroupOperations } from './rds-subnet-groups.ts'
import { recordOperations } from './route53-records.ts'
import { zoneOperations } from './route53-zones.ts'
import { bucketOperations } from './s3-buckets.ts'
import { listOperations } from './s3-lists.ts'
import { objectOperations } from './s3-objects.ts'
import { uploadOperations } from './s3-uploads.ts'
import { secretOperations } from './secrets.ts'
import { ssmOperations } from './ssm.ts'
import { stsOperations } from './sts.ts'
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
