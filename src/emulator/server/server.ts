import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { JsonObject } from '../../base/json.ts'
import { memoizer } from '../../base/memoize.ts'
import { frontDoor } from '../alicloud/front.ts'
import { inventoryOf } from '../alicloud/inventory.ts'
import { operations } from '../alicloud/operations.ts'
import { createAlicloudApi } from '../alicloud/protocol/api.ts'
import { answerWithKeys } from '../alicloud/services/ecs/machine-key.ts'
import { services } from '../alicloud/services/index.ts'
import { advanceAll } from '../aws/advance.ts'
import { everyPlace } from '../aws/core/places.ts'
import { frontDoor as awsFrontDoor, countPassed } from '../aws/front.ts'
import { inventoryOf as awsInventoryOf } from '../aws/inventory.ts'
import { operations as awsOperations } from '../aws/operations.ts'
import { type Deps as AwsDeps, createAwsApi } from '../aws/protocol/api.ts'
import { isAws } from '../aws/protocol/wire.ts'
import { setCpu } from '../aws/services/autoscaling/metric.ts'
import { services as awsServices } from '../aws/services/index.ts'
import type { MachinePackages } from '../containers/build.ts'
import type { OpenOptions, Reconcilers } from '../containers/open.ts'
import { type Authority, openAuthority } from '../http/authority.ts'
import type { Raw, Reply } from '../http/exchange.ts'
import { closeServer, createFronts, type FrontDeps, listen } from '../http/front.ts'
import { createFaults, type Faults, parseFaults } from '../world/faults.ts'
import { createJournal } from '../world/journal.ts'
import { openStore } from '../world/store.ts'
import { reasonWithout } from '../world/unimplemented.ts'
import { createWorld, type LiveWorld } from '../world/world.ts'
import { announce, claim, release } from './claim.ts'
import { type CallLog, createCallLog } from './control.ts'
import { createHttp } from './http.ts'

/** Whether machines are simulated or containers. */
export type Machines = 'none' | 'container'

/** How a server starts; everything has a default. */
export interface ServeOptions {
  /** 0 or nothing: any free port. */
  port?: number | undefined
  /** Cloud milliseconds a real millisecond. */
  speed?: number | undefined
  /** `throttle=0.2,error=0.05,…`; see faults.ts. */
  faults?: string | undefined
  /** Folder that keeps the data; nothing: in memory only. */
  data?: string | undefined
  /** `container`: machines and databases really run, as containers of Podman. Default: they are simulated. */
  machines?: Machines | undefined
  /** Debian packages, by cloud, that machines in containers have from the beginning: what setups will ask for. */
  machinePackages?: MachinePackages | undefined
  /**
   * The line by which a script asks a machine of Alibaba Cloud for its public RSA key (PEM): a simulated machine prints
   * a real one. Nothing: it prints what every script prints.
   */
  machineKeyMarker?: string | undefined
  seed?: number | undefined
  /** Where an own access key pair may stand; nothing: none. */
  env?: NodeJS.ProcessEnv | undefined
  /** Called when someone asked it to stop, instead of closing. */
  onStop?: (() => void) | undefined
}

/** A server that runs in this process. */
export interface Sandbox {
  url: string
  port: number
  world: LiveWorld
  log: CallLog
  inventory(): JsonObject[]
  setFaults(spec: string): void
  close(): Promise<void>
}

/** Cloud milliseconds a real millisecond, where nobody says. */
export const defaultSpeed = 50

/**
 * Starts the emulator on 127.0.0.1: the clouds' own wire protocols on every path but `/-/…`, which is control.
 * Throws an Error for a wrong fault spec, unreadable data, a folder that another one serves, or a port in use.
 */
export async function serve(options: ServeOptions = {}): Promise<Sandbox> {
  const { data } = options
  if (!data) return await open(options, () => {})
  const other = await claim(data)
  if (other) throw new Error(`Another sandbox (process ${other.pid}) works on ${data}.`)
  try {
    const sandbox = await open(options, () => release(data))
    announce(data, sandbox.url)
    return sandbox
  } catch (error) {
    release(data)
    throw error
  }
}

