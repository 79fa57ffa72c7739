import { describe, expect, it } from 'vitest'
import { planText } from '../../src/view/plan.ts'
import { columns } from '../../src/view/text.ts'
import { line } from './events.ts'

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
