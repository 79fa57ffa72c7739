import { describe, expect, it } from 'vitest'
import { oneLine, problemText } from '../../src/view/problem.ts'
import { clip, columns, duration, wrap } from '../../src/view/text.ts'

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
