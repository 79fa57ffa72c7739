import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answersFrom, valuesOf } from '../../../../src/answers/answers.ts'
import type { Values } from '../../../../src/answers/question.ts'
import type { Node, Sheet } from '../../../../src/engine/kind.ts'
import type { AwsLookups } from '../../../../src/providers/aws/lookups.ts'
import { type RedisOf, redis } from '../../../../src/providers/aws/parts/redis.ts'
import {
  hostProblem,
  nameProblem,
  passwordProblem,
  tokenProblem,
} from '../../../../src/providers/aws/parts/redis-checks.ts'
import { securityGroup } from '../../../../src/providers/aws/parts/security-group.ts'
import { subnets } from '../../../../src/providers/aws/parts/subnets.ts'
import { vpc } from '../../../../src/providers/aws/parts/vpc.ts'
import { type DrawnCheck, drawingOf } from '../../../../src/steps/drawing.ts'
import type { Redis } from '../../../../src/steps/results.ts'
import { connected } from '../connected.ts'

const of: RedisOf = { whose: 'web servers', use: 'passes messages between the web servers', tier: 'private' }
const network: Values = {
  ...{ 'vpc.cidr': '10.0.0.0/16', 'public1.zone': 'ap-northeast-1a', 'public2.zone': 'ap-northeast-1c' },
  ...{ 'public1.cidr': '10.0.1.0/24', 'public2.cidr': '10.0.2.0/24' },
  ...{ 'private1.cidr': '10.0.3.0/24', 'private2.cidr': '10.0.4.0/24' },
}

let lookups: AwsLookups
let close: () => Promise<void>
beforeAll(async () => {
  ;({ lookups, close } = await connected())
})
afterAll(() => close())

/** The answers of a run without a terminal, with what `--set` gives. */
async function answered(set: Record<string, string> = {}) {
  const sources = { flags: new Map(Object.entries(set)) as never, env: {} }
  return answersFrom({ questions: redis.questions(of), sources, asking: { stack: 'demo', lookups } })
}

function drawn(values: Values): { nodes: Node[]; checks: DrawnCheck[]; made: Redis } {
  const sheet: Sheet = { nodes: [], texts: new Map() }
  const steps = ['network', 'database'].map(id => ({ id, title: id, asks: [] }))
  const on = drawingOf('demo', steps, sheet)
  const all = { ...network, ...values }
  const place = vpc.draw(on.step('network'), all)
  const nets = subnets.draw(on.step('network'), all, place, [
    { id: 'public', whose: 'load balancer', way: 'gateway' },
    { id: 'private', whose: 'web servers', way: 'none' },
  ])
  const { group } = securityGroup.draw(on.step('network'), 'web', { vpc: place.vpc, what: 'Web servers', openings: [] })
  const made = redis.draw(on.step('database'), all, of, { network: place, subnets: nets, clients: group })
  return { nodes: sheet.nodes.filter(({ step }) => step === 'database'), checks: on.checks, made }
}

