import { describe, expect, it } from 'vitest'
import { plainView } from '../../src/view/plain.ts'
import { recorder, run } from './events.ts'

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
