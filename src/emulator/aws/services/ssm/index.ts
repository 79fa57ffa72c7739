import { available, type EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { agentOperations } from './agent.ts'
import { commandOperations } from './command.ts'
import { parameterOperations } from './parameter.ts'
import { unimplemented } from './unimplemented.ts'

/** Systems Manager: parameters, agents, commands. */
export const ssm: EmulatedService = {
  name: 'ssm',
  title: 'Systems Manager',
  wire: wire('ssm', 'json', '2014-11-06', () => import('@aws-sdk/client-ssm'), { target: 'AmazonSSM' }),
  operations: {
    ...parameterOperations,
    ...agentOperations,
    ...commandOperations,
  },
  inventory: {
    parameter: available,
  },
  unimplemented,
}
