import { kinds } from '../../../../src/providers/aws/resources/index.ts'
import { proveKinds } from '../../contract.ts'
import { buildEverything } from '../stack.ts'
import { openBench } from '../support.ts'

proveKinds({
  cloud: 'AWS',
  openBench,
  kinds,
  everything: buildEverything,
  untagged: ['balancer/name'],
  lost: [
    ...['CreateVpc', 'AllocateAddress', 'RunInstances', 'ImportKeyPair', 'CreateNatGateway'],
    ...[
      'CreateRole',
      'CreateDBCluster',
      'CreateReplicationGroup',
      'CreateLoadBalancer',
      'CreateListener',
      'CreateRule',
      'SendCommand',
    ],
  ],
})
