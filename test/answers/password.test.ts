import { describe, expect, it } from 'vitest'
import { generatePassword, passwordProblem } from '../../src/answers/password.ts'

describe('Passwords', () => {
  it('every generated password has all four classes and is safe in a shell, a URL and SQL', () => {
    for (let round = 0; round < 500; round += 1) {
      const made = generatePassword()
      expect(made).toMatch(/^[A-Za-z][A-Za-z0-9_-]{18}[A-Za-z0-9]$/)
      for (const part of [/[A-Z]/, /[a-z]/, /[0-9]/, /[_-]/]) expect(made).toMatch(part)
    }
  })

  it('a password needs three of the four classes and only allowed specials', () => {
    const rule = { min: 8, max: 30, specials: '_-' }
    expect(passwordProblem('abcdefgh1', rule)).toContain('three')
    expect(passwordProblem('Abcdefgh1', rule)).toBeUndefined()
    expect(passwordProblem('Abc1', rule)).toContain('8 to 30')
    expect(passwordProblem('Abcdefgh1"', rule)).toContain('_-')
  })
})
