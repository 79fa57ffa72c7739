import type { Operation } from '../model.ts'
import { profileOperations } from './iam-profiles.ts'
import { roleOperations } from './iam-roles.ts'

/** Every IAM call the embedded AWS carries out. */
export const iamOperations: Record<string, Operation> = { ...roleOperations, ...profileOperations }
