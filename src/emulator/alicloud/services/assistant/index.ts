import { type EmulatedService, readiness } from '../../core/emulated-service.ts'
import { commandOperations } from './command.ts'
import { unimplemented } from './unimplemented.ts'

/** Cloud Assistant: commands on machines. Its actions are ECS’s. */
export const assistant: EmulatedService = {
  name: 'ecs',
  title: 'Cloud Assistant',
  operations: {
    ...commandOperations,
  },
  inventory: {
    command: readiness(),
  },
  unimplemented,
}
