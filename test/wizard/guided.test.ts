import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PlanLine } from '../../src/events.ts'
import type { State } from '../../src/state.ts'
import { startTerminal, type Terminal } from '../support/terminal.ts'

const program = join(import.meta.dirname, '../../bin/stackwright.js')
const work = mkdtempSync(join(tmpdir(), 'guided-'))
const env: Record<string, string> = { HOME: work, PATH: process.env.PATH ?? '' }
let terminal: Terminal | undefined

beforeAll(() => {
  const data = join(work, 'cloud')
  const started = stackwright(work, ['sandbox', 'start', '--json', '--speed', '1000', '--data', data])
  env.STACKWRIGHT_SANDBOX_URL = (JSON.parse(started) as { url: string }).url
})

afterAll(() => {
  terminal?.close()
  if (env.STACKWRIGHT_SANDBOX_URL) stackwright(work, ['sandbox', 'stop'])
})

function stackwright(cwd: string, args: string[]): string {
  return execFileSync(process.execPath, [program, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function planIn(cwd: string, args: string[]): PlanLine[] {
  const events = stackwright(cwd, ['plan', '--json', ...args])
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { is: string })
  return (events.find(event => event.is === 'plan') as unknown as { changes: PlanLine[] }).changes
}

/** Enter on every prompt, until one of them asks this. */
async function enterUntil(open: Terminal, label: string): Promise<void> {
  for (;;) {
    const screen = await open.waitFor(/^\? .*/m, 30_000)
    const prompt = /^\? .*/m.exec(screen)![0]
    if (prompt.startsWith(`? ${label}`)) return
    open.key('Enter')
    await changed(open, screen)
  }
}

async function changed(open: Terminal, screen: string): Promise<void> {
  const until = Date.now() + 30_000
  while (open.screen() === screen) {
    if (Date.now() > until) throw new Error(`Nothing happens:\n${screen}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

it('a stack is built by hand with a wrong answer, a step back, a stop and a correction; the printed command and file repeat its plan', async () => {
  const folder = mkdtempSync(join(work, 'by-hand-'))
  const start = () =>
    startTerminal([process.execPath, program, 'up', '--sandbox', '--stack', 'shop'], {
      columns: 110,
      rows: 50,
      env,
      cwd: folder,
    })
  terminal = start()

  await enterUntil(terminal, 'IPv4 CIDR block')
  terminal.type('8.8.8.0/24')
  await terminal.waitFor('is not private')
  terminal.key('C-u')
  terminal.type('10.0.0.0/8')
  terminal.key('Enter')
  await terminal.waitFor('? VSwitch name')
  terminal.key('C-b')
  await terminal.waitFor('? IPv4 CIDR block (10.0.0.0/8)')
  terminal.type('10.20.0.0/16')
  terminal.key('Enter')
  await enterUntil(terminal, 'Quantity')
  terminal.key('C-c')
  expect(await terminal.exit()).toBe(130)
  expect(existsSync(join(folder, '.stackwright/shop/state.json'))).toBe(false)
  terminal.close()

  terminal = start()
  await enterUntil(terminal, 'Quantity')
  await enterUntil(terminal, 'Database name')
  terminal.type('shop_db')
  terminal.key('Enter')
  await enterUntil(terminal, 'All right?')
  expect(terminal.history()).toMatch(/SSH \(port 22\) is open to the whole internet[^?]*--set machine\.sshFrom=/)
  terminal.type('VPC name')
  await terminal.waitFor('> VPC name')
  terminal.key('Enter')
  await terminal.waitFor('? VPC name (shop-vpc)')
  terminal.type('our-network')
  terminal.key('Enter')
  await terminal.waitFor('VPC name: our-network (prompt)')
  terminal.key('Enter')
  await terminal.waitFor('? Build this?')
  terminal.key('Enter')
  expect(await terminal.exit(60_000)).toBe(0)

  const printed = terminal.history()
  const command = printed.slice(printed.indexOf('\nstackwright up --yes'))
  expect(command).toContain('--set vpc.cidr=10.20.0.0/16')
  expect(command).not.toContain('ssh-rsa')
  const built = planIn(folder, ['--stack', 'shop', '--sandbox'])
  expect(built.every(line => line.action === 'keep')).toBe(true)

  const file = join(folder, '.stackwright/shop/answers.yaml')
  const byFile = planIn(mkdtempSync(join(work, 'by-file-')), ['--answers', file, '--sandbox'])
  const byCommand = planIn(mkdtempSync(join(work, 'by-command-')), wordsOf(command).slice(2))
  for (const again of [byFile, byCommand]) {
    expect(again.every(line => line.action === 'create')).toBe(true)
    expect(filledIn(again, folder)).toEqual(inputsOf(built))
  }
  const secrets = JSON.parse(readFileSync(join(folder, '.stackwright/shop/secrets.json'), 'utf8')) as {
    secrets: Record<string, { value: string }>
  }
  for (const { value } of Object.values(secrets.secrets)) {
    expect(printed).not.toContain(value)
    expect(readFileSync(file, 'utf8')).not.toContain(value)
  }
}, 180_000)

/** Without the login key: it is made for each stack, and never in what is printed. */
function inputsOf(plan: PlanLine[]): unknown {
  return plan.map(line => [line.address, { ...line.input, publicKey: line.input?.publicKey !== undefined }])
}

/** A plan of what is not there names what it refers to; here with the ids that these got in the stack that was built. */
function filledIn(plan: PlanLine[], folder: string): unknown {
  const state = JSON.parse(readFileSync(join(folder, '.stackwright/shop/state.json'), 'utf8')) as State
  const text = JSON.stringify(inputsOf(plan))
  return JSON.parse(
    text.replace(/<([\w-]+\/[\w-]+)\.(\w+)>/g, (_, address: string, field: string) => {
      const entry = state.entries[address]
      return entry?.is === 'ready' ? JSON.stringify(entry.out[field]).slice(1, -1) : '?'
    }),
  )
}

/** The words a shell makes of the printed command, up to its last line; `--yes` is for `up` only. */
function wordsOf(printed: string): string[] {
  const lines = printed.trim().split('\n')
  const end = lines.findIndex(line => !line.trimEnd().endsWith('\\'))
  const script = `stackwright() { printf '%s\\0' stackwright "$@"; }\n${lines.slice(0, end + 1).join('\n')}`
  const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
  return words.filter(word => word !== '--yes')
}
