import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { JsonObject } from '../kind.ts'
import { createAlicloudApi, type Reply } from './alicloud/api.ts'
import { frontDoor, inventoryOf, operations } from './alicloud/operations.ts'
import { announce, claim, release } from './claim.ts'
import { type CallLog, control, createCallLog } from './control.ts'
import { createFaults, parseFaults } from './faults.ts'
import { closeServer, createFronts, type Fronts, listen } from './front.ts'
import { ApiError } from './model.ts'
import { openStore, type Store, type Transaction } from './store.ts'
import { createWorld, type LiveWorld } from './world.ts'

export interface ServeOptions {
  /** 0 or nothing: any free port. */
  port?: number | undefined
  /** Cloud milliseconds a real millisecond. */
  speed?: number | undefined
  /** `throttle=0.2,error=0.05,…`; see faults.ts. */
  faults?: string | undefined
  /** Folder that keeps the data; nothing: in memory only. */
  data?: string | undefined
  machines?: 'none' | undefined
  seed?: number | undefined
  /** Where an own access key pair may stand; nothing: none. */
  env?: NodeJS.ProcessEnv | undefined
  /** Called when someone asked it to stop, instead of closing. */
  onStop?: (() => void) | undefined
}

export interface Sandbox {
  url: string
  port: number
  world: LiveWorld
  log: CallLog
  inventory(): JsonObject[]
  setFaults(spec: string): void
  close(): Promise<void>
}

export const defaultSpeed = 50
const largestBody = 4_000_000

/**
 * Starts the embedded cloud on 127.0.0.1: the clouds' own wire protocols on every path but `/-/…`, which is control.
 * Throws an Error for a wrong fault spec, unreadable data or a port in use.
 */
export async function serve(options: ServeOptions = {}): Promise<Sandbox> {
  const speed = options.speed ?? defaultSpeed
  let faults = createFaults(parseFaults(options.faults ?? ''))
  let faultText = options.faults ?? ''
  const { data } = options
  const other = data && (await claim(data))
  if (other) throw new Error(`Another sandbox (process ${other.pid}) works on ${data}.`)
  const file = data && join(data, 'world.jsonl')
  const store = openStore(file, { speed, seed: options.seed ?? Math.floor(Math.random() * 2 ** 31) })
  const world = createWorld(store.saved.world, speed)
  const save = saver(store, world)
  save({ clock: true })
  const fronts = createFronts({
    look: (host, port) => frontDoor(world, host, port),
    ports: store.saved.ports,
    keepPort(name, port) {
      store.saved.ports.set(name, port)
      save({ port: [name, port] })
    },
  })
  const log = createCallLog()
  const defects: string[] = []
  const api = createAlicloudApi({
    world,
    operations,
    tokens: store.saved.tokens,
    env: options.env ?? {},
    faults: () => faults,
    save,
  })
  const setFaults = (spec: string) => {
    faults = createFaults(parseFaults(spec))
    faultText = spec
  }
  const inventory = () => inventoryOf(world)
  const status = (): JsonObject => ({
    url: sandbox.url,
    pid: process.pid,
    speed: world.speed,
    machines: options.machines ?? 'none',
    faults: faultText,
    now: world.date(world.now()),
    calls: Object.values(log.counts()).reduce((sum, count) => sum + count, 0),
    defects,
  })
  const stop = () => {
    if (options.onStop) options.onStop()
    else setTimeout(() => void sandbox.close(), 20)
  }
  const controls = { status, inventory, calls: log.counts, log: log.last, setFaults, reach: fronts.reach, stop }

  const server = createServer(async (request, response) => {
    const body = await readBody(request)
    if (!body) return refuseBody(response)
    const url = new URL(request.url ?? '/', 'http://sandbox')
    if (url.pathname.startsWith('/-/')) {
      // A page in a browser has no business here.
      if (request.headers.origin) return sendJson(response, 403, { error: 'Not for browsers.' })
      const reply = await control(request.method ?? '', url, body, controls)
      return sendJson(response, reply.status, reply.body)
    }
    const reply = api({ method: request.method ?? '', url: request.url ?? '/', headers: flatHeaders(request), body })
    log.add({ action: reply.action, mutating: reply.mutating, status: reply.status, code: reply.code })
    if (reply.code === 'SandboxDefect') defects.push(`${reply.action}: ${reply.body}`)
    await send(reply, request, response)
  })
  // Keep-alive connections of pop-core outlive pauses between calls.
  server.keepAliveTimeout = 65_000
  await listen(server, options.port ?? 0)
  const port = (server.address() as AddressInfo).port
  let closing: Promise<void> | undefined
  const sandbox: Sandbox = {
    url: `http://127.0.0.1:${port}`,
    port,
    world,
    log,
    inventory,
    setFaults,
    close() {
      closing ??= closeAll(server, fronts, () => {
        save({ clock: true })
        store.close()
        if (data) release(data)
      })
      return closing
    },
  }
  if (data) announce(data, sandbox.url)
  return sandbox
}

async function closeAll(server: ReturnType<typeof createServer>, fronts: Fronts, finish: () => void): Promise<void> {
  await Promise.all([closeServer(server), fronts.close()])
  finish()
}

/** Writes what changed since the last time as one transaction; nothing when nothing did. */
function saver(
  store: Store,
  world: LiveWorld,
): (extra?: Pick<Transaction, 'token' | 'port'> & { clock?: true }) => void {
  return (extra = {}) => {
    const changes = world.takeChanges()
    const { put, drop } = changes
    const { clock, ...parts } = extra
    if (put.length + drop.length === 0 && !clock && !parts.token && !parts.port) return
    const saved = { ...(put.length > 0 && { put }), ...(drop.length > 0 && { drop }), ...parts }
    try {
      store.append({ clock: world.clock(), random: world.randomState(), ...saved })
    } catch (error) {
      world.untakeChanges(changes)
      throw new ApiError(
        500,
        'SandboxCannotSave',
        `The embedded cloud cannot save its data: ${(error as Error).message}`,
      )
    }
  }
}

async function send(reply: Reply, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (reply.delayMs > 0) await new Promise(resolve => setTimeout(resolve, reply.delayMs))
  if (reply.reset) {
    request.socket.resetAndDestroy()
    return
  }
  response.writeHead(reply.status, { 'content-type': reply.contentType })
  response.end(reply.body)
}

/** Nothing when the body is larger than any call of ours may be, or the client went away. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of request) {
      size += (part as Buffer).length
      if (size <= largestBody) parts.push(part as Buffer)
    }
  } catch {
    return undefined
  }
  return size <= largestBody ? Buffer.concat(parts) : undefined
}

function refuseBody(response: ServerResponse): void {
  sendJson(response, 413, { Code: 'RequestEntityTooLarge', Message: 'The request is too large.' })
}

function sendJson(response: ServerResponse, status: number, body: JsonObject | JsonObject[]): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  )
}
