import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/json.ts'
import { asks, fixes } from '../../../src/blueprints/django-channels/application.ts'
import { hostile, multiline } from '../../templates/support.ts'
import { asked } from './answered.ts'

let blueprint: Awaited<ReturnType<typeof asked>>
beforeAll(async () => {
  blueprint = await asked()
})
afterAll(() => blueprint.close())

const problemsOf = async (set: Record<string, string>) => (await blueprint.answered(set)).problems.join('\n')
const check = (key: string, value: Json) => asks.find(ask => ask.key === key)!.check!(value, { 'app.source': 'git' })
const own = { 'app.source': 'git', 'app.repository': 'https://example.com/me/chat.git' }

describe('what is asked about the application', () => {
  test('has a default for all of the sample', async () => {
    const { answers, missing, problems } = await blueprint.answered()
    expect([missing, problems]).toEqual([[], []])
    expect(answers).toMatchObject({
      'app.source': { value: 'sample' },
      'app.healthPath': { value: '/healthz' },
      'app.port': { value: 8000 },
      'websocket.port': { value: 5000 },
      'websocket.healthPath': { value: '/ws/healthz' },
    })
  })

  test('of one’s own project its module and both health pages must be told', async () => {
    const { missing } = await blueprint.answered(own)
    expect(missing.map(({ key }) => key)).toEqual(['app.module', 'app.healthPath', 'websocket.healthPath'])
  })

  test('both load balancer checks ask for the pages that were told', async () => {
    const pages = { 'app.healthPath': '/ok', 'websocket.healthPath': '/ws/ok' }
    const { answers } = await blueprint.answered({ ...own, 'app.module': 'mysite.wsgi:application', ...pages })
    expect(answers).toMatchObject({ 'health.path': { value: '/ok' }, 'websocketHealth.path': { value: '/ws/ok' } })
  })

  test.each([
    ['daphne’s port', { 'websocket.port': '8000' }, /websocket\.port.*used by gunicorn/],
    ['gunicorn’s port', { 'app.port': '5000' }, /app\.port.*used by daphne/],
    ['nginx’s port', { 'backend.port': '5000' }, /websocket\.port.*used by nginx/],
    ['a port below 1024', { 'websocket.port': '443' }, /websocket\.port/],
    ['no path of WebSockets', { 'websocket.paths': '' }, /websocket\.paths/],
    ['a path without its slash', { 'websocket.paths': 'ws/*' }, /websocket\.paths.*slash/],
    ['six paths', { 'websocket.paths': '/a,/b,/c,/d,/e,/f' }, /websocket\.paths.*1 to 5/],
    ['a path that is not the sample’s', { 'websocket.paths': '/ws/chat/*' }, /websocket\.paths.*add \/ws\/\*/],
    ['a priority of 0', { 'websocket.priority': '0' }, /websocket\.priority/],
    ['two target groups of one name', { 'websocket.groupName': 'demo-web' }, /websocket\.groupName.*group\.name/],
  ])('%s is refused, by the name of its question, where it cannot be', async (_, set, sentence) => {
    expect(await problemsOf(set as Record<string, string>)).toMatch(sentence)
  })

  test('hostile texts are refused by every free text', () => {
    const free = asks.filter(({ type, key }) => type === 'text' || key === 'app.secretKey').map(({ key }) => key)
    expect(free).toEqual([
      ...['app.repository', 'app.ref', 'app.module', 'app.healthPath', 'websocket.healthPath', 'app.secretKey'],
    ])
    // A secret goes through no shell: only what cannot stand in a line of text is refused.
    for (const key of free)
      for (const bad of key === 'app.secretKey' ? multiline : [...hostile, ...multiline])
        expect([key, bad, check(key, bad)]).toEqual([key, bad, expect.any(String)])
  })
})

test('daphne’s health page is mended by its own answer, and nginx’s by its own', () => {
  const advice = (service: string) => (fixes['health-check'] as (service: string) => string)(service)
  expect(advice('stackwright-websocket')).toContain('websocketHealth.path')
  expect(advice('stackwright-web')).toContain(' health.path')
})

test('what to do is known for every hop that the check of a machine can find', () => {
  for (const hop of ['nginx', 'application', 'websocket', 'database', 'redis', 'port', 'machine'])
    expect([hop, fixes[hop]]).not.toEqual([hop, undefined])
})
