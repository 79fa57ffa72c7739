import type { EmulatedService } from '../core/emulated-service.ts'
import { assistant } from './assistant/index.ts'
import { ecs } from './ecs/index.ts'
import { rds } from './rds/index.ts'
import { slb } from './slb/index.ts'
import { sts } from './sts/index.ts'
import { vpc } from './vpc/index.ts'

/** The products of the emulated Alibaba Cloud, in the inventory's order. */
export const services: EmulatedService[] = [vpc, ecs, assistant, rds, slb, sts]
