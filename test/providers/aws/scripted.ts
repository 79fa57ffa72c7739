import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect } from 'vitest'
import type { Event } from '../../../src/events.ts'
import { type Aws, connectAws } from '../../../src/providers/aws/client.ts'

export interface Sent {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}
export type Reply = (response: ServerResponse, sent: Sent) => void

export const secretValue = 'Sup3r-secret_Word'
const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** A server that answers with these, one after the other, after it said who we are. */
export async function wire(
  replies: Reply[],
): Promise<{ cloud: Aws; seen: Sent[]; events: Event[]; drain: AbortController }> {
  const seen: Sent[] = []
  const queue = [...replies]
  const server: Server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    if (body.includes('GetCallerIdentity')) return identity(response)
    const sent = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
    seen.push(sent)
    const reply = queue.shift() ?? failing(400, 'NothingMoreWasExpected')
    reply(response, sent)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const events: Event[] = []
  const drain = new AbortController()
  const connected = await connectAws({
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
  expect([connected.account, connected.accountName]).toEqual(['500000000001', 'ann'])
  return { cloud: connected.cloud, seen, events, drain }
}

/** An answer of EC2: what stands inside its one element. */
export function good(inside: string): Reply {
  return response => send(response, 200, `<Response><requestId>REQ-1</requestId>${inside}</Response>`)
}

export function failing(status: number, code: string, message = 'It says no.'): Reply {
  return (response, { body }) => {
    const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
    // EC2 wraps its errors in another way than all others.
    const isEc2 = body.includes('Version=2016-11-15')
    const whole = isEc2
      ? `<Response><Errors>${error}</Errors><RequestID>REQ-1</RequestID></Response>`
      : `<ErrorResponse>${error}<RequestId>REQ-1</RequestId></ErrorResponse>`
    send(response, status, whole)
  }
}

export const throttled: Reply = failing(503, 'RequestLimitExceeded')
export const reset: Reply = response => void response.socket?.destroy()
export const html: Reply = response => void response.writeHead(502).end('<html>Bad gateway</html>')
export const empty: Reply = response => void response.writeHead(503).end()

function send(response: ServerResponse, status: number, body: string) {
  response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': 'REQ-1' }).end(body)
}

function identity(response: ServerResponse) {
  const who = '<Account>500000000001</Account><Arn>arn:aws:iam::500000000001:user/ann</Arn>'
  const result = `<GetCallerIdentityResult>${who}</GetCallerIdentityResult>`
  send(response, 200, `<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`)
}