describe('a new Redis', () => {
  test('is the smallest node of Valkey 8, alone, with a generated token that ElastiCache takes', async () => {
    const { answers, missing, problems, secrets } = await answered()
    expect([missing, problems]).toEqual([[], []])
    expect(valuesOf(answers)).toEqual({
      'redis.source': 'create',
      'redis.name': 'demo-redis',
      'redis.engine': 'valkey',
      'redis.version': '8.1',
      'redis.nodeType': 'cache.t4g.micro',
      'redis.replicas': 0,
      'redis.authToken': { $secret: 'redis.authToken' },
    })
    expect(secrets.get('redis.authToken')).toEqual({ generate: 64 })
  })

  test('is reached over TLS with its token, by the servers alone, once it and its rules are there', async () => {
    const { nodes, made } = drawn(valuesOf((await answered({ 'redis.replicas': '1' })).answers))
    expect(nodes.map(({ address }) => address)).toEqual([
      ...['database/redis-group', 'database/redis-rules', 'database/redis-subnet-group', 'database/redis'],
    ])
    expect(nodes[1]!.input.rules).toMatchObject([{ from: 6379, to: 6379, groupId: { $ref: 'network/web-group' } }])
    expect(nodes[2]!.input.subnetIds).toMatchObject([{ $ref: 'network/private-1' }, { $ref: 'network/private-2' }])
    expect(nodes[3]!.input).toMatchObject({ engine: 'valkey', replicas: 1, securityGroupIds: [{ field: 'id' }] })
    expect(made).toMatchObject({
      host: { $ref: 'database/redis', field: 'host' },
      port: { $ref: 'database/redis', field: 'port' },
      tls: true,
      password: { $secret: 'redis.authToken' },
    })
    expect(made.ready.map(({ address }) => address)).toEqual(['database/redis', 'database/redis-rules'])
  })

  test('of a version that the region does not offer is refused before anything is created', async () => {
    const values = valuesOf((await answered({ 'redis.version': '8.9' })).answers)
    const problems = (run: Values) => redis.checks.cacheOffered(lookups, run)
    expect(await problems(values)).toEqual([expect.stringMatching(/^redis\.version: there is no valkey 8\.9 .* 8\.1/)])
    expect(await problems({ ...values, 'redis.version': '8.1' })).toEqual([])
    expect(drawn(values).checks.some(({ places }) => places[0]!.address === 'database/redis')).toBe(true)
  })

  test('can be Redis OSS 7, and is nothing older', async () => {
    const { answers } = await answered({ 'redis.engine': 'redis' })
    expect(valuesOf(answers)).toMatchObject({ 'redis.engine': 'redis', 'redis.version': '7.1' })
    const old = await answered({ 'redis.engine': 'redis', 'redis.version': '6.2' })
    expect(old.problems).toEqual([expect.stringContaining('Choose 7.1 or later')])
  })

  test('takes no answers about a server that is already there', async () => {
    expect((await answered({ 'redis.host': 'redis.example.com' })).problems).toHaveLength(1)
  })
})

describe('a Redis that is already there', () => {
  const given = { 'redis.source': 'existing', 'redis.host': 'redis.example.com' }

  test('is used as it is given, and nothing is drawn', async () => {
    const plain = drawn(valuesOf((await answered(given)).answers))
    expect(plain.nodes).toEqual([])
    expect(plain.made).toEqual({ host: 'redis.example.com', port: '6379', tls: false, ready: [] })
  })

  test('can be encrypted, ask for a password and be on another port', async () => {
    const more = { 'redis.port': '6380', 'redis.tls': 'yes', 'redis.auth': 'yes' }
    const { answers, missing } = await answered({ ...given, ...more })
    expect(missing.map(({ key }) => key)).toEqual(['redis.password'])
    const values = { ...valuesOf(answers), 'redis.password': { $secret: 'redis.password' } }
    expect(drawn(values).made).toEqual({
      host: 'redis.example.com',
      port: '6380',
      tls: true,
      password: { $secret: 'redis.password' },
      ready: [],
    })
  })

  test.each([
    ['rediss://:secret@redis.example.com:6379/0', 'is a URL'],
    ['user@redis.example.com', 'is a URL'],
    ['redis.example.com:6379', 'contains the port'],
    ['10.0.0.300', 'not an IPv4 address'],
    ['redis example', 'not a host name'],
    ['$(id)', 'not a host name'],
    ['', 'must be a host name'],
  ])('at the host %j is refused: %s', (host, why) => {
    expect(hostProblem(host)).toContain(why)
  })

  test.each(['redis.example.com', 'localhost', '10.0.1.25', 'master.chat.a1b2c3.use1.cache.amazonaws.com'])(
    'at the host %s is fine',
    host => {
      expect(hostProblem(host)).toBeUndefined()
    },
  )
})

test('AUTH tokens, passwords and names are as ElastiCache and a client take them, and never repeated', () => {
  for (const token of ['a'.repeat(16), 'A1!&#$^<>-A1!&#$^<>-']) expect(tokenProblem(token)).toBeUndefined()
  for (const token of ['tooshort', 'with_underscore_in_it', `${'a'.repeat(129)}`]) {
    expect(tokenProblem(token)).toMatch(/^The AUTH token must have /)
    expect(tokenProblem(token)).not.toContain(token)
  }
  expect(passwordProblem('p@ss:w/rd"#')).toBeUndefined()
  expect(passwordProblem('with space')).toMatch(/without spaces/)
  expect(nameProblem('demo-redis')).toBeUndefined()
  for (const name of ['Demo', 'demo--redis', 'demo-', 'a'.repeat(41)]) expect(nameProblem(name)).toBeDefined()
})
