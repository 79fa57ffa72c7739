import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { type Sandbox, serve } from '../../src/commands/emulator.ts'
import { run } from '../../src/run.ts'
import { foreigner } from '../support/aws.ts'
import { emptyFolder } from '../support/folder.ts'
import { pages } from './pages/blueprint.ts'

// A blueprint from outside: a folder that the product does not know, through its public types alone.

let sandbox: Sandbox
let state: string

beforeAll(async () => {
  sandbox = await serve({ speed: 1000, seed: 1 })
  state = await emptyFolder()
  vi.stubEnv('STACKWRIGHT_SANDBOX_URL', sandbox.url)
})
afterEach(() => void vi.restoreAllMocks())
afterAll(async () => {
  vi.unstubAllEnvs()
  await sandbox.close()
})

interface Ended {
  code: number
  out: string
  events: JsonObject[]
}

/** The command line with this blueprint alone; what it printed on standard output. */
async function stackwright(...args: string[]): Promise<Ended> {
  let out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    out += text
    return true
  })
  const code = await run(['node', 'stackwright', ...args], { blueprints: [pages] })
  vi.restoreAllMocks()
  const json = args.includes('--json')
  return {
    code,
    out,
    events: json
      ? out
          .split('\n')
          .filter(Boolean)
          .map(line => JSON.parse(line) as JsonObject)
      : [],
  }
}

const onStack = (verb: string, ...more: string[]) =>
  stackwright(verb, '--stack', 'site', '--state', state, '--json', ...more)
const ours = () =>
  sandbox
    .inventory()
    .flatMap(({ tags }) => ((tags as JsonObject)['stackwright:stack'] === 'site' ? [tags as JsonObject] : []))

describe('A blueprint from outside the product', () => {
  it('is the only one that the help names', async () => {
    const { out } = await stackwright('up', '--help')
    expect(out).toContain('what to build: pages')
    expect(out).not.toMatch(/django|rails|three-tier/)
  })

  it('goes on when whoever reads its output has gone away', async () => {
    await stackwright('--version')
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    expect(() => process.stdout.emit('error', gone)).not.toThrow()
  })

  it('is planned in its own steps, and nothing is made', async () => {
    const { code, events, out } = await onStack('plan', '--sandbox', '--blueprint', 'pages')
    expect(code, out).toBe(0)
    const { changes } = events.find(({ is }) => is === 'plan') as unknown as { changes: { step: string }[] }
    expect([...new Set(changes.map(({ step }) => step))]).toEqual(['network', 'servers', 'pages', 'front'])
    expect(ours()).toEqual([])
  })

  it('refuses an answer that one of its own questions does not take', async () => {
    const { code, out } = await onStack('up', '--sandbox', '--yes', '--set', `pages.greeting=${'x'.repeat(81)}`)
    expect(code).toBe(2)
    expect(out).toContain('at most 80 characters')
  })

  it('is looked at before anything is made by the checks of the parts it draws', async () => {
    const { code, out } = await onStack('up', '--sandbox', '--yes', '--set', 'machine.type=z9.large')
    expect(code).toBe(4)
    expect(out).toContain('machine.type: this region does not offer z9.large')
    expect(ours()).toEqual([])
  })

  it('is built and serves, and everything it made says what it is', async () => {
    const { code, events, out } = await onStack('up', '--sandbox', '--yes')
    const { outputs } = events.at(-1) as unknown as { outputs: { url: string } }
    expect(code, out).toBe(0)
    expect((await fetch(outputs.url)).status).toBe(200)
    expect(new Set(ours().map(tags => tags['stackwright:blueprint']))).toEqual(new Set(['pages']))
    expect((await onStack('status')).code).toBe(0)
  })

  it('names a hop that is broken, with its own words for the fix', async () => {
    const [machine] = sandbox.inventory().filter(({ type, tags }) => {
      return type === 'instance' && (tags as JsonObject)['stackwright:stack'] === 'site'
    })
    await foreigner(sandbox.url).stop(String(machine!.id))
    const { code, out } = await onStack('up', '--yes')
    expect(code).toBe(1)
    expect(out).toContain('Start the pages’ server in the console.')
  })

  it('is removed by its tags when its state is lost, and is known by them', async () => {
    await rm(join(state, 'site', 'state.json'))
    const { code, events, out } = await onStack('teardown', '--yes', '--from-tags', '--sandbox', '--cloud', 'aws')
    expect(events.find(({ is }) => is === 'stack')).toMatchObject({ blueprint: 'pages' })
    expect(code, out).toBe(0)
    expect(ours()).toEqual([])
  })
})
