import type { Operation } from '../../../world/model.ts'
import { profileOperations } from './instance-profile.ts'
import { roleOperations } from './role.ts'

/** Every IAM call the embedded AWS carries out. */
export const iamOperations: Record<string, Operation> = { ...roleOperations, ...profileOperations }
