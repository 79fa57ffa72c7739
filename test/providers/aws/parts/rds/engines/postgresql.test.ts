import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answersFrom, valuesOf } from '../../../../../../src/answers/answers.ts'
import type { Question, Values } from '../../../../../../src/answers/question.ts'
import type { BlueprintTarget } from '../../../../../../src/blueprints/blueprint.ts'
import { serve } from '../../../../../../src/commands/emulator.ts'
import { aws } from '../../../../../../src/providers/aws/index.ts'
import type { AwsLookups } from '../../../../../../src/providers/aws/lookups.ts'
import { postgresql } from '../../../../../../src/providers/aws/parts/rds/engines/postgresql.ts'
import { rdsInstance } from '../../../../../../src/providers/aws/parts/rds/instance.ts'
import type { DatabaseQuestions } from '../../../../../../src/providers/aws/parts/rds/questions.ts'
import { securityGroup } from '../../../../../../src/providers/aws/parts/security-group.ts'
import { type SubnetTiers, subnets } from '../../../../../../src/providers/aws/parts/subnets.ts'
import { vpc } from '../../../../../../src/providers/aws/parts/vpc.ts'
import type { ManagedDatabase } from '../../../../../../src/steps/results.ts'
import { drawnFrom } from '../../../../../support/blueprints.ts'
import { startPostgres } from '../../../../../templates/postgres.ts'

const tiers: SubnetTiers = [
  { id: 'public', whose: 'machines', way: 'gateway' },
  { id: 'private', whose: 'database', way: 'nat' },
]
const database: DatabaseQuestions = {
  key: 'database',
  engine: postgresql,
  tier: 'private',
  prefer: ['db.t4g.micro', 'db.t3.micro'],
  name: 'chat_production',
  user: 'chat',
}
const region = 'ap-northeast-1'

let server: Awaited<ReturnType<typeof serve>>
let connected: Awaited<ReturnType<typeof aws.connect>>
let drawn: ManagedDatabase

/** A network and a database in it. */
const target: BlueprintTarget<AwsLookups> = {
  steps: [
    {
      id: 'network',
      title: 'Create the network',
      asks: [...vpc.questions(4), ...subnets.questions(tiers, () => ({ types: [], engine: postgresql }))],
    },
    { id: 'database', title: 'Create the database', asks: rdsInstance.questions(database) },
  ],
  draw(on, values) {
    const network = vpc.draw(on.step('network'), values)
    const net = subnets.draw(on.step('network'), values, network, tiers)
    const openings = [{ port: postgresql.port, from: ['10.0.0.0/16'], why: 'PostgreSQL' }]
    const wall = { vpc: network.vpc, what: 'The database', openings }
    const firewall = securityGroup.draw(on.step('database'), 'database', wall)
    drawn = rdsInstance.draw(on.step('database'), values, database, { subnets: net, firewall })
    const place = { host: drawn.host, port: 5432, internal: true, awaits: drawn.ready }
    return { ...place, healthPath: '/', check: '', fixes: {} }
  },
}

beforeAll(async () => {
  server = await serve({ speed: 1000 })
  connected = await aws.connect({
    ...{ region, env: {}, sandbox: { url: server.url, speed: 1000 }, emit: () => undefined },
    ...{ drain: new AbortController().signal, reveal: () => '', keep: async (_, make) => make(), texts: new Map() },
  })
})
afterAll(async () => {
  connected.close()
  await server.close()
})

/** What a run without a terminal answers, with what `--set` changes. */
async function answered(set: Record<string, string> = {}) {
  const questions = target.steps.flatMap(({ asks }) => asks) as Question[]
  const asking = { stack: 'demo', lookups: connected.lookups as never }
  return await answersFrom({ questions, sources: { flags: new Map(Object.entries(set)) as never, env: {} }, asking })
}

/** The problem with one answer. */
async function problem(key: string, value: string): Promise<string> {
  return (await answered({ [key]: value })).problems.join('\n')
}

