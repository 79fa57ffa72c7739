import type { JsonObject } from '../../base/json.ts'

/** One line of the call log. Never parameters: they may hold secrets. */
export interface Logged {
  /** Counts from 1. */
  number: number
  action: string
  mutating: boolean
  /** HTTP status; 0 for a cut connection. */
  status: number
  /** The error code; empty for success. */
  code: string
}

/** The calls so far: counts by action, and the last ones. */
export interface CallLog {
  add(call: Omit<Logged, 'number'> & { body: string | Buffer }): void
  counts(): Record<string, number>
  last(): Logged[]
  /** Returns that broke the official table, and other faults of the emulator itself. There should be none. */
  defects(): string[]
}

const kept = 5_000

/** Counts every call by action and remembers the last few thousand. */
export function createCallLog(): CallLog {
  const counts = new Map<string, number>()
  const lines: Logged[] = []
  const defects: string[] = []
  let number = 0
  return {
    add({ action, mutating, status, code, body }) {
      number += 1
      const name = action || 'unknown'
      counts.set(name, (counts.get(name) ?? 0) + 1)
      lines.push({ number, action, mutating, status, code })
      if (lines.length > kept) lines.shift()
      if (code === 'SandboxDefect' && defects.length < 100) defects.push(`${name}: ${body}`)
    },
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    last: () => [...lines],
    defects: () => [...defects],
  }
}

/** The answer to a control request: status and JSON body. */
export interface ControlReply {
  status: number
  body: JsonObject | JsonObject[]
}

/** What the control paths show and set. */
export interface Controls {
  status(): JsonObject
  inventory(): JsonObject[]
  calls(): Record<string, number>
  log(): Logged[]
  /** Throws an Error with a sentence for a wrong spec. */
  setFaults(spec: string): void
  /** The CPU load of the simulated machines of an Auto Scaling group, percent. Returns a sentence when it cannot be set. */
  setCpu(group: string, percent: number): string | undefined
  reach(host: string, port: number): Promise<string | undefined>
  /** The certificate, PEM, of the authority that signs for listeners that speak TLS. */
  authority(): string
  stop(): void
}

/** Answers `/-/…`, which stands beside the API and is no part of any cloud. */
export async function control(method: string, url: URL, body: Buffer, controls: Controls): Promise<ControlReply> {
  const route = `${method} ${url.pathname}`
  if (route === 'GET /-/status') return ok(controls.status())
  if (route === 'GET /-/inventory') return ok(controls.inventory())
  if (route === 'GET /-/calls') return ok(controls.calls())
  if (route === 'GET /-/log') return ok(controls.log().map(line => ({ ...line })))
  if (route === 'GET /-/reach') return reach(url, controls)
  if (route === 'GET /-/authority') return ok({ certificate: controls.authority() })
  if (route === 'POST /-/faults') return faults(body, controls)
  if (route === 'POST /-/cpu') return cpu(body, controls)
  if (route === 'POST /-/stop') {
    controls.stop()
    return ok({ stopping: true })
  }
  return { status: 404, body: { error: `There is no ${route}.` } }
}

async function reach(url: URL, controls: Controls): Promise<ControlReply> {
  const host = url.searchParams.get('host') ?? ''
  const port = Number(url.searchParams.get('port') ?? '80')
  const found = await controls.reach(host, port)
  if (!found)
    return { status: 404, body: { error: `No load balancer has the address ${host} with a listener on port ${port}.` } }
  return ok({ url: found, ...(found.startsWith('https:') && { authority: controls.authority() }) })
}

function cpu(body: Buffer, controls: Controls): ControlReply {
  try {
    const { group, percent } = JSON.parse(body.toString('utf8')) as { group?: unknown; percent?: unknown }
    if (typeof group !== 'string' || typeof percent !== 'number' || !(percent >= 0 && percent <= 100))
      throw new Error('Send {"group": "the Auto Scaling group’s name", "percent": 0 to 100}.')
    const problem = controls.setCpu(group, percent)
    if (problem) throw new Error(problem)
    return ok({ group, percent })
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } }
  }
}

function faults(body: Buffer, controls: Controls): ControlReply {
  try {
    const { spec } = JSON.parse(body.toString('utf8')) as { spec?: unknown }
    if (typeof spec !== 'string') throw new Error('Send {"spec": "throttle=0.2,…"}.')
    controls.setFaults(spec)
    return ok({ faults: spec })
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } }
  }
}

function ok(body: JsonObject | JsonObject[]): ControlReply {
  return { status: 200, body }
}
