import { available, type EmulatedService } from '../../core/emulated-service.ts'
import { text } from '../../core/resources.ts'
import { wire } from '../../protocol/service.ts'
import { availabilityOperations } from './availability.ts'
import { readyState } from './cidr-block.ts'
import { elasticIpOperations } from './elastic-ip.ts'
import { imageOperations } from './image.ts'
import { instanceOperations } from './instance.ts'
import { instanceState } from './instance-state.ts'
import { internetGatewayOperations } from './internet-gateway.ts'
import { keyPairOperations } from './key-pair.ts'
import { launchTemplateOperations } from './launch-template.ts'
import { natGatewayOperations, natState } from './nat-gateway.ts'
import { isAssociated, networkInterfaceOperations, statusOf } from './network-interface.ts'
import { routeTableOperations } from './route-table.ts'
import { securityGroupOperations } from './security-group.ts'
import { securityGroupRuleOperations } from './security-group-rule.ts'
import { subnetOperations } from './subnet.ts'
import { tagOperations } from './tags.ts'
import { unimplemented } from './unimplemented.ts'
import { volumeOperations, volumeState } from './volume.ts'
import { vpcOperations } from './vpc.ts'

/** Networks, instances and what they need. */
export const ec2: EmulatedService = {
  name: 'ec2',
  title: 'EC2',
  wire: wire('ec2', 'ec2', '2016-11-15', () => import('@aws-sdk/client-ec2')),
  operations: {
    ...vpcOperations,
    ...subnetOperations,
    ...internetGatewayOperations,
    ...elasticIpOperations,
    ...natGatewayOperations,
    ...routeTableOperations,
    ...securityGroupOperations,
    ...securityGroupRuleOperations,
    ...networkInterfaceOperations,
    ...keyPairOperations,
    ...imageOperations,
    ...availabilityOperations,
    ...instanceOperations,
    ...volumeOperations,
    ...launchTemplateOperations,
    ...tagOperations,
  },
  inventory: {
    vpc: readyState,
    subnet: readyState,
    'internet-gateway': (_, gateway) => (text(gateway, 'vpcId') === '' ? 'detached' : 'attached'),
    'elastic-ip': (call, address) => (isAssociated(call, address) ? 'associated' : 'free'),
    'nat-gateway': (call, gateway) => unlessOver(natState(call, gateway)),
    'route-table': (_, table) => (table.data.main === true ? undefined : 'available'),
    'security-group': (_, group) => (group.data.isDefault === true ? undefined : 'available'),
    'key-pair': available,
    instance: (call, instance) => unlessOver(instanceState(call, instance)),
    volume: volumeState,
    'network-interface': (_, face) => (face.goneAt === undefined ? statusOf(face) : 'detaching'),
    'launch-template': available,
  },
  unimplemented,
}

function unlessOver(state: string): string | undefined {
  return ['terminated', 'deleted'].includes(state) ? undefined : state
}
