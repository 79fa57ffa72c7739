import { describe, expect, it } from 'vitest'
import type { Event, Phase, PlanLine } from '../../src/events.ts'
import { clouds, providers } from '../../src/providers/index.ts'
import { jsonView } from '../../src/view/json.ts'
import type { Out } from '../../src/view/out.ts'
import { plainView } from '../../src/view/plain.ts'
import { planText } from '../../src/view/plan.ts'
import { oneLine, problemText } from '../../src/view/problem.ts'
import { stackLine } from '../../src/view/sentences.ts'
import { clip, columns, duration, wrap } from '../../src/view/text.ts'

function recorder(width = 80): Out & { lines: string[]; results: string[] } {
  const lines: string[] = []
  const results: string[] = []
  return {
    lines,
    results,
    out: text => void results.push(...text.split('\n')),
    err: text => void lines.push(...text.split('\n')),
    errIsTerminal: false,
    width: () => width,
    stream: process.stderr,
  }
}

const line = (address: string, more: Partial<PlanLine> = {}): PlanLine => ({
  address,
  type: 'alicloud:x',
  title: 'Thing',
  step: address.split('/')[0]!,
  action: 'create',
  ...more,
})

const event = (address: string, phase: Phase, id = 'x-1'): Event => ({
  is: 'resource',
  address,
  type: 'alicloud:x',
  title: 'Thing',
  step: address.split('/')[0]!,
  phase,
  id,
  ms: 1200,
})

const run: Event[] = [
  { is: 'plan', verb: 'up', changes: [line('network/vpc'), line('machines/web'), line('balancer/slb')] },
  event('balancer/slb', 'ready', 'lb-1'),
  event('network/vpc', 'ready', 'vpc-1'),
  event('machines/web', 'ready', 'i-1'),
  { is: 'done', outputs: { url: 'http://47.1.1.1/' }, wallMs: 1, criticalPathMs: 1, calls: {} },
]

describe('the plain view', () => {
  it('writes a step of one resource under its own heading', () => {
    const out = recorder()
    const view = plainView(out, {})
    for (const each of [run[0]!, run[2]!, run[3]!]) view.emit(each)
    const order = out.lines.filter(text => /^(\d\.| {2}✔)/.test(text)).slice(3)
    expect(order.map(text => text.slice(0, 9).trim())).toEqual([
      '1. networ',
      '✔ Thing',
      '2. machin',
      '✔ Thing',
      '3. balanc',
    ])
  })

  it('writes what finishes in any order in the order of the steps', () => {
    const out = recorder()
    const view = plainView(out, {})
    view.know({ titles: { network: 'Create a VPC' } })
    for (const each of run) view.emit(each)
    const text = out.lines.join('\n')
    expect(text.indexOf('vpc-1')).toBeLessThan(text.indexOf('i-1'))
    expect(text.indexOf('i-1')).toBeLessThan(text.indexOf('lb-1'))
    expect(text).toContain('1. Create a VPC')
    expect(out.results).toEqual(['url  http://47.1.1.1/'])
  })

  it('holds nothing back when the run fails', () => {
    const out = recorder()
    const view = plainView(out, {})
    view.emit(run[0]!)
    view.emit(run[1]!)
    view.emit({ is: 'failed', exit: 1, problem: { what: 'It broke.' }, wallMs: 1, criticalPathMs: 0, calls: {} })
    const text = out.lines.join('\n')
    expect(text).toContain('lb-1')
    expect(text.indexOf('lb-1')).toBeLessThan(text.indexOf('It broke.'))
  })

  it('folds steps in GitHub Actions, every group closed before the next one opens', () => {
    const out = recorder()
    const view = plainView(out, { GITHUB_ACTIONS: 'true' })
    for (const each of run) view.emit(each)
    const marks = out.lines.filter(text => text.startsWith('::')).map(text => text.split('::')[1]!.replace(/ .*/, ''))
    expect(marks).toEqual(['group', 'endgroup', 'group', 'endgroup', 'group', 'endgroup'])
  })

  it('cannot be made to write a workflow command by text from the cloud', () => {
    const out = recorder()
    const view = plainView(out, { GITHUB_ACTIONS: 'true' })
    view.emit({ is: 'warning', text: 'bad\n::set-output name=x::y' })
    view.emit({ is: 'note', text: '\u001b[2Jcleared' })
    view.emit({ is: 'failed', exit: 1, problem: { what: 'a\n::error::b' }, wallMs: 1, criticalPathMs: 0, calls: {} })
    expect(out.lines.filter(text => text.startsWith('::'))).toEqual([
      '::warning::bad ::set-output name=x::y',
      '::error::a ::error::b',
    ])
    expect(out.lines.join('\n')).not.toContain('\u001b')
  })
})

