import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Answers } from '../../src/question.ts'
import { startTerminal, type Terminal } from '../support/terminal.ts'

const work = mkdtempSync(join(tmpdir(), 'wizard-'))
const program = join(work, 'harness.cjs')
let open: Terminal[] = []

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'harness.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  })
})

afterEach(() => {
  for (const terminal of open) terminal.close()
  open = []
})

interface Run {
  terminal: Terminal
  folder: string
  answers(): Answers
}

function run({
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
async function through(terminal: Terminal, steps: [string | RegExp, string?][]): Promise<void> {
  for (const [prompt, text] of steps) {
    await terminal.waitFor(prompt)
    if (text !== undefined) terminal.type(text)
    terminal.key('Enter')
  }
}

const toTheReview: [string | RegExp, string?][] = [
  ['? VPC name (web-vpc)'],
  ['? IPv4 CIDR block (172.16.0.0/12)'],
  ['? VSwitch CIDR block (172.16.1.0/24)'],
  ['? Zone:'],
  ['? Show every field of this page?'],
  ['? Login:'],
  ['? Count (1)'],
  ['? Git repository:', 'https://example.com/shop.git'],
  ['? Health page (/health/)'],
]

describe('The guided run', () => {
  it('asks chapter by chapter, takes defaults with Enter, and ends with a review of every answer and its source', async () => {
    const { terminal, answers } = run()
    await terminal.waitFor('Create a VPC')
    await through(terminal, toTheReview)
    const screen = await terminal.waitFor('All right?')
    expect(screen).toContain('VPC name: web-vpc (default)')
    expect(screen).toContain('Git repository: https://example.com/shop.git (prompt)')
    terminal.key('Enter')
    await terminal.waitFor('FINISHED')
    expect(await terminal.exit()).toBe(0)
    expect(answers()).toMatchObject({
      'vpc.name': { value: 'web-vpc', source: 'default' },
      'machine.ports': { value: ['22', '80'], source: 'default' },
      'app.repository': { value: 'https://example.com/shop.git', source: 'prompt' },
    })
    expect(answers()['machine.password']).toBeUndefined()
  })

  it('says what is wrong while it is typed, and takes no wrong answer', async () => {
    const { terminal } = run()
    await through(terminal, toTheReview.slice(0, 1))
    await terminal.waitFor('? IPv4 CIDR block')
    terminal.type('nonsense')
    await terminal.waitFor('That is not a CIDR block.')
    terminal.key('Enter')
    await terminal.waitFor('? IPv4 CIDR block (172.16.0.0/12): nonsense')
    terminal.key('C-u')
    terminal.type('10.0.0.0/8')
    terminal.key('Enter')
    await terminal.waitFor('✓ IPv4 CIDR block: 10.0.0.0/8')
  })

  it('what depends on an answer follows it', async () => {
    const { terminal } = run()
    await through(terminal, [['? VPC name'], ['? IPv4 CIDR block', '10.0.0.0/8']])
    const screen = await terminal.waitFor('? VSwitch CIDR block (10.0.1.0/24)')
    expect(screen).toContain('follows IPv4 CIDR block')
  })

  it.each(['C-b', 'Escape'])(
    '%s goes back to the question before, with the earlier answer offered again',
    async back => {
      const { terminal } = run()
      await through(terminal, [
        ['? VPC name', 'shop'],
        ['? IPv4 CIDR block', '10.0.0.0/8'],
      ])
      await terminal.waitFor('? VSwitch CIDR block')
      terminal.key(back)
      await terminal.waitFor('? IPv4 CIDR block (10.0.0.0/8)')
      terminal.key(back)
      await terminal.waitFor('? VPC name (shop)')
      terminal.key('Enter')
      await through(terminal, [['? IPv4 CIDR block (10.0.0.0/8)', '172.16.0.0/12']])
      await terminal.waitFor('? VSwitch CIDR block (172.16.1.0/24)')
    },
  )

  it('shows every field when asked to, and narrows a list as it is typed', async () => {
    const { terminal, answers } = run({ set: ['app.repository=x'] })
    await through(terminal, toTheReview.slice(0, 3))
    await through(terminal, [
      ['? Zone:', 'tokyo-b'],
      ['? Show every field', 'yes'],
      ['? Login:', 'pass'],
    ])
    await through(terminal, [['? Login password (a strong one', 'short']])
    await terminal.waitFor('must have 8 characters')
    terminal.key('C-u')
    await through(terminal, [
      [/Login password.*: *$/m, 'Correct-horse-1'],
      ['? Login password again', 'something-else'],
      ['The two were not the same', 'Correct-horse-1'],
      ['? Login password again', 'Correct-horse-1'],
      ['? Months', '12'],
      ['? Count', '3'],
      ['? Public IP', 'n'],
      ['? Open ports (22,80)', '22, 443'],
      ['? Tags', 'team=shop'],
      ['? Health page'],
      ['All right?'],
    ])
    expect(await terminal.exit()).toBe(0)
    expect(answers()).toMatchObject({
      'vswitch.zone': { value: 'tokyo-b' },
      'machine.password': { value: { $secret: 'machine.password' } },
      'machine.months': { value: 12 },
      'machine.count': { value: 3 },
      'machine.publicIp': { value: false },
      'machine.ports': { value: ['22', '443'] },
      'machine.tags': { value: { team: 'shop' } },
    })
    expect(terminal.history()).not.toContain('Correct-horse')
  })

  it('what a flag or a variable says is shown and not asked', async () => {
    const { terminal, answers } = run({ set: ['vpc.name=flagged'], env: { STACKWRIGHT_VPC_CIDR: '10.0.0.0/8' } })
    const screen = await terminal.waitFor('? VSwitch CIDR block (10.0.1.0/24)')
    expect(screen).toContain('VPC name: flagged (flag)')
    expect(screen).toContain('IPv4 CIDR block: 10.0.0.0/8 (environment)')
    await through(terminal, [['? VSwitch CIDR block'], ...toTheReview.slice(3), ['All right?']])
    await terminal.exit()
    expect(answers()['vpc.name']).toEqual({ value: 'flagged', source: 'flag' })
  })

  it('an answer picked on the review page is asked again, with what stands on it', async () => {
    const { terminal, answers } = run()
    const steps = toTheReview.map(step =>
      String(step[0]).includes('VSwitch') ? ([step[0], '172.16.9.0/24'] as [string, string]) : step,
    )
    await through(terminal, steps)
    await terminal.waitFor('All right?')
    terminal.type('IPv4')
    await terminal.waitFor('> IPv4 CIDR block: 172.16.0.0/12')
    terminal.key('Enter')
    await through(terminal, [['? IPv4 CIDR block', '10.0.0.0/8'], ['? VSwitch CIDR block (10.0.1.0/24)']])
    await terminal.waitFor('  IPv4 CIDR block: 10.0.0.0/8 (prompt)')
    terminal.key('Enter')
    await terminal.waitFor('FINISHED')
    expect(answers()).toMatchObject({ 'vpc.cidr': { value: '10.0.0.0/8' }, 'vswitch.cidr': { value: '10.0.1.0/24' } })
  })

  it('back on a question that was picked on the review page leaves the answer as it was', async () => {
    const { terminal } = run()
    await through(terminal, toTheReview)
    await terminal.waitFor('All right?')
    terminal.type('Count')
    await terminal.waitFor('> Count: 1')
    terminal.key('Enter')
    await terminal.waitFor('? Count (1)')
    terminal.key('C-b')
    await terminal.waitFor('> Continue with these answers')
    terminal.key('Enter')
    await terminal.waitFor('FINISHED')
  })

  it('a flag can be corrected on the review page', async () => {
    const { terminal, answers } = run({ set: ['vpc.name=flagged'] })
    await through(terminal, toTheReview.slice(1))
    await terminal.waitFor('All right?')
    terminal.type('VPC name')
    await terminal.waitFor('> VPC name: flagged')
    terminal.key('Enter')
    await through(terminal, [['? VPC name', 'better'], ['All right?']])
    await terminal.waitFor('FINISHED')
    expect(answers()['vpc.name']).toEqual({ value: 'better', source: 'prompt' })
  })
})

describe('Around the interview', () => {
  it('the first questions can be gone back through too, and a plain Enter never says yes to what costs money', async () => {
    const { terminal, answers } = run({ env: { HARNESS_START: '1' } })
    await through(terminal, [['? What do you want to build?', 'rails'], ['? On which cloud?', 'aws'], ['? Region:']])
    await terminal.waitFor('? Stack name (rails)')
    terminal.key('C-b')
    await terminal.waitFor('? Region:')
    terminal.key('C-b')
    await terminal.waitFor('? On which cloud?')
    terminal.key('C-b')
    // Where there is only one cloud, nobody is asked, on the way back neither.
    await through(terminal, [['? What do you want to build?', 'django'], ['? Region:']])
    await terminal.waitFor('? Stack name (django-2)')
    terminal.key('C-b')
    await terminal.waitFor('? Region:')
    terminal.key('C-b')
    await through(terminal, [['? What do you want to build?', 'django'], ['? Region:']])
    await terminal.waitFor('? Stack name (django-2)')
    terminal.type('A B')
    await terminal.waitFor('That cannot be a name.')
    terminal.key('C-u')
    terminal.key('Enter')
    await through(terminal, [['? Sure?']])
    expect(await terminal.exit()).toBe(0)
    expect(answers()).toEqual({
      blueprint: 'django',
      cloud: 'alicloud',
      region: 'tokyo',
      stack: 'django-2',
      sure: false,
    })
  })

  it('a stack that is there shows its saved answers for review and asks only what is new', async () => {
    const saved = {
      'vpc.name': 'old',
      'vpc.cidr': '10.0.0.0/8',
      'vswitch.cidr': '10.0.1.0/24',
      'vswitch.zone': 'tokyo-b',
    }
    const rest = { 'machine.login': 'key', 'machine.count': 2, 'app.repository': 'x' }
    const { terminal, answers } = run({ env: { HARNESS_SAVED: JSON.stringify({ ...saved, ...rest }) } })
    await through(terminal, [['? Show every field'], ['? Health page']])
    await terminal.waitFor('VPC name: old (saved)')
    terminal.key('Enter')
    await terminal.waitFor('FINISHED')
    expect(answers()).toMatchObject({
      'vpc.name': { value: 'old', source: 'saved' },
      'machine.count': { value: 2, source: 'saved' },
      'app.healthPath': { value: '/health/', source: 'default' },
    })
  })

  it('a default that other answers have made wrong is not offered', async () => {
    const { terminal } = run({ set: ['vswitch.cidr=172.16.1.0/24', 'vpc.cidr=10.0.0.0/8'] })
    await through(terminal, [['? VPC name']])
    const screen = await terminal.waitFor('? VSwitch CIDR block')
    expect(screen).toContain('The VSwitch must lie inside the VPC.')
  })
})

describe('Stopping', () => {
  it('Ctrl-C exits 130, keeps the answers without secrets, and the next run goes on there', async () => {
    const first = run()
    await through(first.terminal, [
      ['? VPC name', 'shop'],
      ['? IPv4 CIDR block', '10.0.0.0/8'],
      ['? VSwitch CIDR block'],
      ['? Zone:'],
      ['? Show every field'],
      ['? Login:', 'pass'],
      ['? Login password (a strong one', 'Correct-horse-1'],
      ['? Login password again', 'Correct-horse-1'],
    ])
    await first.terminal.waitFor('? Count')
    first.terminal.key('C-c')
    await first.terminal.waitFor('What you answered so far is kept. To go on')
    expect(await first.terminal.exit()).toBe(130)
    const draft = join(first.folder, 'interview.json')
    expect(readFileSync(draft, 'utf8')).not.toContain('Correct-horse')
    expect(statSync(draft).mode & 0o777).toBe(0o600)

    const second = run({ folder: first.folder })
    await through(second.terminal, [['? Continue where you left off?']])
    await second.terminal.waitFor('? Count')
    second.terminal.key('C-b')
    await second.terminal.waitFor('? Login password (the one you gave before')
    await through(second.terminal, [
      ['? Login password'],
      ['? Count', '2'],
      ['? Git repository', 'x'],
      ['? Health page'],
      ['All right?'],
    ])
    expect(await second.terminal.exit()).toBe(0)
    expect(second.answers()).toMatchObject({
      'vpc.name': { value: 'shop', source: 'prompt' },
      'vswitch.cidr': { value: '10.0.1.0/24', source: 'default' },
      'machine.password': { value: { $secret: 'machine.password' } },
    })
    expect(readFileSync(join(first.folder, 'secrets.json'), 'utf8')).toContain('Correct-horse-1')
  })

  it('"start over" forgets what was answered', async () => {
    const first = run()
    await through(first.terminal, [['? VPC name', 'shop']])
    await first.terminal.waitFor('? IPv4')
    first.terminal.key('C-c')
    expect(await first.terminal.exit()).toBe(130)
    const second = run({ folder: first.folder })
    await second.terminal.waitFor('? Continue where you left off?')
    second.terminal.key('Down')
    second.terminal.key('Enter')
    await second.terminal.waitFor('? VPC name (web-vpc)')
    expect(existsSync(join(first.folder, 'interview.json'))).toBe(false)
  })

  it('a closed input stops too', async () => {
    const { terminal } = run()
    await terminal.waitFor('? VPC name')
    terminal.key('C-d')
    expect(await terminal.exit()).toBe(130)
  })
})

describe('Small and plain terminals', () => {
  it('40 columns are enough', async () => {
    const { terminal } = run({ columns: 40, rows: 24 })
    await through(
      terminal,
      toTheReview.map(
        ([prompt, text]): [string, string?] =>
          [String(prompt).slice(0, 12), ...(text === undefined ? [] : [text])] as [string, string?],
      ),
    )
    await terminal.waitFor('All right?')
    terminal.key('Enter')
    await terminal.waitFor('FINISHED')
  })

  it('NO_COLOR leaves out every colour', async () => {
    const { terminal } = run({ env: { NO_COLOR: '1' } })
    await terminal.waitFor('? VPC name')
    expect(terminal.colours()).toBe(false)
    const coloured = run()
    await coloured.terminal.waitFor('? VPC name')
    expect(coloured.terminal.colours()).toBe(true)
  })
})
