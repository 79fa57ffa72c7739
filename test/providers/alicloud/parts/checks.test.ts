import { describe, expect, test } from 'vitest'
import { defaultOf } from '../../../../src/answers/validate.ts'
import type { Json } from '../../../../src/base/json.ts'
import { problem, questions, tutorial } from './asked.ts'

const hostile = [
  '"; rm -rf /',
  '$(touch /tmp/x)',
  '`id`',
  "'; DROP TABLE users; --",
  'a\nb',
  'a\u0000b',
  '; return 301 http://evil; #',
  '${IFS}',
  'a|b',
  '<script>',
  '\u202egnp.exe',
  'x'.repeat(5000),
  `cloud_${'x'.repeat(5000)}`,
  `ecs.${'x'.repeat(5000)}.large`,
  `ap-${'x'.repeat(5000)}`,
  `pg.${'x'.repeat(5000)}`,
]

const freeTexts = [
  'vpc.name',
  'vpc.cidr',
  'vswitch1.name',
  'vswitch1.zone',
  'vswitch1.cidr',
  'vswitch2.name',
  'vswitch2.zone',
  'vswitch2.cidr',
  'machine.type',
  'machine.image',
  'machine.diskCategory',
  'machine.groupName',
  'machine.publicKey',
  'machine.keyName',
  'machine.name',
  'machine.description',
  'machine.hostname',
  'database.version',
  'database.storageType',
  'database.class',
  'database.instanceName',
  'database.accessGroup',
  'database.privilegedUser',
  'database.user',
  'database.name',
  'balancer.name',
  'balancer.primaryZone',
  'balancer.backupZone',
  'group.name',
  'health.path',
]

describe('Text that a shell, nginx or SQL would act on', () => {
  test.each(freeTexts)('%s refuses it, on one line and without control characters', key => {
    for (const value of hostile) {
      const said = problem(key, value)
      expect(said, `${key} accepted ${JSON.stringify(value).slice(0, 80)}`).toBeTypeOf('string')
      expect(said).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(said!.length).toBeLessThan(400)
    }
  })

  test.each(['machine.ports', 'machine.sshFrom', 'database.allow', 'health.codes'])('the list %s refuses it', key => {
    for (const value of hostile) expect(problem(key, [value]), value).toBeTypeOf('string')
  })

  test('tags refuse it in names and in values', () => {
    for (const value of hostile) {
      expect(problem('machine.tags', { [value]: 'x' }), value).toBeTypeOf('string')
      expect(problem('machine.tags', { team: value }), value).toBeTypeOf('string')
    }
  })

  test('every text, list and tags question has a check', () => {
    const open = questions.filter(
      ({ type, check }) => ['text', 'list', 'tags', 'secret', 'number'].includes(type) && !check,
    )
    expect(open.map(({ key }) => key)).toEqual([])
  })

  test('no check throws, whatever type of value it is given', () => {
    for (const { key } of questions) {
      for (const value of [
        null,
        true,
        -1,
        1.5,
        Number.MAX_SAFE_INTEGER,
        '',
        [],
        {},
        [null],
        [{}],
        { a: null },
      ] as Json[]) {
        expect(() => problem(key, value), `${key} ${JSON.stringify(value)}`).not.toThrow()
      }
    }
  })
})

describe('Defaults that need no cloud', () => {
  test.each(['a', 'a-', 'a--b', 'shop-2', 'x'.repeat(30), `a${'-'.repeat(29)}`])(
    'pass their own checks in a stack called %s',
    async stack => {
      for (const question of questions) {
        const value = await defaultOf(question, { stack, lookups: undefined }, tutorial)
        if (value === undefined || value === 'generate') continue
        expect(problem(question.key, value), `${question.key} = ${JSON.stringify(value)}`).toBeUndefined()
      }
    },
  )
})
