import { createServer, request as forward, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { hasFate } from '../../src/errors.ts'
import type { AnyKind, Cloud, Found, JsonObject } from '../../src/kind.ts'
import { type Bench, type Build, markFor, type OpenBench, type Out, removeWholly } from './bench.ts'

export interface Made {
  kind: AnyKind
  address: string
  input: JsonObject
  id: string
}

/** Builds everything as the engine would through a bad line; in the end there is one of each. */
export async function buildOnce<C extends Cloud>(
  bench: Bench<C>,
  everything: (bench: Bench<C>, build: Build) => Promise<void>,
): Promise<Made[]> {
  const made: Made[] = []
  await everything(bench, async (kind, address, input) => {
    const id = await createOnce(bench, kind, address, input)
    const out = (await kind.settle(bench.cloud, id, input, markFor(kind, address))) as Out
    made.push({ kind, address, input, id })
    return out
  })
  await bench.cloud.sleep(10_000)
  for (const { kind, address, id } of made) {
    if (!kind.tagged) continue
    const found = await kind.find(bench.cloud, { stack: 'shop', address })
    expect([address, found.map(thing => thing.id)]).toEqual([address, [id]])
  }
  return made
}

export async function emptyAgain(bench: Bench, made: Made[]): Promise<void> {
  for (const { kind, address, input, id } of [...made].reverse()) {
    await removeWholly(bench.cloud, kind, id, address, input)
  }
  await bench.cloud.sleep(30_000)
  expect(bench.sandbox.inventory()).toEqual([])
}

/** What the engine does about an answer that did not come (design §5), in short. */
async function createOnce(bench: Bench, kind: AnyKind, address: string, input: JsonObject): Promise<string> {
  const mark = markFor(kind, address)
  for (let attempt = 1; ; attempt++) {
    try {
      return await kind.create(bench.cloud, input, mark)
    } catch (error) {
      if (attempt > 8 || !(hasFate(error, 'unsure') || hasFate(error, 'exists'))) throw error
    }
    if (kind.once === 'tag') await bench.cloud.sleep(kind.visibleWithinMs!)
    if (kind.once === 'token' || kind.once === 'put') continue
    const found: Found[] = await kind.find(bench.cloud, { stack: 'shop', address, input })
    const mine = found.filter(thing => thing.tags['stackwright:token'] === mark.token)
    expect(mine.length).toBeLessThanOrEqual(1)
    if (mine[0]) return mine[0].id
  }
}

/** The embedded cloud behind a line that loses the answers `loses` names: by action and how often it was called. */
export async function benchBehind<C extends Cloud>(
  openBench: OpenBench<C>,
  loses: (action: string, nth: number) => boolean,
): Promise<Bench<C>> {
  let upstream = ''
  const server = createServer(lossyLine(() => upstream, loses))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bench = await openBench({}, real => {
    upstream = real
    return url
  })
  return {
    ...bench,
    async close() {
      await bench.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

function lossyLine(upstream: () => string, loses: (action: string, nth: number) => boolean): RequestListener {
  const counts = new Map<string, number>()
  return async (request, response) => {
    const pieces: Buffer[] = []
    for await (const chunk of request) pieces.push(chunk)
    const body = Buffer.concat(pieces)
    const action = actionOf(request, body.toString())
    const nth = (counts.get(action) ?? 0) + 1
    counts.set(action, nth)
    const { method, url, headers } = request
    const onward = forward(upstream(), { method, path: url, headers }, answer => {
      if (loses(action, nth)) {
        answer.resume()
        answer.on('end', () => response.socket?.destroy())
        return
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.end(body)
  }
}

/** The clouds' protocols say it in the body, in a header, or by method and path. */
function actionOf({ headers, method, url = '' }: IncomingMessage, body: string): string {
  const target = String(headers['x-amz-target'] ?? '').split('.')[1]
  return target ?? new URLSearchParams(body).get('Action') ?? `${method} ${url.split('?')[0]!.split('/').length}`
}
