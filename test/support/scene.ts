import { expect } from 'vitest'
import { type Sandbox, serve } from '../../src/commands/emulator.ts'
import { bareEnv, type Ended, run, start } from './bin.ts'
import { emptyFolder } from './folder.ts'
import { type Hooks, startProxy } from './proxy.ts'
import { inventoryOf, prepareAccount, type Subject } from './subjects.ts'

/** Fast enough that a database takes a tenth of a second, slow enough that states are still seen on the way. */
const SPEED = 3000

export type Moment = 'before' | 'after'
type Env = Record<string, string>

/** One stack in an embedded cloud of its own, worked on by the built command. */
export interface Scene {
  sandbox: Sandbox
  cwd: string
  /** The inventory before anything was built. */
  before: string[]
  /** Runs the command to its end. */
  run(args: string[], env?: Env): Promise<Ended>
  /** Runs it to its end through a proxy. The hooks can send the command a signal. */
  runThrough(args: string[], hooks: (send: (signal: NodeJS.Signals) => void) => Hooks, env?: Env): Promise<Ended>
  /** Runs it until the nth call, and kills it with SIGKILL before the call is passed on or before its answer is. */
  runKilled(args: string[], nth: number, moment: Moment): Promise<Ended>
  /** Runs it and sends one SIGINT when the first such call arrives; the cloud answers the call as usual. */
  runInterrupted(args: string[], at: (action: string) => boolean): Promise<Ended>
  close(): Promise<void>
}

export async function newScene(subject: Subject, { faults = '', seed = 1 } = {}): Promise<Scene> {
  const sandbox = await serve({ speed: SPEED, seed })
  await prepareAccount(sandbox.url, subject)
  sandbox.setFaults(faults)
  const cwd = await emptyFolder()
  const withUrl = (url: string, env?: Env) => ({ cwd, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: url, ...env }) })
  const runThrough: Scene['runThrough'] = async (args, hooks, env) => {
    let send: (signal: NodeJS.Signals) => void = () => {}
    const proxy = await startProxy(
      sandbox.url,
      hooks(signal => send(signal)),
    )
    const running = start(args, withUrl(proxy.url, env))
    send = signal => running.child.kill(signal)
    const ended = await running.ended
    await proxy.close()
    return ended
  }
  return {
    sandbox,
    cwd,
    before: inventoryOf(sandbox),
    run: (args, env) => run(args, withUrl(sandbox.url, env)),
    runThrough,
    runKilled: (args, nth, moment) =>
      runThrough(args, send => ({
        // The call that the kill hits goes no further: neither to the cloud (before) nor back to the process (after).
        [moment](call: { nth: number }) {
          if (call.nth !== nth) return
          send('SIGKILL')
          return new Promise<void>(() => {})
        },
      })),
    runInterrupted(args, at) {
      let sent = false
      return runThrough(args, send => ({
        before({ action }) {
          if (sent || !at(action)) return
          sent = true
          send('SIGINT')
        },
      }))
    },
    close: () => sandbox.close(),
  }
}

export function expectDone(ended: Ended, what = 'the run'): void {
  expect(ended.code, `${what}\n${ended.stdout.slice(-3000)}\n${ended.stderr.slice(-3000)}`).toBe(0)
}