describe('the questions about RDS for PostgreSQL', () => {
  test('ask RDS: the newest version it offers and the smallest class', async () => {
    const { answers, missing, problems } = await answered()
    expect({ missing, problems }).toEqual({ missing: [], problems: [] })
    expect(valuesOf(answers)).toMatchObject({
      'database.identifier': 'demo-db',
      'database.version': '18.1',
      'database.class': 'db.t4g.micro',
      'database.name': 'chat_production',
      'database.user': 'chat',
      'database.adminUser': 'postgres',
    })
  })

  test('offer no version whose standard support has ended, and refuse one with a sentence', async () => {
    const offered = await (connected.lookups as AwsLookups).versionChoices(postgresql)
    expect(offered.map(({ value }) => value)).not.toContain('13.22')
    expect(offered[0]).toEqual({ value: '18.1', name: '18.1' })
    expect(await problem('database.version', '13.22')).toContain(
      'RDS for PostgreSQL 13.22 no longer has standard support',
    )
    expect(await problem('database.version', 'latest')).toContain('Versions look like 17.7')
    expect(await problem('database.class', 'db.t2.micro')).toContain('cannot run a current PostgreSQL')
  })

  test('know which names RDS refuses for its master user, and that postgres is none of them', async () => {
    for (const name of ['admin', 'rdsadmin', 'rds_superuser', 'pg_monitor', 'public', 'user']) {
      expect(await problem('database.adminUser', name)).toContain(
        `"${name}" is reserved by PostgreSQL or RDS and cannot name the master user`,
      )
    }
    expect(await problem('database.adminUser', 'postgres')).toBe('')
    expect(await problem('database.user', 'postgres')).toContain('cannot name an account')
    expect(await problem('database.user', 'admin')).toBe('')
    expect(await problem('database.name', 'template1')).toContain('cannot name a database')
  })

  test('take names of 63 characters and master passwords of 128, no longer ones', async () => {
    expect(await problem('database.name', 'a'.repeat(63))).toBe('')
    expect(await problem('database.name', 'a'.repeat(64))).toContain('63')
    expect(await problem('database.user', 'a'.repeat(64))).toContain('63')
    const password = (length: number) => rdsPassword().check?.(`Aa1${'x'.repeat(length - 3)}`, {})
    expect(password(128)).toBeUndefined()
    expect(password(129)).toBe('The password must have 8 to 128 characters.')
  })

  test('refuse every word that the real PostgreSQL reserves', async () => {
    const real = await startPostgres('geheim')
    try {
      const sql = "SELECT string_agg(word, ' ') FROM pg_get_keywords() WHERE catcode IN ('R', 'T')"
      const words = (await real.query(sql)).trim().split(' ')
      expect(words.length).toBeGreaterThan(90)
      const free = words.filter(word => !postgresql.names.reserves(word, 'account'))
      expect(free).toEqual([])
    } finally {
      await real.stop()
    }
  })
})

function rdsPassword(): Question<AwsLookups> {
  return rdsInstance.questions(database).find(({ key }) => key === 'database.adminPassword')!
}

describe('what is drawn of it', () => {
  test('is an instance of the engine, and a database of PostgreSQL for the application', async () => {
    const values: Values = valuesOf((await answered()).answers)
    const { sheet, checks } = drawnFrom(target, values)
    const instance = sheet.nodes.find(({ address }) => address === 'database/instance')
    expect(instance?.input).toMatchObject({ engine: 'postgres', version: '18.1', user: 'postgres', dbName: '' })
    expect(drawn).toMatchObject({
      engine: 'postgresql',
      host: { $ref: 'database/instance', field: 'host' },
      ...{ name: 'chat_production', user: 'chat', password: { $secret: 'database.password' } },
      admin: { user: 'postgres', password: { $secret: 'database.adminPassword' } },
    })
    const run = { makes: () => true, real: false }
    const said = await Promise.all(checks.map(({ check }) => check(connected.lookups as never, run)))
    expect(said.flat()).toEqual([])
  })

  test('is refused before anything is created when RDS has no such version or class', async () => {
    const said = async (set: Record<string, string>) => {
      const values = valuesOf((await answered(set)).answers)
      const check = rdsInstance.checks.databaseOffered
      return await check(connected.lookups as AwsLookups, values, database)
    }
    expect(await said({ 'database.version': '18.99' })).toEqual([
      expect.stringContaining('database.version: there is no postgres 18.99 in this region'),
    ])
    expect(await said({ 'database.class': 'db.m9.large' })).toEqual([
      expect.stringContaining('db.m9.large is not offered for postgres 18.1'),
    ])
  })
})
