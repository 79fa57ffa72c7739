import { createServer, request as forward, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { hasFate } from '../../src/errors.ts'
import type { AnyKind, Found, JsonObject } from '../../src/kind.ts'
import { buildEverything, type Out } from './stack.ts'
import { type Bench, markFor, openBench, removeWholly } from './support.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

test('the first answer to every changing call is lost after the work was done, and yet there is one of each', async () => {
  const lost = new Set<string>()
  const bench = await benchBehind((action, nth) => {
    if (nth > 1 || /^(Describe|List|Get|HEAD)/i.test(action)) return false
    lost.add(action)
    return true
  })
  const made = await buildAll(bench)
  expect([...lost]).toEqual(
    expect.arrayContaining(['CreateVpc', 'AllocateAddress', 'RunInstances', 'ImportKeyPair', 'CreateNatGateway']),
  )
  expect([...lost]).toEqual(
    expect.arrayContaining(['CreateRole', 'CreateDBCluster', 'CreateLoadBalancer', 'CreateListener', 'SendCommand']),
  )
  // Run Command has no token: the history tells that it was sent.
  expect(bench.sandbox.log.counts()['ssm.SendCommand']).toBe(2)
  await emptyAgain(bench, made)
})

test('through a storm of throttling, errors and broken connections there is one of each, and nothing is left', async () => {
  const bench = await openBench({ faults: 'throttle=0.2,error=0.05,reset=0.05,seed=3' })
  open.push(bench.close)
  await emptyAgain(bench, await buildAll(bench))
})

interface Made {
  kind: AnyKind
  address: string
  input: JsonObject
  id: string
}

async function buildAll(bench: Bench): Promise<Made[]> {
  const made: Made[] = []
  await buildEverything(bench, async (kind, address, input) => {
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

async function emptyAgain(bench: Bench, made: Made[]): Promise<void> {
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

/** The protocols say it in the body, in a header, or by method and path. */
function actionOf({ headers, method, url = '' }: IncomingMessage, body: string): string {
  const target = String(headers['x-amz-target'] ?? '').split('.')[1]
  return target ?? new URLSearchParams(body).get('Action') ?? `${method} ${url.split('?')[0]!.split('/').length}`
}

/** The embedded cloud behind a line that loses the answers `loses` names: by action and how often it was called. */
async function benchBehind(loses: (action: string, nth: number) => boolean): Promise<Bench> {
  const counts = new Map<string, number>()
  let upstream = ''
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const chunk of request) pieces.push(chunk)
    const body = Buffer.concat(pieces)
    const action = actionOf(request, body.toString())
    const nth = (counts.get(action) ?? 0) + 1
    counts.set(action, nth)
    const onward = forward(
      upstream,
      { method: request.method, path: request.url, headers: request.headers },
      answer => {
        if (loses(action, nth)) {
          answer.resume()
          answer.on('end', () => response.socket?.destroy())
          return
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      },
    )
    onward.end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bench = await openBench({}, real => {
    upstream = real
    return url
  })
  open.push(async () => {
    await bench.close()
    server.closeAllConnections()
    server.close()
  })
  return bench
}
