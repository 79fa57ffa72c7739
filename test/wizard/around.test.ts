import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildHarness, closeTerminals, run, through, toTheReview } from './run.ts'

beforeAll(buildHarness)
afterEach(closeTerminals)

describe('Around the interview', () => {
  it('Esc goes back through the first questions too, and Enter alone never confirms what costs money', async () => {
    const { terminal, answers } = run({ env: { HARNESS_START: '1' } })
    await through(terminal, [['? What do you want to build?', 'rails'], ['? On which cloud?', 'aws'], ['? Region:']])
    await terminal.waitFor('? Stack name (rails)')
    expect(terminal.screen(), 'nothing is saved yet').not.toContain('save and stop')
    terminal.key('C-b')
    await terminal.waitFor('? Region:')
    terminal.key('C-b')
    await terminal.waitFor('? On which cloud?')
    terminal.key('C-b')
    // With only one cloud there is no question, on the way back neither.
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

  it('an existing stack shows its saved answers for review and asks only what is new', async () => {
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

  it('a default that other answers have made invalid is not offered', async () => {
    const { terminal } = run({ set: ['vswitch.cidr=172.16.1.0/24', 'vpc.cidr=10.0.0.0/8'] })
    await through(terminal, [['? VPC name']])
    const screen = await terminal.waitFor('? VSwitch CIDR block')
    expect(screen).toContain('The VSwitch must lie inside the VPC.')
  })
})

describe('Stopping', () => {
  it('Ctrl-C exits 130, saves the answers without secrets, and the next run continues there', async () => {
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
    await first.terminal.waitFor('Your answers so far are saved. To continue')
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

  it('"start over" forgets the answers', async () => {
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

  it('a closed input stops the interview too', async () => {
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

  it('a line of wide characters is cut at the edge of the terminal, not at twice its width', async () => {
    const name = '日本語でつけたとても長い名前のネットワーク'
    const { terminal } = run({ columns: 40, rows: 24, set: [`vpc.name=${name}`] })
    const screen = await terminal.waitFor('? IPv4 CIDR')
    const line = screen.split('\n').findIndex(one => one.startsWith('· VPC name: 日本語'))
    expect(screen.split('\n')[line]).toMatch(/…\s*$/)
    expect(screen.split('\n')[line + 1]).toContain('? IPv4 CIDR')
  })

  it('NO_COLOR switches off every colour', async () => {
    const { terminal } = run({ env: { NO_COLOR: '1' } })
    await terminal.waitFor('? VPC name')
    expect(terminal.colours()).toBe(false)
    const coloured = run()
    await coloured.terminal.waitFor('? VPC name')
    expect(coloured.terminal.colours()).toBe(true)
  })
})
