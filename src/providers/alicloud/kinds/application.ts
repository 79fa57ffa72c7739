import { Problem } from '../../../base/errors.ts'
import type { Secret, Text } from '../../../engine/kind.ts'
import { str } from '../read.ts'
import { agentReady, runOnMachine } from './command.ts'
import { type AlicloudKind, minute, second } from './common.ts'
import { readInstance } from './machines.ts'
import { checkPublicKey, machineKeyScript, seal, setupScript } from './scripts.ts'

export type MachineKeyIn = { instanceId: string }
/** `publicKey`: PEM, RSA. Its private half never leaves the machine. */
export type MachineKeyOut = { id: string; publicKey: string }

/** A key made on the machine, so that secrets can be sent through the cloud's command history unread. */
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
        what: `The machine ${instanceId} gave no usable key.`,
        why: `It answered: ${cloud.redact(output).slice(-300)}`,
        next: 'Check that openssl is installed on its image, then run the same command again.',
      })
    }
    return { id, publicKey: `${publicKey}\n` }
  },
  remove: async () => 'gone',
}

export type SetupIn = {
  instanceId: string
  publicKey: string
  script: Text
  env: Record<string, string>
  /** Readable on the machine only: sealed to its key on the way. */
  secrets: Record<string, Secret>
  /** Seconds. */
  timeout: number
}

/** The tutorial's chapter 4 on one machine, through Cloud Assistant: the script may be run any number of times. */
export const setup: AlicloudKind<SetupIn, { id: string }> = {
  type: 'alicloud:setup',
  title: 'Application',
  idempotency: 'upsert',
  after: ['alicloud:machine-key', 'alicloud:database', 'alicloud:db-access', 'alicloud:db-grant'],
  expectMs: 2 * minute,
  tagged: false,
  find: (cloud, where) => findOnMachine(cloud, where),
  create: async (_cloud, { instanceId }) => `${instanceId}/setup`,
  async settle(cloud, id, { instanceId, publicKey, script, env, secrets, timeout }, mark) {
    await agentReady(cloud, instanceId)
    const revealed = Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, cloud.reveal(secret)]))
    // Sealing is random, and a token binds its parameters: sealed once and kept, so that a replay is identical.
    const sealed = await seal(revealed, publicKey, (name, make) => cloud.keep(`sealed-${mark.token}-${name}`, make))
    const command = { name: 'stackwright-setup', script: setupScript(cloud.text(script), env, sealed), timeout }
    await runOnMachine(cloud, instanceId, command, mark)
    return { id }
  },
  remove: async () => 'gone',
}

/** What is on a machine is there as long as the machine is. */
async function findOnMachine(cloud: Parameters<typeof readInstance>[0], where: { id: string } | { stack: string }) {
  if (!('id' in where)) return []
  const row = await readInstance(cloud, where.id.split('/')[0]!)
  return row && str(row, 'InstanceId') ? [{ id: where.id, tags: {} }] : []
}
