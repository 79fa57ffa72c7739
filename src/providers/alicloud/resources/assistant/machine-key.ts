import { Problem } from '../../../../base/errors.ts'
import { type AlicloudKind, second } from '../common.ts'
import { findOnMachine } from './common.ts'
import { agentReady, runOnMachine } from './run-command.ts'
import { checkPublicKey, machineKeyScript } from './scripts.ts'

export type MachineKeyIn = { instanceId: string }

/** `publicKey`: PEM, RSA. Its private half never leaves the machine. */
export type MachineKeyOut = { id: string; publicKey: string }

/** A key made on the machine, so that secrets in the cloud's command history cannot be read. */
export const machineKey: AlicloudKind<MachineKeyIn, MachineKeyOut> = {
  type: 'alicloud:machine-key',
  title: 'Machine key',
  idempotency: 'upsert',
  after: ['alicloud:instance'],
  expectMs: 30 * second,
  tagged: false,
  find: (cloud, where) => findOnMachine(cloud, where),
  create: async (_cloud, { instanceId }) => `${instanceId}/machine-key`,
  async settle(cloud, id, { instanceId }, mark) {
    await agentReady(cloud, instanceId)
    const command = { name: 'stackwright-machine-key', script: machineKeyScript(), timeout: 120 }
    const output = await runOnMachine(cloud, instanceId, command, mark)
    const publicKey = /-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/.exec(output)?.[0]
    if (!publicKey || !checkPublicKey(publicKey)) {
      throw new Problem({
        what: `The machine ${instanceId} returned no usable key.`,
        why: `Its output: ${cloud.redact(output).slice(-300)}`,
        next: 'Check that its image has openssl, then run the same command again.',
      })
    }
    return { id, publicKey: `${publicKey}\n` }
  },
  remove: async () => 'gone',
}
