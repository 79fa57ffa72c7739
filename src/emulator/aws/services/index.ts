import type { EmulatedService } from '../core/emulated-service.ts'
import { acm } from './acm/index.ts'
import { autoscaling } from './autoscaling/index.ts'
import { ec2 } from './ec2/index.ts'
import { ecr } from './ecr/index.ts'
import { elasticache } from './elasticache/index.ts'
import { elbv2 } from './elbv2/index.ts'
import { iam } from './iam/index.ts'
import { rds } from './rds/index.ts'
import { route53 } from './route53/index.ts'
import { s3 } from './s3/index.ts'
import { secretsmanager } from './secretsmanager/index.ts'
import { ssm } from './ssm/index.ts'
import { sts } from './sts/index.ts'

/** The services of the emulated AWS, in the inventory's order. */
export const services: EmulatedService[] = [
  ec2,
  iam,
  ssm,
  autoscaling,
  rds,
  elasticache,
  s3,
  elbv2,
  acm,
  route53,
  secretsmanager,
  ecr,
  sts,
]
