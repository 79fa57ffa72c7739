import type { ServerResponse } from 'node:http'
import { connectAlicloud } from '../../../src/providers/alicloud/client.ts'
import type { Alicloud } from '../../../src/providers/alicloud/cloud.ts'
import { type Reply as ReplyTo, scripted } from '../scripted.ts'

export { secretValue } from '../../support/bench.ts'
export { cut, html, reset, stalled, trickling } from '../scripted.ts'

export type Reply = ReplyTo<URLSearchParams>

/** A server that answers with these, one after the other, after it said who we are. */
export const wire = scripted<Alicloud, URLSearchParams>({
  connect: connectAlicloud,
  read: (_request, body) => new URLSearchParams(body),
  identity: response => send(response, 200, { AccountId: '1', Arn: 'acs:ram::1:user/ann' }),
  who: { account: '1', accountName: 'ann' },
  unexpected: response => failing(400, 'NothingMoreWasExpected')(response, new URLSearchParams()),
})

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
export const codeless: Reply = response => send(response, 500, { RequestId: 'REQ-1' })
