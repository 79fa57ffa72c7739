import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What moto is never asked, because it has no answer: for each who answers instead, and why. */
export interface Gap {
  action: string
  /** What moto does when it is asked. */
  moto: string
  /** Who answers instead. */
  instead: 'the embedded cloud' | 'a line of the test'
}

export const gaps: Gap[] = [
  { action: 'DescribeDBEngineVersions', moto: 'not implemented (HTTP 500)', instead: 'the embedded cloud' },
  { action: 'DescribeOrderableDBInstanceOptions', moto: 'returns no rows', instead: 'the embedded cloud' },
  { action: 'DescribeInstanceInformation', moto: 'not implemented (HTTP 500)', instead: 'a line of the test' },
]

export interface Filled {
  url: string
  /** Gaps that were met, by action. */
  met: Set<string>
  /** Answers of moto that were none (HTTP 500), by action. */
  broken: Set<string>
  close(): Promise<void>
}

/** moto with its gaps filled. */
export async function fillGaps(moto: string, embedded: string): Promise<Filled> {
  const met = new Set<string>()
  const broken = new Set<string>()
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    const action = actionOf(request, body)
    const gap = gaps.find(one => one.action === action)
    if (gap) met.add(action)
    if (gap?.instead === 'a line of the test') return agentsOnline(body, response)
    pass(gap ? embedded : moto, request, body, response, status => {
      if (status >= 500) broken.add(action)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    met,
    broken,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function actionOf({ headers, method, url = '' }: IncomingMessage, body: Buffer): string {
  const target = String(headers['x-amz-target'] ?? '').split('.')[1]
  return target ?? new URLSearchParams(body.toString()).get('Action') ?? `${method} ${url}`
}

/** Every machine that is asked for has its agent. */
function agentsOnline(body: Buffer, response: ServerResponse): void {
  const { Filters = [] } = JSON.parse(body.toString()) as { Filters?: { Key: string; Values: string[] }[] }
  const ids = Filters.find(({ Key }) => Key === 'InstanceIds')?.Values ?? []
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(
    JSON.stringify({ InstanceInformationList: ids.map(InstanceId => ({ InstanceId, PingStatus: 'Online' })) }),
  )
}

function pass(
  upstream: string,
  { method, url = '/', headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  told: (status: number) => void,
): void {
  const onward = forward(new URL(url, upstream), { method, headers }, answer => {
    told(answer.statusCode ?? 500)
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  onward.end(body)
}
