import type { Secret, Text } from '../../../../engine/kind.ts'
import { type AlicloudKind, minute } from '../common.ts'
import { findOnMachine } from './common.ts'
import { agentReady, runOnMachine } from './run-command.ts'
import { seal, setupScript } from './scripts.ts'

export type SetupIn = {
  instanceId: string
  publicKey: string
  script: Text
  env: Record<string, string>
  /** Readable on the machine only: encrypted to its key on the way. */
  secrets: Record<string, Secret>
  /** Seconds. */
  timeout: number
}

/** Installs the application on one machine through Cloud Assistant. The script can be run any number of times. */
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
    // Encryption is random, and a token binds its parameters: encrypted once and kept, so that a replay is identical.
    const sealed = await seal(revealed, publicKey, (name, make) => cloud.keep(`sealed-${mark.token}-${name}`, make))
    const command = { name: 'stackwright-setup', script: setupScript(cloud.text(script), env, sealed), timeout }
    await runOnMachine(cloud, instanceId, command, mark)
    return { id }
  },
  remove: async () => 'gone',
}
