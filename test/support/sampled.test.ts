import { describe, expect, it } from 'vitest'
import { firstOfEach, spread, spreadInTurn } from './sampled.ts'

describe('a sample of a long series', () => {
  it('is spread over the whole of it, and is all of it where that is no more', () => {
    const series = Array.from({ length: 100 }, (_, n) => n)
    expect(spread(series, 4)).toEqual([12, 37, 62, 87])
    expect(spread([1, 2], 4)).toEqual([1, 2])
  })

  it('takes from several lists in turn, from the beginning of the first to the end of the last, and nothing twice', () => {
    const before = Array.from({ length: 100 }, (_, n) => `before ${n}`)
    const after = Array.from({ length: 100 }, (_, n) => `after ${n}`)
    expect(spreadInTurn([before, after], 4)).toEqual(['before 12', 'after 37', 'before 62', 'after 87'])
    expect(spreadInTurn([['only'], before.slice(0, 5), []], 4)).toEqual(['only', 'before 1', 'before 4'])
  })

  it('holds the first of each kind, in their order', () => {
    const faults = ['disk: full', 'disk: slow', 'network: down', 'disk: gone', 'power: off']
    expect(firstOfEach(faults, fault => fault.split(':')[0]!)).toEqual(['disk: full', 'network: down', 'power: off'])
  })
})