async function open(options: ServeOptions, whenClosed: () => void): Promise<Sandbox> {
  const speed = options.speed ?? defaultSpeed
  const faults = changeable(options.faults ?? '')
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31)
  const store = openStore(options.data && join(options.data, 'world.jsonl'), { speed, seed })
  const world = createWorld(store.saved.world, speed)
  if (options.machineKeyMarker) answerWithKeys(world, options.machineKeyMarker)
  const save = createJournal(store, world)
  save({ clock: true })
  const keepPort = (name: string, port: number) => {
    store.saved.ports.set(name, port)
    save({ port: [name, port] })
  }
  let opened: Authority | undefined
  const authority = () => (opened ??= openAuthority(options.data))
  const { tokens, ports } = store.saved
  const real = await realFor(options, {
    ...{ world, save: () => save(), speed, ports, keepPort, apiPort: () => sandbox.port },
    issue: names => authority().issue(names),
    authority: () => authority().certificate,
  })
  const simulated: FrontDeps['look'] = (host, port, request) =>
    frontDoor(world, host, port) ?? awsFrontDoor(world, host, port, request)
  // What is real answers for itself.
  const passed: FrontDeps['passed'] = (host, port, request) => countPassed(world, host, port, request)
  const fronts = createFronts({ look: real ? () => undefined : simulated, passed, ports, keepPort, authority })
  const log = createCallLog()
  const deps = { world, tokens, env: options.env ?? {}, faults: faults.now, save }
  const alicloud = createAlicloudApi({
    ...deps,
    operations: real?.alicloud(operations) ?? operations,
    unimplemented: operation => reasonWithout(services, operation),
  })
  const aws = awsOf(deps, real)
  const inventory = () => [...inventoryOf(world), ...awsInventoryOf(world)].map(resource => ({ ...resource }))
  const server = createHttp(
    async raw => {
      const reply = isAws(raw) ? await (await aws())(raw) : alicloud(raw)
      log.add(reply)
      return reply
    },
    {
      status: () => ({
        url: sandbox.url,
        ...statusOf(world, log),
        faults: faults.text(),
        machines: options.machines ?? 'none',
        ...(real && { rights: real.rights }),
        troubles: real?.troubles() ?? [],
      }),
      inventory,
      calls: log.counts,
      log: log.last,
      setFaults: faults.set,
      setCpu(group, percent) {
        if (real) return 'The machines really run: their CPU load is measured.'
        // Up to now it was what it was.
        advanceAll(world)
        if (!setCpu(everyPlace(world), group, percent)) return `There is no Auto Scaling group ${group}.`
        save()
        return undefined
      },
      reach: async (host, port) => (await real?.reach(host, port)) ?? (await fronts.reach(host, port)),
      authority: () => authority().certificate,
      // The answer to the one who asks leaves first.
      stop: options.onStop ?? (() => void setTimeout(() => sandbox.close(), 20)),
    },
  )
  await listen(server, options.port ?? 0)
  const { port } = server.address() as AddressInfo
  const close = async () => {
    await Promise.all([closeServer(server), fronts.close()])
    await real?.close()
    // Without its data, what it leaves could not be found.
    if (!options.data || !existsSync(options.data)) await real?.purge()
    save({ clock: true })
    store.close()
    whenClosed()
  }
  let closing: Promise<void> | undefined
  const sandbox: Sandbox = {
    url: `http://127.0.0.1:${port}`,
    port,
    world,
    log,
    inventory,
    setFaults: faults.set,
    close: () => (closing ??= close()),
  }
  // Machines that ran before go on being looked after, whoever calls first.
  if (real && awsInventoryOf(world).length > 0) await aws()
  return sandbox
}

/** Faults that can be changed while it runs. */
function changeable(first: string): { now(): Faults; text(): string; set(spec: string): void } {
  let text = first
  let faults = createFaults(parseFaults(first))
  return {
    now: () => faults,
    text: () => text,
    set(spec) {
      faults = createFaults(parseFaults(spec))
      text = spec
    },
  }
}

/** The API of AWS. Where machines are real it opens when it is first wanted: that needs an image of its own. */
function awsOf(
  deps: Omit<AwsDeps, 'operations' | 'services'>,
  real: Reconcilers | undefined,
): () => Promise<(raw: Raw) => Promise<Reply>> {
  const memoize = memoizer(error => error)
  return () =>
    memoize('api', async () =>
      createAwsApi({
        ...deps,
        services: awsServices.map(service => service.wire),
        operations: (await real?.aws(awsOperations)) ?? awsOperations,
        unimplemented: operation => reasonWithout(awsServices, operation),
      }),
    )
}

/** What makes the machines real, loaded only where they are to be. */
async function realFor(
  { machines, data, env, machinePackages }: ServeOptions,
  deps: Omit<OpenOptions, 'data' | 'env' | 'machinePackages'>,
): Promise<Reconcilers | undefined> {
  if (machines !== 'container') return undefined
  const { openReconcilers } = await import('../containers/open.ts')
  return await openReconcilers({ ...deps, data, env: env ?? process.env, machinePackages })
}

function statusOf(world: LiveWorld, log: CallLog): JsonObject {
  const calls = Object.values(log.counts()).reduce((sum, count) => sum + count, 0)
  const now = world.date(world.now())
  return { pid: process.pid, speed: world.speed, now, calls, defects: log.defects() }
}
