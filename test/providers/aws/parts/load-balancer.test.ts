import { describe, expect, test } from 'vitest'
import type { Question, Values } from '../../../../src/answers/question.ts'
import { draw, type Sheet } from '../../../../src/engine/kind.ts'
import { loadBalancer, patternsProblem, priorityProblem } from '../../../../src/providers/aws/parts/load-balancer.ts'
import { targetGroup } from '../../../../src/providers/aws/parts/target-group.ts'
import { drawnRails } from '../answers.ts'

function step() {
  const sheet: Sheet = { nodes: [], texts: new Map() }
  return { sheet, on: { ...draw('balancer', sheet), stack: 'demo', check: () => undefined } }
}
const ready = (address: string) => ({ address, get: (field: string) => ({ $ref: address, field }) }) as never

describe('Path patterns', () => {
  test.each([[['/ws/*']], [['/ws', '/ws/*']], [['/chat-?/*.json', '/@:+&$~"/']]])('%j are taken', paths =>
    expect(patternsProblem(paths)).toBeUndefined(),
  )
  test.each([
    [[], /1 to 5/],
    [['/1', '/2', '/3', '/4', '/5', '/6'], /1 to 5/],
    [['ws/*'], /slash/],
    [[`/${'x'.repeat(128)}`], /128/],
    [['/*/*/*', '/*/*/*'], /5 wildcards/],
    [['/ws bad'], /contains/],
    [['/ws;rm'], /contains/],
    ['/ws/*', /1 to 5/],
  ])('%j are not', (paths, why) => expect(patternsProblem(paths)).toMatch(why))

  test('a priority is 1 to 50000', () => {
    expect([1, 50_000].map(priorityProblem)).toEqual([undefined, undefined])
    for (const wrong of [0, 50_001, 1.5]) expect(priorityProblem(wrong)).toBeTypeOf('string')
  })
})

test('a rule waits for its listener and its target group', () => {
  const { sheet, on } = step()
  const action = { type: 'forward' as const, targetGroupArn: { $ref: 'balancer/sockets', field: 'id' } }
  loadBalancer.rule(on, 'rule', { listener: ready('balancer/listener'), priority: 1, paths: ['/ws/*'], action })
  expect(sheet.nodes[0]).toMatchObject({
    address: 'balancer/rule',
    kind: { type: 'aws:listener-rule' },
    needs: ['balancer/listener', 'balancer/sockets'],
    input: { priority: 1, paths: ['/ws/*'] },
  })
})

test('the idle time-out is 1 to 4000 seconds, and left out of what is drawn while it is the usual one', () => {
  const question = loadBalancer.idleQuestion(120)
  expect(question.default!({} as never)).toBe(120)
  for (const wrong of [0, 4001]) expect(question.check!(wrong, {})).toBeTypeOf('string')
  const timeout = (values: Values) =>
    drawnRails(values).nodes.find(({ address }) => address === 'balancer/load-balancer')!.input.idleTimeout
  expect([{}, { 'balancer.idleTimeout': 60 }, { 'balancer.idleTimeout': 120 }].map(timeout)).toEqual([
    undefined,
    undefined,
    120,
  ])
})

test('a second target group has a health check with keys of its own', () => {
  const keys = (list: Question<never>[]) => list.map(({ key }) => key)
  const second = targetGroup.healthQuestions(() => '/ws/health', { key: 'sockets', of: 'WebSockets' })
  expect(keys(second)).toEqual(
    keys(targetGroup.healthQuestions(() => '/')).map(key => key.replace('health.', 'sockets.')),
  )
  expect(second[0]!.label).toBe('Health check path, WebSockets')
  const timeout = second.find(({ key }) => key === 'sockets.timeout')!
  expect(timeout.check!(10, { 'sockets.interval': 8, 'health.interval': 30 })).toMatch(/sockets\.interval is 8/)
  const { sheet, on } = step()
  const values = { 'health.path': '/', 'sockets.path': '/ws/health', 'sockets.interval': 20 }
  const group = { network: { vpc: ready('network/vpc') } as never, name: 'x', protocol: 'HTTP' as const, port: 5000 }
  targetGroup.draw(on, 'web', values, group)
  targetGroup.draw(on, 'sockets', values, { ...group, health: 'sockets' })
  expect(sheet.nodes.map(({ input }) => input.health)).toMatchObject([
    { path: '/', interval: 10 },
    { path: '/ws/health', interval: 20 },
  ])
})
