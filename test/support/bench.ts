import type { JsonObject } from '../../src/base/json.ts'
import { type Sandbox, type ServeOptions, serve } from '../../src/commands/emulator.ts'
import type { AnyKind, Cloud, Mark } from '../../src/engine/kind.ts'
import type { Event } from '../../src/events.ts'
import type { Connected, Connection } from '../../src/providers/provider.ts'

/** The embedded cloud in this process and a connection to it. */
export interface Bench<C extends Cloud = Cloud> {
  sandbox: Sandbox
  cloud: C
  events: Event[]
  kept: Map<string, string>
  texts: Map<string, string>
  drain: AbortController
  calls(): Record<string, number>
  close(): Promise<void>
}

export interface BenchOptions extends ServeOptions {
  region?: string
}

export type Out = { id: string; [key: string]: string }
/** A test's own way to make a thing. */
export type Build = (kind: AnyKind, address: string, input: JsonObject) => Promise<Out>

export type Connect<C extends Cloud> = (to: Connection) => Promise<Pick<Connected<C>, 'cloud' | 'calls' | 'close'>>
export type OpenBench<C extends Cloud> = (
  options?: BenchOptions,
  through?: (url: string) => string,
) => Promise<Bench<C>>

export const secretValue = 'Sup3r-secret-Word'

/** Opens one with a cloud's own way to connect, perhaps through something in between. */
export function opening<C extends Cloud>(connect: Connect<C>): OpenBench<C> {
  return async ({ region = 'ap-northeast-1', speed = 400, ...options } = {}, through = url => url) => {
    const sandbox = await serve({ seed: 7, ...options, speed })
    const events: Event[] = []
    const kept = new Map<string, string>()
    const texts = new Map<string, string>()
    const drain = new AbortController()
    const connected = await connect({
      region,
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
      ...{ sandbox, cloud: connected.cloud, events, kept, texts, drain, calls: connected.calls },
      async close() {
        connected.close()
        await sandbox.close()
      },
    }
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
  cloud: Cloud,
  kind: AnyKind,
  address: string,
  input: JsonObject,
): Promise<Out> {
  const mark = markFor(kind, address)
  const id = await kind.create(cloud, input, mark)
  return (await kind.settle(cloud, id, input, mark)) as Out
}

export async function removeWholly(cloud: Cloud, kind: AnyKind, id: string, address: string, input: JsonObject) {
  while ((await kind.remove(cloud, id, input, markFor(kind, address))) === 'going') await cloud.sleep(2000)
}
