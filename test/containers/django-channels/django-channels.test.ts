import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { slowly } from '../aws/support.ts'
import type { Told } from '../rails/shop.ts'
import { describeBrowsers } from './browsers.ts'
import { buildChat, type Chat } from './chat.ts'
import { describeFaults } from './faults.ts'
import { describeReach } from './reach.ts'
import { describeRules } from './rules.ts'
import { describeTalk } from './talk.ts'

let chat: Chat
let made: Told

beforeAll(async () => ({ chat, made } = await buildChat()), 20 * 60_000)

afterAll(async () => await chat?.close(), 120_000)

describe('Django Channels in machines that really run', () => {
  it('is built to its end by the program alone, with an address that is HTTPS', () => {
    expect(made.last, JSON.stringify(made.last) + made.stderr).toMatchObject({ is: 'done' })
    expect(made.last.outputs.url).toMatch(/^https:/)
  })

  it('serves its page, and a message comes through the database and through Redis', async () => {
    expect((await chat.visit('/')).body.toString()).toContain('<h1>Django Channels works</h1>')
    const { status, body } = await chat.visit('/demo/check')
    expect([status, JSON.parse(body.toString())]).toEqual([200, { ok: true }])
  })
})

describeTalk(() => chat)
describeRules(() => chat)
describeReach(() => chat)
describeBrowsers(() => chat)
describeFaults(() => chat)

describe('The end of the stack', () => {
  it('names the data that dies, and leaves no container', async () => {
    const gone = await chat.command('teardown', '--yes')
    expect(gone.last, JSON.stringify(gone.last)).toMatchObject({ is: 'done' })
    const losses = (gone.events.find(event => event.is === 'plan')!.changes as { type: string; notes?: string[] }[])
      .filter(line => line.notes?.includes('Its data is lost with it.'))
      .map(line => line.type)
    expect(losses).toEqual(['aws:db-instance'])
    const left = async () =>
      (await chat.runtime.run(['ps', '--all', '--quiet', '--filter', `label=stackwright.sandbox=${chat.sandbox}`]))
        .stdout
    expect(await slowly(left, text => text === '', 120)).toBe('')
  }, 600_000)
})
