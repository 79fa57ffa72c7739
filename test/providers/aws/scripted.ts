import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Aws, connectAws } from '../../../src/providers/aws/client.ts'
import { type Reply as ReplyTo, scripted } from '../scripted.ts'

export { secretValue } from '../../support/bench.ts'
export { cut, html, reset, stalled, trickling } from '../scripted.ts'

export interface Sent {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}
export type Reply = ReplyTo<Sent>

/** A server that answers with these, one after the other, after it said who we are. */
export const wire = scripted<Aws, Sent>({
  connect: connectAws,
  read: ({ method = '', url = '', headers }, body) => ({ method, url, headers, body }),
  identity,
  who: { account: '500000000001', accountName: 'ann' },
  unexpected: (response, sent) => failing(400, 'NothingMoreWasExpected')(response, sent),
})

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
export const empty: Reply = response => void response.writeHead(503).end()

function send(response: ServerResponse, status: number, body: string) {
  response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': 'REQ-1' }).end(body)
}

function identity(response: ServerResponse) {
  const who = '<Account>500000000001</Account><Arn>arn:aws:iam::500000000001:user/ann</Arn>'
  const result = `<GetCallerIdentityResult>${who}</GetCallerIdentityResult>`
  send(response, 200, `<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`)
}
