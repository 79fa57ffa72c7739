import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect } from 'vitest'
import type { Event } from '../../../src/events.ts'
import { connectAlicloud } from '../../../src/providers/alicloud/client.ts'
import type { Alicloud } from '../../../src/providers/alicloud/cloud.ts'

export type Reply = (response: ServerResponse, request: IncomingMessage, params: URLSearchParams) => void

export const secretValue = 'Sup3r-secret_Word'
const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** A server that answers with these, one after the other, after it said who we are. */
export async function wire(replies: Reply[]): Promise<{
  cloud: Alicloud
  seen: URLSearchParams[]
  events: Event[]
  drain: AbortController
}> {
  const seen: URLSearchParams[] = []
  const queue = [...replies]
  const server: Server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const params = new URLSearchParams(body)
    if (params.get('Action') === 'GetCallerIdentity')
      return send(response, 200, { AccountId: '1', Arn: 'acs:ram::1:user/ann' })
    seen.push(params)
    const reply = queue.shift() ?? failing(400, 'NothingMoreWasExpected')
    reply(response, request, params)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const events: Event[] = []
  const drain = new AbortController()
  const connected = await connectAlicloud({
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
  expect(connected.accountName).toBe('ann')
  return { cloud: connected.cloud, seen, events, drain }
}

export function send(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export function good(body: object): Reply {
  return response => send(response, 200, { RequestId: 'REQ-1', ...body })
}

export function failing(status: number, Code: string): Reply {
  return response => send(response, status, { RequestId: 'REQ-1', HostId: 'h', Code, Message: 'It says no.' })
}

export const throttled: Reply = failing(400, 'Throttling.User')
export const reset: Reply = response => void response.socket?.destroy()
export const html: Reply = response => void response.writeHead(502).end('<html>Bad gateway</html>')
export const codeless: Reply = response => send(response, 500, { RequestId: 'REQ-1' })
