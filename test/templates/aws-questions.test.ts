import { describe, expect, test } from 'vitest'
import type { Question, Values } from '../../src/answers/question.ts'
import type { Json } from '../../src/base/json.ts'
import { asks as railsAsks } from '../../src/blueprints/rails/application.ts'
import { asks as tierAsks } from '../../src/blueprints/three-tier/application.ts'
import { hostile, multiline } from './support.ts'

const asking = (values: Values) => ({ values, stack: 'demo', lookups: undefined })
const asked = (asks: Question[], values: Values) => asks.filter(ask => ask.when?.(values) ?? true)
const defaults = (asks: Question[], values: Values) =>
  Object.fromEntries(asked(asks, values).map(ask => [ask.key, ask.default?.(asking(values))]))
const missing = (asks: Question[], values: Values) =>
  Object.entries(defaults(asks, values)).flatMap(([key, value]) => (value === undefined ? [key] : []))
const check = (asks: Question[], key: string, value: Json, values: Values = {}) =>
  asks.find(ask => ask.key === key)!.check!(value, values)

describe('the questions about the Rails application', () => {
  test('have defaults that give the sample, and ask for what an application from Git needs', () => {
    expect(defaults(railsAsks, { 'app.source': 'sample' })).toEqual({
      'app.source': 'sample',
      'app.healthPath': '/health',
      'app.port': 3000,
      'app.workers': 2,
      'app.secretKey': 'generate:64',
    })
    expect(missing(railsAsks, { 'app.source': 'git' })).toEqual(['app.repository', 'app.healthPath'])
    expect(missing(railsAsks, { 'app.source': 'git', 'app.credentials': true })).toContain('app.masterKey')
  })

  test('take a master key and a secret of the right shape only', () => {
    expect(check(railsAsks, 'app.masterKey', '0123456789abcdef'.repeat(2))).toBeUndefined()
    for (const bad of ['', 'x'.repeat(32), '0123', '$(cat /etc/passwd)', ...hostile, ...multiline])
      expect(check(railsAsks, 'app.masterKey', bad)).toMatch(/32 or 64/)
    for (const good of ['generate:64', 'generate', 'k'.repeat(30)])
      expect(check(railsAsks, 'app.secretKey', good)).toBeUndefined()
    for (const bad of ['short', 'k'.repeat(201), `${'k'.repeat(40)}\n`])
      expect(check(railsAsks, 'app.secretKey', bad)).toMatch(/secret key base/)
  })

  test('leave nginx its port', () => {
    expect(check(railsAsks, 'app.port', 8080, { 'backend.port': 8080 })).toContain('nginx')
    expect(check(railsAsks, 'app.port', 3000)).toBeUndefined()
  })
})

describe('the questions about the three-tier application', () => {
  test('have defaults that give the sample, and ask for what an application from Git needs', () => {
    expect(defaults(tierAsks, { 'app.source': 'sample' })).toEqual({
      'app.source': 'sample',
      'app.healthPath': '/health',
      'app.workers': 4,
    })
    expect(missing(tierAsks, { 'app.source': 'git' })).toEqual(['app.repository', 'app.module', 'app.healthPath'])
  })
})

test.each([
  ['Rails', railsAsks],
  ['three-tier', tierAsks],
] as const)('hostile texts are refused by every free text of the %s application', (_, asks) => {
  for (const key of asks.filter(ask => ask.type === 'text').map(ask => ask.key)) {
    for (const text of [...hostile, ...multiline, 'file:///etc', 'https://user:token@git.example/x'])
      expect([key, text, check(asks, key, text)]).toEqual([key, text, expect.any(String)])
  }
})
