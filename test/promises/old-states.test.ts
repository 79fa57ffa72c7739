import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { type Sandbox, serve } from '../../src/commands/emulator.ts'
import type { State } from '../../src/engine/state.ts'
import { bareEnv, type Ended, eventsOf, run } from '../support/bin.ts'
import { emptyFolder } from '../support/folder.ts'
import { type Passing, startProxy } from '../support/proxy.ts'
import { expectDone } from '../support/scene.ts'
import { inventoryOf } from '../support/subjects.ts'

// Stacks as earlier versions left them, with the embedded cloud's data that goes with each; scripts/record-states.mjs
// wrote them with the version that the state names. Never written again: what is out there stays as it is.

const FIXTURES = join(import.meta.dirname, '../fixtures/states')
const SPEED = 3000
const folders = (await readdir(FIXTURES, { withFileTypes: true })).filter(entry => entry.isDirectory())
const names = folders.map(({ name }) => name)
const ending = (end: string) => names.filter(name => name.endsWith(end))

/** A call that was on its way when the run was killed: not yet in the cloud (`before`), or done there (`after`). */
interface Sent {
  moment: 'before' | 'after'
  action: string
  body: string
}

let open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.reverse()) await close()
  open = []
})

interface Old {
  sandbox: Sandbox
  /** The resources of the cloud as the old version left them. */
  before: JsonObject[]
  run(...args: string[]): Promise<Ended>
  /** Every call that was made since. */
  seen: Passing[]
}

/** Today's embedded cloud on a copy of the data, and a folder with a copy of the stack. */
async function openOld(name: string): Promise<Old> {
  const cwd = await emptyFolder()
  const stack = join(cwd, '.stackwright/shop')
  await mkdir(join(cwd, 'cloud'))
  await cp(join(FIXTURES, name, 'stack'), stack, { recursive: true })
  // Git keeps no modes but one.
  await chmod(join(stack, 'secrets.json'), 0o600)
  const data = await readFile(join(FIXTURES, name, 'world.jsonl'), 'utf8')
  await writeFile(join(cwd, 'cloud/world.jsonl'), withoutTheTimeBetween(data))
  const sandbox = await serve({ data: join(cwd, 'cloud'), speed: SPEED })
  open.push(sandbox.close)
  const proxy = await startProxy(sandbox.url)
  open.push(proxy.close)
  const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: proxy.url })
  return { sandbox, before: sandbox.inventory(), run: (...args) => run(args, { cwd, env }), seen: proxy.seen }
}

/** The cloud's clock stood still while the data lay in this folder. */
function withoutTheTimeBetween(data: string): string {
  const [head = '', all = ''] = data.split('\n')
  const { clock, ...rest } = JSON.parse(all)
  return `${head}\n${JSON.stringify({ ...rest, clock: { ...clock, real: Date.now() } })}\n`
}

const up = ['up', '--sandbox', '--yes', '--json', '--stack', 'shop']
const teardown = ['teardown', '--yes', '--json', '--stack', 'shop']
const changing = (seen: Passing[]) => seen.filter(({ action }) => !/^(Describe|List|Get|HEAD|GET)/.test(action))
const removing = (seen: Passing[]) =>
  seen.filter(({ action }) => /^(Delete|Terminate|Release|Remove|Detach|Deregister|DELETE)/.test(action))

/** Whoever had a domain has its zone still; nothing else was there before. */
function expectEmpty(sandbox: Sandbox): void {
  expect(sandbox.inventory().filter(({ type }) => type !== 'hosted-zone')).toEqual([])
}

it('there are fixtures of each kind', () => {
  for (const end of ['-finished', '-half-built', '-half-removed']) expect(ending(end).length).toBeGreaterThan(2)
})

describe.each(ending('-finished'))('the stack of an earlier version: %s', name => {
  it('has nothing to do when it is built again, and is removed to nothing', async () => {
    const old = await openOld(name)
    const ended = await old.run(...up)
    expectDone(ended)
    const plan = eventsOf(ended).find(({ is }) => is === 'plan') as { changes: { action: string }[] }
    expect(plan.changes.filter(({ action }) => action !== 'keep')).toEqual([])
    expect(changing(old.seen).map(({ action }) => action)).toEqual([])
    expect(old.sandbox.inventory()).toEqual(old.before)
    expectDone(await old.run(...teardown))
    expectEmpty(old.sandbox)
  })
})

describe.each(ending('-half-built'))('the stack of an earlier version: %s', name => {
  it('is built to its end: each resource once, those that stood kept, nothing removed', async () => {
    const [old, whole] = [await openOld(name), await openOld(name.replace('half-built', 'finished'))]
    expectDone(await old.run(...up))
    expect(inventoryOf(old.sandbox)).toEqual(inventoryOf(whole.sandbox))
    expect(idsOf(old.sandbox.inventory())).toEqual(expect.arrayContaining(idsOf(old.before)))
    expect(removing(old.seen).map(({ action }) => action)).toEqual([])
    await expectSentUnchanged(name, old.seen)
    expectDone(await old.run(...teardown))
    expectEmpty(old.sandbox)
  })

  it('is removed to nothing', async () => {
    const old = await openOld(name)
    expectDone(await old.run(...teardown))
    expectEmpty(old.sandbox)
  })
})

describe.each(ending('-half-removed'))('the stack of an earlier version: %s', name => {
  it('is removed to nothing', async () => {
    const old = await openOld(name)
    expectDone(await old.run(...teardown))
    expectEmpty(old.sandbox)
  })

  it('is built again whole', async () => {
    const [old, whole] = [await openOld(name), await openOld(name.replace('half-removed', 'finished'))]
    expectDone(await old.run(...up))
    expect(inventoryOf(old.sandbox)).toEqual(inventoryOf(whole.sandbox))
    expectDone(await old.run(...teardown))
    expectEmpty(old.sandbox)
  })
})

const idsOf = (inventory: JsonObject[]) => inventory.map(({ id }) => String(id))

/** What was on its way is sent with the token, the tags and everything else that it had: a cloud refuses another. */
async function expectSentUnchanged(name: string, seen: Passing[]): Promise<void> {
  const sent = JSON.parse(await readFile(join(FIXTURES, name, 'sent.json'), 'utf8')) as Sent[]
  const { entries } = JSON.parse(await readFile(join(FIXTURES, name, 'stack/state.json'), 'utf8')) as State
  for (const { moment, action, body } of sent) {
    const { token } = Object.values(entries).find(entry => body.includes(entry.token))!
    const again = seen.filter(call => call.action === action && call.body.includes(token))
    for (const call of again) expect(asked(call.body.toString()), action).toEqual(asked(body))
    // What was done is either found by its tags, or its second create is answered like the first.
    expect(again.length, `${action}, killed ${moment}`).toBeLessThanOrEqual(1)
    if (moment === 'before') expect(again, action).toHaveLength(1)
  }
}

/** What a call asks for: without what differs each time, in a signature or as a token of the client library's own. */
function asked(body: string): unknown {
  const isEachTimeAnother = ([name, value]: [string, unknown]) =>
    /^(Signature.*|Timestamp)$/.test(name) || (name === 'ClientToken' && /^.{8}(-.{4}){3}-.{12}$/.test(String(value)))
  const parameters: [string, unknown][] = body.startsWith('{')
    ? Object.entries(JSON.parse(body))
    : [...new URLSearchParams(body)]
  return Object.fromEntries(parameters.filter(parameter => !isEachTimeAnother(parameter)))
}
