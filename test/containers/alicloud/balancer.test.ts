import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Backend, ListenerSpec } from '../../../src/emulator/containers/alicloud/backends.ts'
import { type Balancer, createBalancer } from '../../../src/emulator/containers/alicloud/balancer.ts'

interface Backer {
  server: Server
  name: string
  seen: { method: string; path: string; headers: NodeJS.Dict<string | string[]>; body: string }[]
  status: number
  delay: number
}

const backers: Backer[] = []
let balancer: Balancer

beforeEach(async () => {
  balancer = createBalancer({
    secondMs: 20,
    resolve: one =>
      backers.some(backer => backer.name === one.serverId) ? { host: '127.0.0.1', from: '127.0.0.1' } : undefined,
  })
})

afterEach(async () => {
  await balancer.close()
  await Promise.all(backers.splice(0).map(stop))
})

async function backer(name: string): Promise<Backend> {
  const one: Backer = { name, seen: [], status: 200, delay: 0, server: createServer() }
  one.server.on('request', async (incoming, answer) => {
    let body = ''
    for await (const part of incoming) body += part
    const path = incoming.url ?? ''
    if (!path.startsWith('/health'))
      one.seen.push({ method: incoming.method ?? '', path, headers: incoming.headers, body })
    if (!path.startsWith('/health')) await wait(one.delay)
    answer.writeHead(one.status, { 'x-one': ['a', 'b'] })
    answer.end(`${name} ${path}`)
  })
  one.server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n')
    socket.pipe(socket)
  })
  await new Promise<void>(done => one.server.listen(0, '127.0.0.1', done))
  backers.push(one)
  return { serverId: name, port: (one.server.address() as AddressInfo).port, weight: 100 }
}

async function stop(one: Backer): Promise<void> {
  one.server.closeAllConnections()
  await new Promise<unknown>(done => one.server.close(done))
}

function wish(backends: Backend[], rest: Partial<ListenerSpec> = {}): ListenerSpec {
  const check = {
    path: '/health/',
    domain: '',
    method: 'get',
    port: 0,
    interval: 1,
    timeout: 2,
    healthy: 2,
    unhealthy: 2,
    codes: ['http_2xx'],
  } as const
  return {
    ...{ key: 'lb:80', running: true, backends, check: { ...check, codes: [...check.codes] } },
    ...{ forwardedFor: true, forwardedProto: true, requestTimeout: 2 },
    ...rest,
  }
}

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !what(); tries++) await wait(10)
  expect(what()).toBe(true)
}

const states = () => balancer.health('lb:80').map(one => one.state)
const allNormal = () => states().every(state => state === 'normal')
const get = async (path = '/') => await fetch(`${balancer.url('lb:80')}${path}`)

