import { resolve } from 'node:path'
import { Exit } from '../base/errors.ts'
import { readOwner } from '../emulator/index.ts'
import { serve } from './emulator.ts'
import type { SandboxFlags } from './sandbox-flags.ts'

/**
 * The detached server itself (`sandbox start` has checked its flags). Ends when it is asked to, and by itself when its
 * data folder is removed: it could not be found or stopped any more. Returns the exit code.
 */
export async function serveSandbox(flags: SandboxFlags): Promise<number> {
  const data = resolve(flags.data ?? '.')
  const numeric = (text: string | undefined) => (text === undefined ? undefined : Number(text))
  const { promise: stopRequested, resolve: stop } = withResolvers()
  const sandbox = await serve({
    data,
    port: numeric(flags.port),
    speed: numeric(flags.speed),
    seed: numeric(flags.seed),
    faults: flags.faults,
    machines: flags.machines === 'container' ? 'container' : 'none',
    env: process.env,
    onStop: stop,
  })
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  const watch = setInterval(() => {
    if (readOwner(data)?.pid !== process.pid) stop()
  }, 1_000)
  await stopRequested
  clearInterval(watch)
  // The response to the request that asked for this is still being sent.
  await new Promise(wait => setTimeout(wait, 20))
  await sandbox.close()
  return Exit.done
}

/** Promise.withResolvers is younger than the oldest Node we run on. */
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolvePromise = () => {}
  const promise = new Promise<void>(done => {
    resolvePromise = done
  })
  return { promise, resolve: () => resolvePromise() }
}
