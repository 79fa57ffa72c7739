import { describe, expect, test } from 'vitest'
import { createLimit } from '../../src/engine/limit.ts'

describe('the adaptive limit', () => {
  test('runs no more at once than it allows, and everything in the end', async () => {
    const limit = createLimit({ start: 3, min: 1, max: 8 })
    let running = 0
    let most = 0
    let done = 0
    const work = async () => {
      most = Math.max(most, ++running)
      await new Promise(resolve => setImmediate(resolve))
      running--
      done++
    }
    await Promise.all(Array.from({ length: 20 }, () => limit.run(0, work)))
    expect([most, done]).toEqual([3, 20])
  })

  test('starts the higher rank first, and equal ranks in the order of arrival', async () => {
    const limit = createLimit({ start: 1, min: 1, max: 1 })
    const order: string[] = []
    const note = (name: string) => async () => void order.push(name)
    const first = limit.run(0, note('first'))
    await Promise.all([
      first,
      limit.run(1, note('low')),
      limit.run(9, note('high')),
      limit.run(1, note('low too')),
      limit.run(5, note('middle')),
    ])
    expect(order).toEqual(['first', 'high', 'middle', 'low', 'low too'])
  })

  test('halves once for all that were in progress together, never below the minimum', () => {
    const told: number[] = []
    const limit = createLimit({ start: 16, min: 3, max: 64, onHalved: now => told.push(now) })
    const together = [limit.now(), limit.now(), limit.now()]
    for (const startedAt of together) limit.throttled(startedAt)
    expect(limit.current()).toBe(8)
    limit.throttled(limit.now())
    limit.throttled(limit.now())
    limit.throttled(limit.now())
    expect([limit.current(), told]).toEqual([3, [8, 4, 3]])
  })

  test('grows back by one after a round of successes', () => {
    const limit = createLimit({ start: 4, min: 1, max: 5 })
    for (let n = 0; n < 4; n++) limit.succeeded()
    expect(limit.current()).toBe(5)
    for (let n = 0; n < 50; n++) limit.succeeded()
    expect(limit.current()).toBe(5)
  })

  test('passes on what the work returns and what it throws, and continues afterwards', async () => {
    const limit = createLimit({ start: 1, min: 1, max: 1 })
    await expect(limit.run(0, async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await limit.run(0, async () => 7)).toBe(7)
  })
})