describe('the load balancer of the sandbox', () => {
  it('tells unavailable before its checks are over, then normal, and shares requests by weight', async () => {
    const [one, two] = [await backer('one'), await backer('two')]
    await balancer.set([
      wish([
        { ...one, weight: 30 },
        { ...two, weight: 10 },
      ]),
    ])
    expect(states()).toEqual(['unavailable', 'unavailable'])
    await until(allNormal)
    const answers = await Promise.all(Array.from({ length: 40 }, async (_, index) => (await get(`/${index}`)).text()))
    expect(answers.filter(text => text.startsWith('one'))).toHaveLength(30)
    expect(answers.filter(text => text.startsWith('two'))).toHaveLength(10)
  })

  it('passes method, path, body, host and repeated headers on, and adds who asked', async () => {
    await balancer.set([wish([await backer('one')])])
    await until(allNormal)
    const reply = await fetch(`${balancer.url('lb:80')}/add?x=%22`, {
      method: 'POST',
      body: 'name=First',
      headers: { 'x-forwarded-for': '9.9.9.9', connection: 'keep-alive' },
    })
    expect(await reply.text()).toBe('one /add?x=%22')
    expect(reply.headers.get('x-one')).toBe('a, b')
    const [seen] = backers[0]!.seen
    expect(seen).toMatchObject({ method: 'POST', path: '/add?x=%22', body: 'name=First' })
    expect(seen!.headers).toMatchObject({ 'x-forwarded-for': '9.9.9.9, 127.0.0.1', 'x-forwarded-proto': 'http' })
    expect(seen!.headers.host).toBe(new URL(balancer.url('lb:80')!).host)
  })

  it('takes a dead backend out while every harmless request still succeeds, and back in when it answers again', async () => {
    const backends = [await backer('one'), await backer('two')]
    await balancer.set([wish(backends)])
    await until(allNormal)
    const dead = backers[0]!
    await stop(dead)
    for (let index = 0; index < 10; index++) expect((await get()).status).toBe(200)
    await until(() => states()[0] === 'abnormal')
    expect(balancer.health('lb:80')[0]!.why).toMatch(/ECONNREFUSED/)
    await new Promise<void>(done => dead.server.listen(backends[0]!.port, '127.0.0.1', done))
    await until(allNormal)
  })

  it('sends what may change something to one backend only, and hides a 502 of a harmless request', async () => {
    await balancer.set([wish([await backer('one'), await backer('two')])])
    await until(allNormal)
    backers[0]!.status = 502
    const posts = await Promise.all(
      [1, 2].map(async () => (await fetch(balancer.url('lb:80')!, { method: 'POST', body: 'x' })).status),
    )
    expect(posts.sort()).toEqual([200, 502])
    expect(backers[0]!.seen.length + backers[1]!.seen.length).toBe(2)
  })

  it('says which answer a check wanted, and takes other settings of a check', async () => {
    await balancer.set([wish([await backer('one')])])
    backers[0]!.status = 404
    await until(() => states()[0] === 'abnormal')
    expect(balancer.health('lb:80')[0]!.why).toBe('/health/ answered 404, which is none of http_2xx.')
    expect((await get()).status).toBe(503)
    const other = wish([])
    await balancer.set([
      { ...wish(balancer.health('lb:80').map(one => one.backend)), check: { ...other.check!, codes: ['http_4xx'] } },
    ])
    await until(allNormal)
  })

  it('finishes the request of a removed backend and of a removed listener, and takes no new ones', async () => {
    const backends = [await backer('one'), await backer('two')]
    await balancer.set([wish([backends[0]!])])
    await until(allNormal)
    backers[0]!.delay = 300
    const slow = get('/slow')
    await wait(100)
    await balancer.set([wish([backends[1]!])])
    await until(allNormal)
    expect(await (await get('/new')).text()).toBe('two /new')
    expect(await (await slow).text()).toBe('one /slow')
    backers[1]!.delay = 300
    const last = get('/last')
    await wait(100)
    const url = balancer.url('lb:80')!
    await balancer.set([])
    await expect(fetch(url)).rejects.toThrow()
    expect(await (await last).text()).toBe('two /last')
  })

  it('does not answer while stopped, keeps its port, and gives a backend of weight 0 nothing', async () => {
    const backends = [await backer('one'), { ...(await backer('two')), weight: 0 }]
    await balancer.set([wish(backends)])
    await until(allNormal)
    const url = balancer.url('lb:80')!
    await balancer.set([wish(backends, { running: false })])
    await expect(fetch(url)).rejects.toThrow()
    expect(states()).toEqual(['unavailable', 'unavailable'])
    await balancer.set([wish(backends)])
    await until(allNormal)
    expect(balancer.url('lb:80')).toBe(url)
    for (let index = 0; index < 4; index++) expect(await (await get()).text()).toBe('one /')
  })

  it('answers 504 when a backend takes too long and cuts the answer of one that dies', async () => {
    await balancer.set([wish([await backer('one')], { requestTimeout: 0.2 })])
    await until(allNormal)
    backers[0]!.delay = 2000
    expect((await get()).status).toBe(504)
  })

  it('passes a changed protocol through (WebSocket)', async () => {
    await balancer.set([wish([await backer('one')])])
    await until(allNormal)
    const { port } = new URL(balancer.url('lb:80')!)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello')
    let text = ''
    socket.on('data', part => (text += part))
    await until(() => text.endsWith('hello'))
    expect(text).toContain('101 Switching Protocols')
    socket.destroy()
  })

  it('never connects to a backend that is not ours', async () => {
    const stranger = { serverId: 'stranger', port: 80, weight: 100 }
    const { check, ...unchecked } = wish([stranger])
    expect(check).toBeDefined()
    await balancer.set([unchecked])
    expect((await get()).status).toBe(502)
    const broken = request(`${balancer.url('lb:80')}/`, { method: 'POST' })
    broken.on('error', () => undefined)
    broken.destroy()
  })
})
