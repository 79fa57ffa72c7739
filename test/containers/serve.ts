import type { AddressInfo } from 'node:net'
import { createAlicloudApi } from '../../src/sandbox/alicloud/api.ts'
import { inventoryOf, operations } from '../../src/sandbox/alicloud/operations.ts'
import { ensureImage } from '../../src/sandbox/containers/image.ts'
import { createReality, type Reality } from '../../src/sandbox/containers/reality.ts'
import { findRuntime } from '../../src/sandbox/containers/runtime.ts'
import { createCallLog } from '../../src/sandbox/control.ts'
import { createFaults, parseFaults } from '../../src/sandbox/faults.ts'
import { closeServer, listen } from '../../src/sandbox/front.ts'
import { createHttp } from '../../src/sandbox/http.ts'
import { createJournal } from '../../src/sandbox/journal.ts'
import { openStore } from '../../src/sandbox/store.ts'
import { createWorld, type LiveWorld } from '../../src/sandbox/world.ts'

export interface RealServer {
  url: string
  world: LiveWorld
  reality: Reality
  close(): Promise<void>
}

/** The sandbox's server as `server.ts` puts it together, with real machines. */
export async function serveReal(options: { file?: string; sandbox: string; speed: number }): Promise<RealServer> {
  const { sandbox, speed } = options
  const runtime = await findRuntime()
  const image = await ensureImage(runtime)
  const store = openStore(options.file, { speed, seed: 1 })
  const world = createWorld(store.saved.world, speed)
  const save = createJournal(store, world)
  save({ clock: true })
  const { ports, tokens } = store.saved
  const keepPort = (name: string, port: number) => {
    ports.set(name, port)
    save({ port: [name, port] })
  }
  const reality = await createReality({ world, save: () => save(), sandbox, runtime, image, speed, ports, keepPort })
  const faults = createFaults(parseFaults(''))
  const api = createAlicloudApi({
    world,
    operations: reality.operations(operations),
    tokens,
    env: {},
    faults: () => faults,
    save,
  })
  const log = createCallLog()
  const server = createHttp(
    raw => {
      const reply = api(raw)
      log.add(reply)
      return reply
    },
    {
      status: () => ({
        pid: process.pid,
        speed,
        machines: 'container',
        faults: '',
        defects: log.defects(),
        troubles: reality.troubles(),
      }),
      inventory: () => inventoryOf(world).map(thing => ({ ...thing })),
      calls: log.counts,
      log: log.last,
      setFaults: () => undefined,
      reach: reality.reach,
      stop: () => undefined,
    },
  )
  await listen(server, 0)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    reality,
    async close() {
      await closeServer(server)
      await reality.close()
      save({ clock: true })
      store.close()
    },
  }
}
