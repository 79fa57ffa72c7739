import type { Chapters } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import { application } from './application.ts'
import { balancer } from './balancer.ts'
import { database } from './database.ts'
import { machines } from './machines.ts'
import { network, subnets } from './network.ts'

/** Web servers in private subnets behind a load balancer, a bastion to enter them by, RDS and a bucket. */
export const rails: Chapters<AwsLive> = { network, subnets, machines, database, application, balancer }
