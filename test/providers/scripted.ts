import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect } from 'vitest'
import type { Cloud } from '../../src/engine/kind.ts'
import type { Event } from '../../src/events.ts'
import type { Connected, Connection } from '../../src/providers/provider.ts'
import { secretValue } from '../support/bench.ts'

/** How a scripted answer is given, `S` being what a test sees of a request. */
export type Reply<S> = (response: ServerResponse, sent: S) => void

export interface Script<C extends Cloud, S> {
  connect(to: Connection): Promise<Pick<Connected<C>, 'cloud' | 'close' | 'account' | 'accountName'>>
  /** A request as the tests of this cloud look at it. */
  read(request: IncomingMessage, body: string): S
  /** Answers the question who we are. */
  identity: Reply<S>
  /** The account and the user that `identity` names. */
  who: { account: string; accountName: string }
  /** The answer to a call that no test expected. */
  unexpected: Reply<S>
}

export interface Wire<C extends Cloud, S> {
  cloud: C
  seen: S[]
  events: Event[]
  drain: AbortController
}

/** Makes connections to servers that answer with the given replies, one after the other, after they said who we are. */
export function scripted<C extends Cloud, S>(script: Script<C, S>): (replies: Reply<S>[]) => Promise<Wire<C, S>> {
  const open: (() => void)[] = []
  afterEach(() => {
    for (const close of open.splice(0)) close()
  })
  return async replies => {
    const seen: S[] = []
    const queue = [...replies]
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const sent = script.read(request, body)
      if (body.includes('GetCallerIdentity')) return script.identity(response, sent)
      seen.push(sent)
      const reply = queue.shift() ?? script.unexpected
      reply(response, sent)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const events: Event[] = []
    const drain = new AbortController()
    const connected = await script.connect({
      region: 'ap-northeast-1',
      env: {},
      sandbox: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, speed: 1000 },
      emit: event => events.push(event),
      drain: drain.signal,
      reveal: () => secretValue,
      keep: async (_name, make) => make(),
      texts: new Map(),
    })
    open.push(() => {
      connected.close()
      server.closeAllConnections()
      server.close()
    })
    expect(connected).toMatchObject(script.who)
    return { cloud: connected.cloud, seen, events, drain }
  }
}

/** A connection that breaks before anything was answered. */
export const reset: Reply<unknown> = response => void response.socket?.destroy()
/** A page of something in between. */
export const html: Reply<unknown> = response => void response.writeHead(502).end('<html>Bad gateway</html>')
/** An answer that begins well and breaks off. */
export const cut: Reply<unknown> = response => {
  response.writeHead(200, { 'content-length': '1000', 'content-type': 'text/xml' })
  response.write('<begins>', () => response.socket?.resetAndDestroy())
}
/** An answer that begins well and never ends. */
export const stalled: Reply<unknown> = response => {
  response.writeHead(200, { 'content-length': '1000', 'content-type': 'text/xml' }).write('<begins>')
}
/** An answer of which a byte comes now and then, without an end. */
export const trickling: Reply<unknown> = response => {
  response.writeHead(200, { 'content-length': '1000', 'content-type': 'text/xml' })
  const timer = setInterval(() => response.write(' '), 1000)
  response.on('close', () => clearInterval(timer))
}
