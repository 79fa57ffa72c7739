/**
 * The emulator's only door: the product imports nothing else of this folder, and the emulator of the product only
 * `src/base/` (`test/emulator/border.test.ts`). What is heavy, the server and the containers, is loaded by the call
 * that needs it: starting, finding and stopping a server in a process of its own takes little.
 */
import type { Purged } from './server/purge.ts'
import type { Sandbox, ServeOptions } from './server/server.ts'

export { readOwner } from './server/claim.ts'
export {
  ensureSandbox,
  findSandbox,
  prepareFor,
  type Running,
  type StartOptions,
  sandboxData,
  startSandbox,
  stopSandbox,
} from './server/process.ts'
export { parseFaults } from './world/faults.ts'
export type { Purged, Sandbox, ServeOptions }

/** Serves the emulator in this process; see `serve` in server/server.ts. */
export async function serve(options?: ServeOptions): Promise<Sandbox> {
  const server = await import('./server/server.ts')
  return await server.serve(options)
}

/** Removes one sandbox with its containers and its data; see server/purge.ts. */
export async function purgeSandbox(options: { data: string; env: NodeJS.ProcessEnv }): Promise<Purged> {
  const purge = await import('./server/purge.ts')
  return await purge.purgeSandbox(options)
}

/** Removes the sandboxes of all folders; see server/purge.ts. */
export async function purgeAll(env: NodeJS.ProcessEnv): Promise<Purged> {
  const purge = await import('./server/purge.ts')
  return await purge.purgeAll(env)
}
