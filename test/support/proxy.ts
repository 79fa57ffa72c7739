import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One API call as it passed: its number from 1, its action, when the proxy may act on it. */
export interface Passing {
  nth: number
  action: string
  /** As it was sent. */
  body: Buffer
}

export interface Proxy {
  url: string
  /** Every API call that passed, in order. */
  seen: Passing[]
  close(): Promise<void>
}

export interface Hooks {
  before?(call: Passing): Promise<void> | void
  after?(call: Passing): Promise<void> | void
  /** An answer that is given instead of passing the call on. */
  instead?(call: Passing): Answer | undefined
  /** Whether the connection breaks when the cloud has answered. */
  lose?(call: Passing): boolean
}

/**
 * Stands between the command and the embedded cloud. `before` is awaited when a call has arrived and was not yet passed
 * on, `after` when the cloud has answered and nobody has seen the answer: the two instants at which a kill hurts.
 * `upstream`: its address; a function where it is not known before the first call.
 */
export async function startProxy(upstream: string | (() => string), hooks: Hooks = {}): Promise<Proxy> {
  const seen: Passing[] = []
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const isApi = !request.url?.startsWith('/-/')
    const call = { nth: seen.length + 1, action: actionOf(request, body), body }
    if (isApi) {
      seen.push(call)
      await hooks.before?.(call)
    }
    const instead = isApi ? hooks.instead?.(call) : undefined
    const answer = instead ?? (await pass(typeof upstream === 'string' ? upstream : upstream(), request, body))
    if (isApi) await hooks.after?.(call)
    send(isApi && hooks.lose?.(call) ? undefined : answer, response)
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  body: Buffer
}

function actionOf(request: IncomingMessage, body: Buffer): string {
  const form = new URLSearchParams(body.toString())
  const query = new URL(request.url ?? '/', 'http://x').searchParams
  const target = String(request.headers['x-amz-target'] ?? '').split('.')[1]
  const named = request.headers['x-acs-action'] ?? target ?? form.get('Action') ?? query.get('Action')
  return String(named ?? `${request.method} ${request.url}`)
}

/** Whether an action, as the proxy calls it, changes nothing: told by its name, or by its HTTP method. */
export function isRead(action: string): boolean {
  return /^(Describe|List|Get|HEAD |GET )/.test(action)
}

function pass(upstream: string, request: IncomingMessage, body: Buffer): Promise<Answer | undefined> {
  const target = new URL(request.url ?? '/', upstream)
  return new Promise(resolve => {
    const outgoing = forward(target, { method: request.method, headers: request.headers }, async incoming => {
      try {
        resolve({ status: incoming.statusCode ?? 502, headers: incoming.headers, body: await bodyOf(incoming) })
      } catch {
        resolve(undefined)
      }
    })
    // The cloud broke the connection: so do we.
    outgoing.on('error', () => resolve(undefined))
    outgoing.end(body)
  })
}

function send(answer: Answer | undefined, response: ServerResponse): void {
  if (!answer) return void response.destroy()
  const { 'transfer-encoding': _, ...headers } = answer.headers
  response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length })
  response.end(answer.body)
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
