import { found } from '../../read.ts'
import { type AwsKind, second } from '../common.ts'
import { untilOnline } from './agent.ts'

export type MachineReadyIn = { instanceId: string }

/** Waits until the Systems Manager agent is online: the machine has booted, and has its role and a route to the internet. */
export const machineReady: AwsKind<MachineReadyIn, { id: string }> = {
  type: 'aws:machine-ready',
  title: 'SSM Agent',
  idempotency: 'upsert',
  after: ['aws:instance'],
  expectMs: 60 * second,
  tagged: false,
  find: async (_cloud, where) => ('id' in where ? found(where.id, {}) : []),
  create: async (_cloud, { instanceId }) => `${instanceId}/agent`,
  async settle(cloud, id, { instanceId }) {
    await untilOnline(cloud, [instanceId])
    return { id }
  },
  remove: async () => 'gone',
}
