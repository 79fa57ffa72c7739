import type { Event } from '../../src/events.ts'
import type { AnyKind, JsonObject, Mark } from '../../src/kind.ts'
import { connectAlicloud } from '../../src/providers/alicloud/client.ts'
import type { Alicloud } from '../../src/providers/alicloud/cloud.ts'
import { type Sandbox, type ServeOptions, serve } from '../../src/sandbox/server.ts'

export interface Bench {
  sandbox: Sandbox
  cloud: Alicloud
  events: Event[]
  kept: Map<string, string>
  texts: Map<string, string>
  drain: AbortController
  calls(): Record<string, number>
  close(): Promise<void>
}

export const secretValue = 'Sup3r-secret_Word'

/** The embedded cloud in this process and a connection to it, perhaps through something in between. */
export async function openBench(options: ServeOptions = {}, through = (url: string) => url): Promise<Bench> {
  const speed = options.speed ?? 400
  const sandbox = await serve({ seed: 7, ...options, speed })
  const events: Event[] = []
  const kept = new Map<string, string>()
  const texts = new Map<string, string>()
  const drain = new AbortController()
  const connected = await connectAlicloud({
    region: 'ap-northeast-1',
    env: {},
    sandbox: { url: through(sandbox.url), speed },
    emit: event => events.push(event),
    drain: drain.signal,
    reveal: () => secretValue,
    async keep(name, make) {
      const value = kept.get(name) ?? make()
      kept.set(name, value)
      return value
    },
    texts,
  })
  return {
    sandbox,
    cloud: connected.cloud,
    events,
    kept,
    texts,
    drain,
    calls: connected.calls,
    async close() {
      connected.close()
      await sandbox.close()
    },
  }
}

/** A mark as the engine writes it. */
export function markFor(kind: AnyKind, address: string, token = `token-of-${address}`): Mark {
  const plain = token.replace(/[^A-Za-z0-9]/g, '-')
  return {
    stack: 'shop',
    address,
    token: plain,
    tags: {
      'stackwright:stack': 'shop',
      'stackwright:id': '0123456789abcdef',
      'stackwright:address': address,
      'stackwright:type': kind.type,
      'stackwright:token': plain,
    },
  }
}

/** Creates and settles one thing. */
export async function make<Out extends { id: string } = { id: string }>(
  cloud: Alicloud,
  kind: AnyKind,
  address: string,
  input: JsonObject,
): Promise<Out> {
  const mark = markFor(kind, address)
  const id = await kind.create(cloud, input, mark)
  return (await kind.settle(cloud, id, input, mark)) as Out
}

export async function removeWholly(cloud: Alicloud, kind: AnyKind, id: string, address: string, input: JsonObject) {
  while ((await kind.remove(cloud, id, input, markFor(kind, address))) === 'going') await cloud.sleep(2000)
}
