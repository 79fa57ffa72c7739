import type { Operation } from '../../../world/model.ts'
import { agentOperations } from './agent.ts'
import { commandOperations } from './command.ts'
import { parameterOperations } from './parameter.ts'

/** Every Systems Manager call the embedded AWS carries out. */
export const ssmOperations: Record<string, Operation> = {
  ...parameterOperations,
  ...agentOperations,
  ...commandOperations,
}
