import http from 'node:http'
import https from 'node:https'
import { Problem } from '../../base/errors.ts'
import { inTime } from '../in-time.ts'
import type { KeySource } from './credentials.ts'
import { type Product, versions } from './endpoints.ts'
import { type Failure, failureOf } from './errors.ts'
import { type Answer, flatten, type Params, plain } from './wire.ts'

/** Sends single requests through pop-core. */
export interface Transport {
  /** Never rejects for a failed call: the outcome says how it failed. `fresh`: on a connection of its own, because a kept-alive one that the server has just closed looks like a lost answer. */
  send(product: Product, action: string, params: Params, options: { fresh: boolean }): Promise<Outcome>
  close(): void
}

/** What one attempt at a call came to. */
export type Outcome = { answer: Answer } | Failure

/** pop-core's client as it is; its own types lack the credentials provider and the verbose answer. */
interface RpcClient {
  request(
    action: string,
    params: Record<string, string>,
    options: object,
  ): Promise<[unknown, { response: { statusCode: number } }]>
  keepAliveAgent: { destroy(): void }
}
type RpcClass = new (
  config: { endpoint: string; apiVersion: string; credentialsProvider: KeySource },
  verbose: true,
) => RpcClient

/** What a transport needs. */
export interface TransportOptions {
  keys: KeySource
  /** How long an answer is waited for, real milliseconds. */
  timeout: number
  endpoint(product: Product): string
}

/** Loads pop-core only now: `--help` and answers need no cloud. */
export async function openTransport({ keys, timeout, endpoint }: TransportOptions): Promise<Transport> {
  const RPCClient = (await import('@alicloud/pop-core/lib/rpc.js')).default as unknown as RpcClass
  const clients = new Map<Product, RpcClient>()
  const lone = { 'http:': new http.Agent(), 'https:': new https.Agent() }

  return {
    async send(product, action, params, { fresh }) {
      const client = clientOf(product)
      const agent = fresh ? { agent: endpoint(product).startsWith('https:') ? lone['https:'] : lone['http:'] } : {}
      try {
        const request = client.request(action, flatten(params), {
          // In capitals: otherwise everything, passwords too, goes into the URL.
          method: 'POST',
          formatParams: false,
          // One time-out: a separate connect time-out is an idle timer and kills requests that were sent.
          timeout,
          ...agent,
        })
        const [body, entry] = await inTime(() => request, 2 * timeout)
        return answerIn(body, entry.response.statusCode)
      } catch (error) {
        // The credentials source reports its own problems.
        if (error instanceof Problem) throw error
        return failureOf(error)
      }
    },
    close() {
      for (const client of clients.values()) client.keepAliveAgent.destroy()
      lone['http:'].destroy()
      lone['https:'].destroy()
    },
  }

  function clientOf(product: Product): RpcClient {
    const known = clients.get(product)
    if (known) return known
    const config = { endpoint: endpoint(product), apiVersion: versions[product], credentialsProvider: keys }
    const client = new RPCClient(config, true)
    clients.set(product, client)
    return client
  }
}

/** pop-core treats any JSON without `Code` as success, whatever the HTTP status. */
function answerIn(body: unknown, status: number): Outcome {
  if (body === null || typeof body !== 'object') return { is: 'silence', how: `no JSON object, HTTP ${status}`, status }
  if (status >= 400) return { is: 'silence', how: `HTTP ${status} without a code`, status }
  return { answer: plain(body) }
}
