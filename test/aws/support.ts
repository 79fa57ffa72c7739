import type { Event } from '../../src/events.ts'
import type { AnyKind, JsonObject, Mark } from '../../src/kind.ts'
import { type Aws, connectAws } from '../../src/providers/aws/client.ts'
import { type Sandbox, type ServeOptions, serve } from '../../src/sandbox/server.ts'

export interface Bench {
  sandbox: Sandbox
  cloud: Aws
  events: Event[]
  texts: Map<string, string>
  drain: AbortController
  calls(): Record<string, number>
  close(): Promise<void>
}

export const secretValue = 'Sup3r-secret_Word'

export interface BenchOptions extends ServeOptions {
  region?: string
}

/** The embedded cloud in this process and a connection to it, perhaps through something in between. */
export async function openBench(options: BenchOptions = {}, through = (url: string) => url): Promise<Bench> {
  const speed = options.speed ?? 400
  const sandbox = await serve({ seed: 7, ...options, speed })
  const events: Event[] = []
  const texts = new Map<string, string>()
  const drain = new AbortController()
  const connected = await connectAws({
    region: options.region ?? 'ap-northeast-1',
    env: {},
    sandbox: { url: through(sandbox.url), speed },
    emit: event => events.push(event),
    drain: drain.signal,
    reveal: () => secretValue,
    keep: async (_name, make) => make(),
    texts,
  })
  return {
    sandbox,
    cloud: connected.cloud,
    events,
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
  cloud: Aws,
  kind: AnyKind,
  address: string,
  input: JsonObject,
): Promise<Out> {
  const mark = markFor(kind, address)
  const id = await kind.create(cloud, input, mark)
  return (await kind.settle(cloud, id, input, mark)) as Out
}

export async function removeWholly(cloud: Aws, kind: AnyKind, id: string, address: string, input: JsonObject) {
  while ((await kind.remove(cloud, id, input, markFor(kind, address))) === 'going') await cloud.sleep(2000)
}
