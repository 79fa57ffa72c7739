import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { openAuthority } from '../../src/emulator/http/authority.ts'
import { notAnswering, type Visit, visitUntilWell } from '../../src/steps/verify.ts'
import { acceptOf } from '../support/web-socket.ts'

const open: Server[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => new Promise(resolve => server.close(resolve))))
})

type Answers = (request: IncomingMessage) => string

const opens: Answers = ({ headers }) =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(headers['sec-websocket-key']!)}\r\n\r\n`
const refuses =
  (status: number): Answers =>
  () =>
    `HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`

/** A server that answers handshakes so; what it was asked, and the frames that came afterwards. */
async function serve(answers: Answers, server: Server = createServer()) {
  const asked: IncomingMessage[] = []
  const frames: Buffer[] = []
  server.on('upgrade', (request, socket) => {
    asked.push(request)
    socket.on('data', (bytes: Buffer) => frames.push(bytes))
    socket.on('end', () => socket.end())
    socket.write(answers(request))
  })
  open.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { asked, frames, port: (server.address() as AddressInfo).port }
}

const visitOf = (base: string, more: Partial<Visit> = {}): Visit => ({
  ...{ base, path: '/ws/echo?room=1', host: 'shop', drain: new AbortController().signal },
  ...{ withinMs: 1, times: 1, webSocket: true },
  ...more,
})

it('the key and its answer in these tests are those of RFC 6455', () => {
  expect(acceptOf('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})

describe('A WebSocket through the load balancer', () => {
  it('is opened as often as wanted, from the page’s own origin, with a new key each time, and closed', async () => {
    const { asked, frames, port } = await serve(opens)
    const base = `http://127.0.0.1:${port}`
    expect(await visitUntilWell(visitOf(base, { times: 3 }))).toMatchObject({ is: 'well' })
    expect(asked.map(({ url, headers }) => [url, headers.origin, headers['sec-websocket-version']])).toEqual(
      Array(3).fill(['/ws/echo?room=1', base, '13']),
    )
    expect(new Set(asked.map(({ headers }) => headers['sec-websocket-key'])).size).toBe(3)
    await expect.poll(() => frames.length).toBe(3)
    // FIN and "close", masked with zeros, 1000.
    expect(frames[0]!.toString('hex')).toBe('88820000000003e8')
  })

  it('is opened over TLS for the name that people type, by whom the authority is trusted', async () => {
    const authority = openAuthority()
    const { certificate, key } = authority.issue(['shop.example.com'])
    const { asked, port } = await serve(opens, createTlsServer({ cert: certificate, key }))
    const base = `https://127.0.0.1:${port}`
    const secure = { name: 'shop.example.com', authority: authority.certificate }
    expect(await visitUntilWell(visitOf(base, { secure }))).toMatchObject({ is: 'well' })
    expect(asked[0]!.headers).toMatchObject({ host: 'shop.example.com', origin: 'https://shop.example.com' })
    const stranger = await visitUntilWell(visitOf(base, { secure: { name: 'shop.example.com' } }))
    expect(stranger).toMatchObject({ is: 'late', last: expect.stringContaining('cannot be trusted') })
    const other = { ...secure, name: 'bank.example.com' }
    expect(await visitUntilWell(visitOf(base, { secure: other }))).toMatchObject({
      last: expect.stringContaining('ALTNAME'),
    })
  })

  it('does not count when the answer belongs to another handshake', async () => {
    const { port } = await serve(request => opens(request).replace(/Accept: .*/, `Accept: ${acceptOf('other')}`))
    const late = await visitUntilWell(visitOf(`http://127.0.0.1:${port}`))
    expect(late).toMatchObject({ is: 'late', last: expect.stringContaining('Sec-WebSocket-Accept') })
  })

  it.each([
    [200, /200 instead of 101.*rule/],
    [404, /404 instead of 101.*rule/],
    [403, /403.*origin/],
    [503, /no machine passes/],
  ])('that is answered %i says what came', async (status, sentence) => {
    const { port } = await serve(refuses(status))
    const visit = visitOf(`http://127.0.0.1:${port}`)
    const late = await visitUntilWell(visit)
    expect(late).toMatchObject({ is: 'late', last: expect.stringMatching(sentence) })
    expect(notAnswering(visit, { ms: 1000, last: 'x' }).message).toContain('did not answer 101')
  })
})
