import type { Call, Thing } from '../../../world/model.ts'
import { text } from '../../core/input.ts'
import { readyState } from './cidr-block.ts'
import { instanceState } from './instance-state.ts'
import { natState } from './nat-gateway.ts'
import { isAssociated, statusOf } from './network-interface.ts'
import { volumeState } from './volume.ts'

/**
 * How the inventory shows a thing: its state, or undefined for one that is no more or that was there with another
 * (a terminated instance, a deleted NAT gateway, a VPC's own group and table).
 */
export type Shows = (call: Call, thing: Thing) => string | undefined

const plain: Shows = () => 'available'
const unlessOver = (state: string): string | undefined =>
  ['terminated', 'deleted'].includes(state) ? undefined : state

/** EC2's, Systems Manager's and IAM's part of the inventory, by type. */
export const ec2Inventory: Record<string, Shows> = {
  vpc: readyState,
  subnet: readyState,
  'internet-gateway': (_, thing) => (text(thing, 'vpcId') === '' ? 'detached' : 'attached'),
  'elastic-ip': (call, thing) => (isAssociated(call, thing) ? 'associated' : 'free'),
  'nat-gateway': (call, thing) => unlessOver(natState(call, thing)),
  'route-table': (_, thing) => (thing.data.main === true ? undefined : 'available'),
  'security-group': (_, thing) => (thing.data.isDefault === true ? undefined : 'available'),
  'key-pair': plain,
  instance: (call, thing) => unlessOver(instanceState(call, thing)),
  volume: volumeState,
  'network-interface': (_, thing) => (thing.goneAt === undefined ? statusOf(thing) : 'detaching'),
  'launch-template': plain,
  role: plain,
  'instance-profile': plain,
  parameter: plain,
}
