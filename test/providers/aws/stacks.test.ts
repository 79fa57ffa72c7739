import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../../../src/commands/emulator.ts'
import { bareEnv, bin, eventsOf, run } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'
import { subjectsOf } from '../../support/subjects.ts'
import { startTerminal, type Terminal } from '../../support/terminal.ts'

type Server = Awaited<ReturnType<typeof serve>>
type Plan = { is: 'plan'; changes: { address: string; action: string }[] }

let server: Server
beforeAll(async () => {
  server = await serve({ speed: 1000 })
})
afterAll(() => server.close())

async function stackwright(cwd: string, ...args: string[]) {
  const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: server.url })
  const ended = await run([...args, '--yes', '--json'], { cwd, env })
  expect(ended.stderr).not.toMatch(/Warning|NodeVersion/)
  const events = eventsOf(ended)
  const plan = events.find(event => event.is === 'plan') as Plan | undefined
  const changes = (plan?.changes ?? []).filter(({ action }) => action !== 'keep')
  const last = events.at(-1) as { is: string; outputs: Record<string, string> }
  return { code: ended.code, changes, last, said: JSON.stringify(events.slice(-2)) }
}

const running = () => server.inventory().filter(({ type, state }) => type === 'instance' && state === 'running').length

describe.each(subjectsOf('aws'))('$blueprint, with the defaults', ({ blueprint, machines }) => {
  test('is built, found again, grows by a machine and shrinks back, and is removed to nothing', async () => {
    const cwd = await emptyFolder()
    const up = (n?: number) =>
      stackwright(
        cwd,
        ...['up', '--blueprint', blueprint, '--sandbox'],
        ...(n ? machines.flatMap(key => ['--set', `${key}=${n}`]) : []),
      )
    const built = await up()
    expect(built.code, built.said).toBe(0)
    expect((await fetch(built.last.outputs.url!)).status).toBe(200)
    const two = running()
    expect(two).toBeGreaterThanOrEqual(2 * machines.length)

    const again = await up()
    expect([again.code, again.changes]).toEqual([0, []])

    const grown = await up(3)
    expect(grown.code, grown.said).toBe(0)
    expect(running()).toBe(two + machines.length)
    expect(grown.changes.filter(({ action }) => !['create', 'update'].includes(action))).toEqual([])

    const shrunk = await up(2)
    expect(shrunk.code, shrunk.said).toBe(0)
    expect(running()).toBe(two)

    const gone = await stackwright(cwd, 'teardown')
    expect(gone.code, gone.said).toBe(0)
    expect(server.inventory()).toEqual([])
  })
})

describe('Guided', () => {
  let terminal: Terminal | undefined
  afterAll(() => terminal?.close())

  test.each(subjectsOf('aws'))(
    '$blueprint: Enter on every question builds what the defaults are',
    async ({ blueprint }) => {
      const cwd = await emptyFolder()
      const env = { HOME: cwd, STACKWRIGHT_SANDBOX_URL: server.url }
      const command = [process.execPath, bin, 'up', '--sandbox', '--blueprint', blueprint, '--stack', 'shop']
      terminal = startTerminal(command, { columns: 110, rows: 50, env, cwd })
      const asked = await enterAll(terminal)
      expect(await terminal.exit(60_000)).toBe(0)
      expect(terminal.history()).toMatch(/url +http:/)
      expect(asked).toContain('Availability Zone 2:')
      expect(asked.length).toBeLessThan(30)
      terminal.close()
      terminal = undefined
      const gone = await stackwright(cwd, 'teardown')
      expect(gone.code, gone.said).toBe(0)
    },
  )
})

/** Enter on every question, and yes to the plan. Returns what was asked. */
async function enterAll(open: Terminal): Promise<string[]> {
  const asked: string[] = []
  for (let before = ''; ; ) {
    const screen = await open.waitFor(/^\? .+|Plan: \d+/m, 60_000)
    const prompt = /^\? (.+)$/m.exec(screen)?.[1]?.trim() ?? ''
    if (prompt.startsWith('Build this?')) {
      open.type('y')
      open.key('Enter')
      return asked
    }
    if (screen !== before && prompt) {
      asked.push(prompt)
      open.key('Enter')
    }
    before = screen
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
