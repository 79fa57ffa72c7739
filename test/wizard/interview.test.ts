import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildHarness, closeTerminals, run, through, toTheReview } from './run.ts'

beforeAll(buildHarness)
afterEach(closeTerminals)

describe('The guided run', () => {
  it('asks step by step, takes defaults with Enter, and ends with a review of every answer and its source', async () => {
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

  it('says what is wrong while it is typed, and accepts no invalid answer', async () => {
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

  it('a default that depends on an answer follows it', async () => {
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
      ['The two entries do not match', 'Correct-horse-1'],
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

  it('an answer from a flag or a variable is shown and not asked', async () => {
    const { terminal, answers } = run({ set: ['vpc.name=flagged'], env: { STACKWRIGHT_VPC_CIDR: '10.0.0.0/8' } })
    const screen = await terminal.waitFor('? VSwitch CIDR block (10.0.1.0/24)')
    expect(screen).toContain('VPC name: flagged (flag)')
    expect(screen).toContain('IPv4 CIDR block: 10.0.0.0/8 (environment)')
    await through(terminal, [['? VSwitch CIDR block'], ...toTheReview.slice(3), ['All right?']])
    await terminal.exit()
    expect(answers()['vpc.name']).toEqual({ value: 'flagged', source: 'flag' })
  })

  it('an answer picked in the review is asked again, with those that depend on it', async () => {
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

  it('going back from a question that was picked in the review keeps its answer', async () => {
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

  it('an answer from a flag can be corrected in the review', async () => {
    const { terminal, answers } = run({ set: ['vpc.name=flagged'] })
    await through(terminal, toTheReview.slice(1))
    await terminal.waitFor('All right?')
    terminal.type('VPC name')
    await terminal.waitFor('> VPC name: flagged')
    terminal.key('Enter')
    // During the search the review too says `? VPC name`, and `All right?` stays until the question is there.
    await through(terminal, [[/^\? VPC name/m, 'better']])
    await terminal.waitFor('VPC name: better (prompt)')
    terminal.key('Enter')
    await terminal.waitFor('FINISHED')
    expect(answers()['vpc.name']).toEqual({ value: 'better', source: 'prompt' })
  })
})
