import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { createFronts, type FrontDoor, type Fronts } from '../../../src/emulator/http/front.ts'
import { openSocket } from '../../support/web-socket.ts'
import { codeOf } from '../support.ts'

const host = '47.74.0.1'
const open: Fronts[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map(fronts => fronts.close()))
})

function fronts(door: FrontDoor, ports = new Map<string, number>()): Fronts {
  const look = (at: string, port: number) => (at === host && port === 80 ? door : undefined)
  const made = createFronts({ look, ports, keepPort: (name, port) => void ports.set(name, port) })
  open.push(made)
  return made
}

const door = (parts: Partial<FrontDoor> = {}): FrontDoor => ({
  ...{ loadBalancerId: 'lb-6we1', listening: true, healthy: ['i-6we1'], backends: ['i-6we1', 'i-6we2'] },
  ...parts,
})

describe("a simulated load balancer's local port", () => {
  it('answers any path with a page that says it is simulated, and which balancer and machines it stands for', async () => {
    const url = await fronts(door()).reach(host, 80)
    const response = await fetch(`${url}/demo/all`)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text).toContain('This page is not your application')
    for (const word of ['lb-6we1', 'i-6we1', 'i-6we2', host, 'not healthy']) expect(text).toContain(word)
  })

  it('says the same as JSON to whom asks for JSON', async () => {
    const url = await fronts(door()).reach(host, 80)
    const response = await fetch(`${url}/`, { headers: { accept: 'application/json' } })
    expect(await response.json()).toEqual({ simulated: true, address: host, port: 80, ...door() })
  })

  it('answers 503 while no backend is healthy', async () => {
    const url = await fronts(door({ healthy: [] })).reach(host, 80)
    expect((await fetch(`${url}/`)).status).toBe(503)
  })

  it('does not answer while the listener is stopped', async () => {
    const url = await fronts(door({ listening: false })).reach(host, 80)
    expect(await codeOf(fetch(`${url}/`))).not.toBe('accepted')
  })

  it('is there only for an address and port that a listener has', async () => {
    expect(await fronts(door()).reach(host, 81)).toBeUndefined()
    expect(await fronts(door()).reach('10.0.0.1', 80)).toBeUndefined()
  })

  it('is one port however often it is asked for, and the same one after a restart', async () => {
    const ports = new Map<string, number>()
    const first = fronts(door(), ports)
    const urls = await Promise.all([first.reach(host, 80), first.reach(host, 80)])
    expect(urls[0]).toBe(urls[1])
    await first.close()
    expect(await fronts(door(), ports).reach(host, 80)).toBe(urls[0])
  })

  it('opens WebSockets, says in them that it is simulated, and ends them with the next message', async () => {
    const made = fronts(door())
    const socket = await openSocket({ port: Number(new URL((await made.reach(host, 80))!).port), path: '/ws' })
    expect(await socket.next()).toMatch(/^Simulated/)
    socket.send('hello')
    await socket.closed
  })

  it.each([
    ['none of its machines is healthy', { healthy: [] }, 'status 503'],
    ['it answers by itself', { fixed: { status: 403, type: 'text/plain', body: 'no' } }, 'status 403'],
  ])('opens no WebSocket while %s', async (_, parts, status) => {
    const { port } = new URL((await fronts(door(parts)).reach(host, 80))!)
    await expect(openSocket({ port, path: '/ws' })).rejects.toThrow(status)
  })

  it('closes the WebSockets that are open when it is closed', async () => {
    const made = fronts(door())
    const socket = await openSocket({ port: Number(new URL((await made.reach(host, 80))!).port), path: '/ws' })
    await made.close()
    await socket.closed
  })

  it('answers who would rather speak HTTP/2 in HTTP/1.1', async () => {
    const { port } = new URL((await fronts(door()).reach(host, 80))!)
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' }
    const status = await new Promise(resolve => {
      request({ port, headers, agent: false }, reply => resolve(reply.resume().statusCode)).end()
    })
    expect(status).toBe(200)
  })

  it('escapes what it prints', async () => {
    const url = await fronts(door({ backends: ['<script>alert(1)</script>'] })).reach(host, 80)
    expect(await (await fetch(`${url}/`)).text()).not.toContain('<script>')
  })
})