describe('the first line', () => {
  const stack = { is: 'stack', stack: 'shop', region: 'r', account: '5', sandbox: false } as const

  it('calls each cloud by the title of its provider, and an unknown one by its id', async () => {
    expect(clouds.map(({ id }) => id)).toEqual(Object.keys(providers))
    for (const { id, title } of clouds) {
      expect(title).toBe((await providers[id]!()).title)
      expect(stackLine({ ...stack, cloud: id, blueprint: 'b' })).toBe(`Stack shop (b) on ${title}, region r, account 5`)
    }
    expect(stackLine({ ...stack, cloud: 'third' })).toBe(
      'Stack shop, looked up by its tags, on third, region r, account 5',
    )
  })
})

describe('the JSON view', () => {
  it('writes one line per event and puts the address at the top level of the last one', () => {
    const out = recorder()
    const view = jsonView(out)
    for (const each of run) view.emit(each)
    view.say('not for programs')
    const events = out.results.map(text => JSON.parse(text) as Record<string, unknown>)
    expect(events).toHaveLength(run.length)
    expect(events.at(-1)).toMatchObject({ is: 'done', url: 'http://47.1.1.1/', outputs: { url: 'http://47.1.1.1/' } })
  })
})

describe('the plan', () => {
  const lines = [
    line('network/vpc', { input: { name: 'shop', cidr: '10.0.0.0/8', password: { $secret: 'database.password' } } }),
    line('network/old', { action: 'remove', id: 'vpc-9', notes: ['Its data is lost with it.'] }),
    line('machines/web', {
      action: 'update',
      changes: [
        { key: 'size', from: 1, to: 2 },
        { key: 'health', from: { path: '/', interval: 2 }, to: { path: '/', interval: 5 } },
        { key: 'password', from: { $secret: 'database.password' }, to: { $secret: 'database.password' } },
      ],
    }),
  ]

  it('shows what is created, changed and lost, and secrets only by their names', () => {
    const text = planText(lines, { verb: 'up', width: 100, titles: {} })
    expect(text).toContain('name=shop  cidr=10.0.0.0/8  password=(secret database.password)')
    expect(text).toContain('size: 1 → 2')
    expect(text).toContain('      health.interval: 2 → 5\n')
    expect(text).toContain('      password: (secret database.password) has a new value\n')
    expect(text).toContain('! Its data is lost with it.')
    expect(text).toContain('Plan: 1 to create, 1 to change, 1 to remove.')
  })

  it('fits a narrow terminal', () => {
    const text = planText(lines, { verb: 'up', width: 40, titles: { network: 'a very long heading '.repeat(5) } })
    for (const each of text.split('\n')) expect(columns(each)).toBeLessThanOrEqual(44)
  })
})

describe('text', () => {
  it('makes control characters and reversed reading direction visible', () => {
    expect(oneLine('a\u001b[31mb\r\u0007\u202ec\u009b')).toBe('a\\u{1b}[31mb\\u{d}\\u{7}\\u{202e}c\\u{9b}')
    expect(problemText({ what: 'x\u001b]0;title\u0007', exit: 1 })).not.toContain('\u001b')
  })

  it('puts the lines and columns that a machine printed on one line', () => {
    expect(oneLine('ruby\t1:3.1\n  puma\t\t5.6')).toBe('ruby 1:3.1 puma 5.6')
  })

  it('counts wide characters as two columns when it cuts', () => {
    expect(columns('日本')).toBe(4)
    expect(clip('日本語です', 5)).toBe('日本…')
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  })

  it('writes durations as people do', () => {
    expect([250, 3200, 59_400, 60_000, 185_000].map(duration)).toEqual([
      '250 ms',
      '3.2 s',
      '59 s',
      '1 min 00 s',
      '3 min 05 s',
    ])
  })
})
