import { describe, expect, test } from 'vitest'
import type { Values } from '../../src/answers/question.ts'
import type { Json } from '../../src/base/json.ts'
import { asks, healthPath } from '../../src/blueprints/django/application.ts'
import { hostile, multiline } from './support.ts'

const sample: Values = { 'app.source': 'sample', 'app.port': 8080, 'app.workers': 3, 'app.healthPath': '/health/' }

describe('the questions about the application', () => {
  test('have defaults that give the sample, and ask for what a Git application needs', () => {
    const asking = (values: Values) => ({ values, stack: 'django', lookups: undefined })
    const asked = (values: Values) => asks.filter(ask => ask.when?.(values) ?? true)
    const defaults = (values: Values) =>
      Object.fromEntries(asked(values).map(ask => [ask.key, ask.default?.(asking(values))]))
    expect(defaults({ 'app.source': 'sample' })).toEqual({ ...sample, 'app.secretKey': 'generate' })
    expect(Object.entries(defaults({ 'app.source': 'git' })).filter(([, value]) => value === undefined)).toEqual([
      ['app.repository', undefined],
      ['app.module', undefined],
      ['app.healthPath', undefined],
    ])
    expect(healthPath({})).toBe('/health/')
    expect(healthPath({ 'app.source': 'git', 'app.healthPath': '/ok' })).toBe('/ok')
  })

  test('accept what is usual', () => {
    for (const good of [
      'https://git.example/owner/project.git',
      'https://git.example:8443/~me/pro.ject-1',
      'ssh://git@git.example:2222/owner/project.git',
      'git@git.example:owner/project.git',
    ])
      expect([good, check('app.repository', good)]).toEqual([good, undefined])
    for (const good of ['HEAD', 'main', 'feature/x-1', 'v1.2.3', 'a'.repeat(40)])
      expect(check('app.ref', good)).toBeUndefined()
    for (const good of ['mysite.wsgi', 'a.b.c:app_1']) expect(check('app.module', good)).toBeUndefined()
    for (const good of ['/', '/health/', '/a-b_c.html?x=1&y=%20']) expect(check('app.healthPath', good)).toBeUndefined()
    expect(check('app.secretKey', 'k'.repeat(50))).toBeUndefined()
    expect(check('app.port', 8080)).toBeUndefined()
  })

  test('refuse every hostile text, in a sentence', () => {
    for (const key of ['app.repository', 'app.ref', 'app.module', 'app.healthPath'])
      for (const text of [...hostile, ...multiline, 'é'.repeat(600)])
        expect([key, text, check(key, text)]).toEqual([key, text, expect.stringMatching(/^[A-Z].*\.$/)])
    for (const text of multiline) expect(check('app.secretKey', text.padEnd(40, 'x'))).toMatch(/\.$/)
  })

  test('refuse Git addresses with credentials, other transports and options', () => {
    for (const bad of [
      'https://me:token@git.example/p.git',
      'https://token@git.example/p.git',
      'ssh://git:word@git.example/p.git',
      'http://git.example/p.git',
      'git://git.example/p.git',
      'file:///etc/passwd',
      'ext::sh -c touch% /tmp/x',
      'ssh://-oProxyCommand=x/p',
      'ssh://git@-oProxyCommand=x/p',
      'git@-oProxyCommand=x:p',
      'git@git.example:-p',
      '--upload-pack=x',
      '/srv/p.git',
      '../p.git',
      'https://',
      'https://git.example',
      'https:///p.git',
    ])
      expect([bad, check('app.repository', bad)]).toEqual([bad, expect.stringMatching(/\.$/)])
    for (const bad of ['a..b', 'a.lock', 'a/', 'a//b', 'a/.b', 'a b', 'a~1', 'a^', 'a:b', '@{1}'])
      expect([bad, check('app.ref', bad)]).toEqual([bad, expect.any(String)])
    for (const bad of ['', 'health', '//host/', '/'.repeat(81), '/a b', '/é'])
      expect(check('app.healthPath', bad)).toBeTypeOf('string')
  })

  test('refuse a port that nginx already has', () => {
    expect(check('app.port', 8081, { 'backend.port': 8081 })).toContain('8081')
  })
})

function check(key: string, value: Json, values: Values = {}): string | undefined {
  return asks.find(ask => ask.key === key)?.check?.(value, values)
}
