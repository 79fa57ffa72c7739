import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, startBrowser } from '../../support/browser.ts'
import { slowly } from '../aws/support.ts'
import { allWell, type Chat, domain, startAgain, untilStopped } from './chat.ts'

/** Two people in a room, each before a real browser. */
export function describeBrowsers(of: () => Chat): void {
  describe('Two browsers in a room', () => {
    let ann: Browser
    let bob: Browser

    beforeAll(async () => {
      const { authority, listener } = of()
      ;[ann, bob] = (await Promise.all([1, 2].map(() => startBrowser({ authority, domain, listener })))) as [
        Browser,
        Browser,
      ]
    }, 120_000)
    afterAll(async () => await Promise.all([ann, bob].map(one => one?.close())))

    it('exchange messages, both ways, though different machines serve their pages and their WebSockets', async () => {
      const [first, second] = await namesOf(of())
      await enterFrom(of(), ann, first)
      await enterFrom(of(), bob, second)
      await say(ann, 'Ann', 'Hello <b>Bob</b>')
      const both = ['Ann: Hello <b>Bob</b>', 'Bob: Grüße 👋']
      expect(await shows(bob, both.slice(0, 1))).toEqual(both.slice(0, 1))
      await say(bob, 'Bob', 'Grüße 👋')
      for (const one of [ann, bob]) expect(await shows(one, both)).toEqual(both)
    }, 120_000)

    it('go on when the machine of one is gone: its page connects again, and shows what was said meanwhile', async () => {
      const chat = of()
      const [first, second] = await namesOf(chat)
      await ann.sleep()
      try {
        await chat.ec2.stopInstances({ InstanceIds: [chat.first] })
        await untilStopped(chat, chat.first)
        await say(bob, 'Bob', 'Are you there?')
        const said = ['Ann: Hello <b>Bob</b>', 'Bob: Grüße 👋', 'Bob: Are you there?']
        expect(await shows(bob, said)).toEqual(said)
        await ann.wake()
        expect(await shows(ann, said)).toEqual(said)
        expect(await seen(ann)).toEqual({ state: 'connected', page: first, socket: second })

        const all = [...said, 'Ann: Yes, again.']
        await say(ann, 'Ann', 'Yes, again.')
        for (const one of [ann, bob]) expect(await shows(one, all)).toEqual(all)
      } finally {
        await startAgain(chat, chat.first)
        await allWell(chat)
      }
    }, 240_000)
  })
}

/** The host names of the machines. */
async function namesOf(chat: Chat): Promise<[string, string]> {
  const name = async (id: string) => (await chat.inside(id, 'hostname')).trim()
  return [await name(chat.first), await name(chat.second)]
}

interface Seen {
  state: string
  page: string
  socket: string
}

/** What the page says of its connection. */
async function seen(browser: Browser): Promise<Seen> {
  const part = (id: string) => `document.getElementById('${id}').textContent`
  return await browser.read(
    `({ state: ${part('state')}, page: ${part('page-server')}, socket: ${part('socket-server')} })`,
  )
}

/** Loads the room until this machine has served both its page and its WebSocket. */
async function enterFrom(chat: Chat, browser: Browser, machine: string): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    // The load balancer takes the machines in turn: now and then one request more, or it would be the same for ever.
    if (tries % 2 === 1) await chat.visit('/')
    await browser.go(`https://${domain}/chat/browsers/`)
    const { page, socket } = await slowly(
      () => seen(browser),
      ({ state, socket }) => state === 'connected' && socket !== 'nowhere yet',
    )
    if (page === machine && socket === machine) return
  }
  throw new Error(`${machine} never served both`)
}

/** Fills in the form and sends it. */
async function say(browser: Browser, name: string, text: string): Promise<void> {
  const fill = (id: string, value: string) => `document.getElementById('${id}').value = ${JSON.stringify(value)}`
  await browser.read(`${fill('name', name)}; ${fill('text', text)}; document.getElementById('form').requestSubmit()`)
}

/** The messages on the page that the room has taken, once there are so many. */
async function shows(browser: Browser, wanted: string[]): Promise<string[]> {
  const items = `[...document.querySelectorAll('#messages li:not(.waiting)')]
    .map(one => one.querySelector('b').textContent + one.querySelector('span').textContent)`
  return await slowly(
    () => browser.read<string[]>(items),
    list => list.length >= wanted.length,
  )
}
