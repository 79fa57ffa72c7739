import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Answers } from '../../src/answers/question.ts'
import { startTerminal, type Terminal } from '../support/terminal.ts'

const work = mkdtempSync(join(tmpdir(), 'wizard-'))
const program = join(work, 'harness.cjs')
let open: Terminal[] = []

/** For `beforeAll`: the interview as a program. */
export async function buildHarness(): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'harness.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  })
}

/** For `afterEach`. */
export function closeTerminals(): void {
  for (const terminal of open) terminal.close()
  open = []
}

export interface Run {
  terminal: Terminal
  folder: string
  answers(): Answers
}

export function run({
  set = [],
  folder = mkdtempSync(join(work, 'stack-')),
  columns = 100,
  rows = 40,
  env = {},
}: RunOptions = {}): Run {
  const result = join(folder, 'result.json')
  const terminal = startTerminal([process.execPath, program, folder, result, ...set], { columns, rows, env })
  open.push(terminal)
  return { terminal, folder, answers: () => JSON.parse(readFileSync(result, 'utf8')) as Answers }
}

interface RunOptions {
  set?: string[]
  folder?: string
  columns?: number
  rows?: number
  env?: Record<string, string>
}

/** Answers prompts in order: what is waited for, then what is typed before Enter. */
export async function through(terminal: Terminal, steps: [string | RegExp, string?][]): Promise<void> {
  for (const [prompt, text] of steps) {
    await terminal.waitFor(prompt)
    if (text !== undefined) terminal.type(text)
    terminal.key('Enter')
  }
}

export const toTheReview: [string | RegExp, string?][] = [
  ['? VPC name (web-vpc)'],
  ['? IPv4 CIDR block (172.16.0.0/12)'],
  ['? VSwitch CIDR block (172.16.1.0/24)'],
  ['? Zone:'],
  ['? Show every field of this step?'],
  ['? Login:'],
  ['? Count (1)'],
  ['? Git repository:', 'https://example.com/shop.git'],
  ['? Health page (/health/)'],
]
