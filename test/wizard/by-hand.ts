import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { State } from '../../src/engine/state.ts'
import type { PlanLine } from '../../src/events.ts'
import { startTerminal, type Terminal } from '../support/terminal.ts'

/** A person at the built command: an embedded cloud of their own, a folder for each try, a real pseudo-terminal. */

const program = join(import.meta.dirname, '../../bin/stackwright.js')

export interface Desk {
  /** The embedded cloud's address. */
  url: string
  /** Runs the command without a terminal; returns what it printed. */
  stackwright(cwd: string, args: string[]): string
  /** What `plan` would do. */
  planIn(cwd: string, args: string[]): PlanLine[]
  folder(name: string): string
  /** `stackwright up --sandbox …` in a terminal. */
  up(cwd: string, args: string[]): Terminal
  close(): void
}

export function openDesk(): Desk {
  const work = mkdtempSync(join(tmpdir(), 'guided-'))
  const env: Record<string, string> = { HOME: work, PATH: process.env.PATH ?? '' }
  let terminal: Terminal | undefined
  const stackwright = (cwd: string, args: string[]) =>
    execFileSync(process.execPath, [program, ...args], {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const data = join(work, 'cloud')
  const started = stackwright(work, ['sandbox', 'start', '--json', '--speed', '1000', '--data', data])
  const { url } = JSON.parse(started) as { url: string }
  env.STACKWRIGHT_SANDBOX_URL = url
  return {
    url,
    stackwright,
    planIn(cwd, args) {
      const events = stackwright(cwd, ['plan', '--json', ...args])
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as { is: string })
      return (events.find(event => event.is === 'plan') as unknown as { changes: PlanLine[] }).changes
    },
    folder: name => mkdtempSync(join(work, `${name}-`)),
    up(cwd, args) {
      terminal?.close()
      const command = [process.execPath, program, 'up', '--sandbox', ...args]
      terminal = startTerminal(command, { columns: 110, rows: 50, env, cwd })
      return terminal
    },
    close() {
      terminal?.close()
      stackwright(work, ['sandbox', 'stop'])
    },
  }
}

/** Enter on every prompt, until one of them asks this. */
export async function enterUntil(open: Terminal, label: string): Promise<void> {
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

/** Types an answer over the default and sends it. */
export function answer(open: Terminal, text: string): void {
  open.key('C-u')
  open.type(text)
  open.key('Enter')
}

/** A wrong answer, a right one, a step back to it and another one. `next` is what is asked after it. */
export async function correctTheNetwork(open: Terminal, next: string, cidr: string): Promise<void> {
  await enterUntil(open, 'IPv4 CIDR block')
  open.type('8.8.8.0/24')
  await open.waitFor('is not private')
  answer(open, '10.10.0.0/16')
  await open.waitFor(`? ${next}`)
  open.key('C-b')
  await open.waitFor('? IPv4 CIDR block (10.10.0.0/16)')
  answer(open, cidr)
  await open.waitFor(`? ${next}`)
}

/** Ctrl-C at a question: nothing has been made, and nothing is there that says so. */
export async function stopAt(open: Terminal, folder: string, label: string): Promise<void> {
  await enterUntil(open, label)
  open.key('C-c')
  expect(await open.exit()).toBe(130)
  expect(open.history()).toMatch(
    /To continue where you stopped: stackwright up --stack shop --blueprint \S+ --region \S+ --s/,
  )
  expect(existsSync(join(folder, '.stackwright/shop/state.json'))).toBe(false)
}

/** At the review page: another answer to one of the questions. */
export async function correct(open: Terminal, label: string, value: string): Promise<void> {
  open.type(label)
  await open.waitFor(`> ${label}`)
  open.key('Enter')
  await open.waitFor(`? ${label} (`)
  answer(open, value)
  await open.waitFor(`${label}: ${value} (prompt)`)
}

/** From the review page to the end of the run. */
export async function build(open: Terminal): Promise<void> {
  open.key('Enter')
  await open.waitFor('? Build this?')
  open.key('Enter')
}

/** The stack that was built by hand is what the printed command and the answers file would build elsewhere; no secret was shown. */
export function expectRepeated(desk: Desk, open: Terminal, folder: string): void {
  const stack = join(folder, '.stackwright/shop')
  const file = join(stack, 'answers.yaml')
  const command = printedCommand(open)
  const built = desk.planIn(folder, ['--stack', 'shop', '--sandbox'])
  expect(built.filter(line => line.action !== 'keep')).toEqual([])
  const byFile = desk.planIn(desk.folder('by-file'), ['--answers', file, '--sandbox'])
  const byCommand = desk.planIn(desk.folder('by-command'), wordsOf(command).slice(2))
  for (const again of [byFile, byCommand]) {
    expect(again.filter(line => line.action !== 'create')).toEqual([])
    expect(filledIn(again, stack)).toEqual(inputsOf(built))
  }
  for (const secret of secretsOf(stack)) {
    expect(open.history()).not.toContain(secret)
    expect(readFileSync(file, 'utf8')).not.toContain(secret)
  }
}

/** The command that a guided run prints at its end. */
export function printedCommand(open: Terminal): string {
  const printed = open.history()
  return printed.slice(printed.indexOf('\nstackwright up --yes'))
}

/** The words a shell makes of the printed command, up to its last line; `--yes` is for `up` only. */
function wordsOf(printed: string): string[] {
  const lines = printed.trim().split('\n')
  const end = lines.findIndex(line => !line.trimEnd().endsWith('\\'))
  const script = `stackwright() { printf '%s\\0' stackwright "$@"; }\n${lines.slice(0, end + 1).join('\n')}`
  const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
  return words.filter(word => word !== '--yes')
}

/** Without the login key: it is made for each stack, and never in what is printed. */
function inputsOf(plan: PlanLine[]): unknown {
  return plan.map(line => [line.address, { ...line.input, publicKey: line.input?.publicKey !== undefined }])
}

/** A plan of what is not there names what it refers to; here with the ids that these got in the stack that was built. */
function filledIn(plan: PlanLine[], stackFolder: string): unknown {
  const state = JSON.parse(readFileSync(join(stackFolder, 'state.json'), 'utf8')) as State
  const text = JSON.stringify(inputsOf(plan))
  return JSON.parse(
    text.replace(/"<([\w-]+\/[\w-]+)\.(\w+)>"/g, (_, address: string, field: string) => {
      const entry = state.entries[address]
      return entry?.is === 'ready' ? JSON.stringify(entry.out[field]) : '"?"'
    }),
  )
}

/** All secrets of a stack, by its own store. */
function secretsOf(stackFolder: string): string[] {
  const { secrets } = JSON.parse(readFileSync(join(stackFolder, 'secrets.json'), 'utf8')) as {
    secrets: Record<string, { value: string }>
  }
  return Object.values(secrets).map(({ value }) => value)
}
