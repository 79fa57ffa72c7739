import type { Operation } from '../model.ts'
import { agentOperations } from './ssm-agents.ts'
import { commandOperations } from './ssm-commands.ts'
import { parameterOperations } from './ssm-parameters.ts'

/** Every Systems Manager call the embedded AWS carries out. */
export const ssmOperations: Record<string, Operation> = {
  ...parameterOperations,
  ...agentOperations,
  ...commandOperations,
}
