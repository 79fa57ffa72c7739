import { connect } from 'node:net'
import { expect } from 'vitest'
import { realAddress } from '../../../src/emulator/containers/container.ts'
import type { Runtime } from '../../../src/emulator/containers/runtime.ts'
import { slowly } from './support.ts'

/** Something that a connection begins or ends at. */
export interface Place {
  is: string
  container: string
  /** Its address of the VPC. */
  address: string
}

/** A place, or this computer, which is outside of the VPC. */
export type Start = Place | 'outside'

export interface Way {
  from: Start
  to: Place
  port: number
}

/** Ways from each of these to one port. */
export function from(list: Start[], to: Place, port: number): Way[] {
  return list.map(one => ({ from: one, to, port }))
}

/** Each is tried with a real connection: all of the first lead somewhere, and none of the others does. */
export async function expectWays(runtime: Runtime, { open, closed }: { open: Way[]; closed: Way[] }): Promise<void> {
  const wanted = open.map(nameOf)
  const told = () => opened(runtime, open)
  expect(await slowly(told, list => list.length === wanted.length, 90)).toEqual(wanted)
  expect(await opened(runtime, closed)).toEqual([])
}

/** The ways that lead somewhere. */
export async function opened(runtime: Runtime, ways: Way[]): Promise<string[]> {
  const tried = await Promise.all(ways.map(async way => ((await leads(runtime, way)) ? [nameOf(way)] : [])))
  return tried.flat()
}

/** What an SSH server says first to who connects from this place; asked until it says something. */
export async function banner(runtime: Runtime, { container }: Place, address: string): Promise<string> {
  const line = ['timeout', '8', 'bash', '-c', 'exec 3<>"/dev/tcp/$0/22" && head -c 8 <&3', address]
  const ask = async () => (await runtime.run(['exec', container, ...line])).stdout
  return await slowly(ask, text => text !== '', 90)
}

/** The address that a name means on a machine. */
export async function addressOf(runtime: Runtime, container: string, host: string): Promise<string> {
  const told = await runtime.must(`${host} is not known`, ['exec', container, 'getent', 'hosts', host.toLowerCase()])
  return told.split(/\s/)[0]!
}

function nameOf({ from: one, to, port }: Way): string {
  return `${one === 'outside' ? one : one.is} → ${to.is}:${port}`
}

async function leads(runtime: Runtime, { from: one, to, port }: Way): Promise<boolean> {
  if (one === 'outside') return await connects(await realAddress(runtime, to.container), port)
  const line = ['timeout', '4', 'bash', '-c', 'exec 3<>"/dev/tcp/$0/$1"', to.address, String(port)]
  const { code, stderr } = await runtime.run(['exec', one.container, ...line])
  if (code !== 0 && code !== 1 && code !== 124) throw new Error(`${one.is} could not try: ${stderr}`)
  return code === 0
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: 4_000 })
    const end = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.on('connect', () => end(true))
    socket.on('timeout', () => end(false))
    socket.on('error', () => end(false))
  })
}
