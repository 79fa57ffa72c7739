import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type Sandbox, type ServeOptions, serve } from '../../src/emulator/server/server.ts'

/** The official clients are CommonJS and typed more loosely than the tests need. */
const require = createRequire(import.meta.url)
const { RPCClient } = require('@alicloud/pop-core') as { RPCClient: new (config: object, verbose: true) => Verbose }

interface Verbose {
  request(action: string, params: object, options: object): Promise<[Body, { response: { statusCode: number } }]>
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many actions, read field by field.
export type Body = any

export const versions = {
  vpc: '2016-04-28',
  ecs: '2014-05-26',
  rds: '2014-08-15',
  slb: '2014-05-15',
  sts: '2015-04-01',
}

export type Product = keyof typeof versions

export interface Key {
  accessKeyId: string
  accessKeySecret: string
  securityToken?: string
}

export const sandboxKey: Key = { accessKeyId: 'sandbox', accessKeySecret: 'sandbox' }

const open: Sandbox[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map(sandbox => sandbox.close()))
})

/** A sandbox that the end of the test closes. */
export async function sandbox(options: ServeOptions = {}): Promise<Sandbox> {
  const started = await serve({ speed: 1_000, seed: 1, ...options })
  open.push(started)
  return started
}

export const folder = (): string => mkdtempSync(join(tmpdir(), 'sw-'))

/** One call over the wire, signed as pop-core signs; rejects with the cloud's error (`code`, `data`). */
export async function call(
  url: string,
  name: `${Product}.${string}`,
  params: object = {},
  key: Key = sandboxKey,
): Promise<Body> {
  const [product, action] = name.split('.') as [Product, string]
  const client = new RPCClient(
    { endpoint: url, apiVersion: versions[product], ...key, opts: { formatParams: false } },
    true,
  )
  const [body] = await client.request(action, params, { method: 'POST', formatParams: false, timeout: 20_000 })
  return body
}

/** The code of the refusal, or `accepted`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

/** The official typed SDK of a product, which signs version 3. */
export function typed(
  product: 'vpc' | 'ecs' | 'rds',
  url: string,
  key: Key = sandboxKey,
): { client: Body; models: Body } {
  const models = require(
    { vpc: '@alicloud/vpc20160428', ecs: '@alicloud/ecs20140526', rds: '@alicloud/rds20140815' }[product],
  )
  const { $OpenApiUtil } = require('@alicloud/openapi-core')
  const config = new $OpenApiUtil.Config({
    endpoint: new URL(url).host,
    protocol: 'http',
    regionId: 'ap-northeast-1',
    ...key,
  })
  return { client: new models.default(config), models }
}

/** Asks until the answer is right; the sandbox's time runs fast. */
export async function until<T>(ask: () => Promise<T>, right: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await ask()
    if (right(answer)) return answer
    await new Promise(wait => setTimeout(wait, 20))
  }
  throw new Error('the answer never became right')
}
