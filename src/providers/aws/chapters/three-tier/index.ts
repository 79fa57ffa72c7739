import type { Chapters } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import { application } from './application.ts'
import { balancer } from './balancer.ts'
import { database } from './database.ts'
import { machines } from './machines.ts'
import { network, subnets } from './network.ts'

/** Apache behind an ALB, uWSGI behind an internal NLB, Aurora behind them. */
export const threeTier: Chapters<AwsLive> = { network, subnets, machines, database, application, balancer }
