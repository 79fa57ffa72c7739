import type { Operation, World } from '../world/model.ts'
import type { Jobs } from './jobs.ts'
import { purge } from './purge.ts'
import type { Runtime } from './runtime.ts'
import type { Watch } from './watch.ts'

/** What a reconciler needs of the rest of the emulator. */
export interface ReconcilerDeps {
  world: World
  /** Saves the world's changes that were made outside of a call. */
  save(): void
  /** The id of the sandbox's data. */
  sandbox: string
  runtime: Runtime
  image: string
  /** Cloud milliseconds a real millisecond. */
  speed: number
  /** Local ports by `host:port` of a load balancer, kept over a restart. */
  ports: Map<string, number>
  keepPort(name: string, port: number): void
}

/** Keeps containers in agreement with the resources of one embedded cloud. */
export interface Reconciler {
  /** The operations, with hooks that make their effects real and tell the truth about containers. */
  operations(all: Record<string, Operation>): Record<string, Operation>
  /** The local URL of a load balancer's listener, by its address or by a name that leads there; nothing without one. */
  reach(host: string, port: number): Promise<string | undefined>
  /** Sentences about what failed and is retried. */
  troubles(): string[]
  /** When containers and cloud agree, as far as that is possible now. */
  idle(): Promise<void>
  /** Stops reconciling and ends what runs in this process; the machines go on. */
  close(): Promise<void>
  /** After `close`: removes every container and network of this sandbox. */
  purge(): Promise<void>
}

/** How a reconciler reports and ends. `endOwn` ends what runs in this process for it. */
export function lifecycleOf(
  { runtime, sandbox }: { runtime: Runtime; sandbox: string },
  { watch, jobs }: { watch: Watch; jobs: Jobs },
  endOwn: () => Promise<unknown>,
): Pick<Reconciler, 'troubles' | 'idle' | 'close' | 'purge'> {
  return {
    troubles: () => [...jobs.troubles(), ...watch.troubles()],
    idle: jobs.idle,
    async close() {
      // What waits for a command on a machine gives up; the command goes on there.
      watch.close()
      jobs.close()
      await endOwn()
      await jobs.idle()
    },
    async purge() {
      await purge(runtime, sandbox)
    },
  }
}
