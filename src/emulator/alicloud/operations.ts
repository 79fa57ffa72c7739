import type { Operation } from '../world/model.ts'
import { services } from './services/index.ts'

/** Every call that the emulated Alibaba Cloud carries out, by `product.Action`. */
export const operations: Record<string, Operation> = Object.fromEntries(
  services.flatMap(service => Object.entries(service.operations)),
)
