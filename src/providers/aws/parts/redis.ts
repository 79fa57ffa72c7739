import { numberProblem, portProblem } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Redis } from '../../../steps/results.ts'
import { some } from '../../sentences.ts'
import type { Catalog } from '../catalog.ts'
import type { AwsLookups } from '../lookups.ts'
import { cacheSubnetGroup, replicationGroup } from '../resources/index.ts'
import { named, number, text, yes } from './names.ts'
import {
  hostProblem,
  majorOf,
  nameProblem,
  nodeTypeProblem,
  passwordProblem,
  tokenProblem,
  versionProblem,
} from './redis-checks.ts'
import { securityGroup } from './security-group.ts'
import type { Subnets } from './subnets.ts'
import type { Vpc } from './vpc.ts'

/** Who uses Redis, and where a new one is put. */
export interface RedisOf {
  /** Who connects to it, for people: `web servers`. */
  whose: string
  /** What it is for, as the rest of "It …": `passes messages between the web servers`. */
  use: string
  /** The tier of subnets that a new one is in. */
  tier: string
}

/** What a new one needs of the network. */
export interface RedisNetwork {
  network: Vpc
  subnets: Subnets
  /** The security group of those who may connect. */
  clients: Handle<{ id: string }>
}

/** Console: ElastiCache → Subnet groups, Valkey caches; or a server that is already there. */
export const redis = { questions, draw, checks: { cacheOffered } }

/** The port of a new one, and the usual one of a server that is already there. */
export const REDIS_PORT = 6379

function questions(of: RedisOf): Question<AwsLookups>[] {
  return [sourceQuestion(of), ...existingQuestions, ...createQuestions]
}

/**
 * A new replication group with its subnet group and security group, or nothing where the server is already there. The
 * result is the same for both: a setup gets host, port and TLS as variables and the password as a secret.
 */
function draw(
  on: StepDrawing<AwsLookups>,
  values: Values,
  of: RedisOf,
  { network, subnets, clients }: RedisNetwork,
): Redis {
  if (isExisting(values)) return existing(values)
  const name = text(values, 'redis.name')
  const firewall = securityGroup.draw(on, 'redis', {
    vpc: network.vpc,
    what: 'Redis',
    openings: [{ port: REDIS_PORT, from: clients, why: `Redis from the ${of.whose}` }],
  })
  const places = on.add('redis-subnet-group', cacheSubnetGroup, {
    name,
    subnetIds: subnets.tier(of.tier).map(({ id }) => id),
  })
  const made = on.add('redis', replicationGroup, {
    name,
    engine: text(values, 'redis.engine'),
    version: text(values, 'redis.version'),
    nodeType: text(values, 'redis.nodeType'),
    replicas: number(values, 'redis.replicas'),
    port: REDIS_PORT,
    subnetGroup: places.get('id'),
    securityGroupIds: [firewall.group.get('id')],
    authToken: { $secret: 'redis.authToken' },
  })
  on.check([made], lookups => cacheOffered(lookups, values))
  return {
    host: made.get('host'),
    port: made.get('port'),
    tls: true,
    password: { $secret: 'redis.authToken' },
    ready: [made, firewall.rules],
  }
}

function existing(values: Values): Redis {
  return {
    host: text(values, 'redis.host'),
    port: String(number(values, 'redis.port', REDIS_PORT)),
    tls: yes(values, 'redis.tls'),
    ...(yes(values, 'redis.auth') && { password: { $secret: 'redis.password' } }),
    ready: [],
  }
}

/** Whether the region offers the engine in this version. */
async function cacheOffered({ catalog }: AwsLookups, values: Values): Promise<string[]> {
  const [engine, version] = [text(values, 'redis.engine'), text(values, 'redis.version')]
  const versions = await catalog.cacheVersions(engine)
  if (versions.includes(version)) return []
  if (versions.length === 0) return [`redis.engine: this region does not offer ${engine}. Choose ${other(engine)}.`]
  return [`redis.version: there is no ${engine} ${version} in this region. Choose for example ${some(versions)}.`]
}

const isExisting = (values: Values) => text(values, 'redis.source') === 'existing'
const isNew = (values: Values) => !isExisting(values)

function sourceQuestion({ whose, use }: RedisOf): Question<AwsLookups> {
  return {
    key: 'redis.source',
    label: 'Redis',
    help: `It ${use}. A new one is private to the ${whose}, encrypted and asks for a password; a server that is already there must be reachable from the ${whose}.`,
    type: 'choice',
    choices: () => [
      { value: 'create', name: 'Create one with ElastiCache' },
      { value: 'existing', name: 'Use a server that is already there' },
    ],
    default: () => 'create',
  }
}

const existingQuestions: Question<AwsLookups>[] = [
  {
    key: 'redis.host',
    label: 'Redis host',
    help: 'The host name or address of the server, without redis:// and without the port. Not one in cluster mode, and not serverless.',
    type: 'text',
    when: isExisting,
    check: hostProblem,
  },
  {
    key: 'redis.port',
    label: 'Redis port',
    help: 'The port that the server answers on.',
    type: 'number',
    when: isExisting,
    default: () => REDIS_PORT,
    min: 1,
    max: 65_535,
    check: value => portProblem(value),
  },
  {
    key: 'redis.tls',
    label: 'Connect with TLS',
    help: 'Yes where its address starts with rediss://. A client without TLS hangs at a server that expects it, and the other way round.',
    type: 'yesno',
    when: isExisting,
    default: () => false,
  },
  {
    key: 'redis.auth',
    label: 'It asks for a password',
    help: 'Yes where the server has a password (requirepass, AUTH token).',
    type: 'yesno',
    when: isExisting,
    default: () => false,
  },
  {
    key: 'redis.password',
    label: 'Redis password',
    help: 'The password of the server’s default user.',
    type: 'secret',
    when: values => isExisting(values) && yes(values, 'redis.auth'),
    check: passwordProblem,
  },
]

const createQuestions: Question<AwsLookups>[] = [
  {
    key: 'redis.name',
    label: 'Name of the replication group',
    help: 'The name in the console, and a part of its address.',
    type: 'text',
    when: isNew,
    default: ({ stack }) => named(stack, 'redis', 40),
    check: nameProblem,
    advanced: true,
  },
  {
    key: 'redis.engine',
    label: 'Engine',
    help: 'Valkey is the open-source successor of Redis, costs less and understands the same commands.',
    type: 'choice',
    when: isNew,
    choices: ({ lookups }) => engineChoices(lookups.catalog),
    default: async ({ lookups }) => (await enginesOf(lookups.catalog))[0],
    advanced: true,
  },
  {
    key: 'redis.version',
    label: 'Engine version',
    help: 'Minor versions are upgraded by AWS in the maintenance window.',
    type: 'choice',
    open: true,
    when: isNew,
    choices: async ({ lookups, values }) =>
      (await versionsOf(lookups.catalog, text(values, 'redis.engine'))).map(id => ({ value: id, name: id })),
    default: ({ lookups, values }) => defaultVersion(lookups.catalog, text(values, 'redis.engine')),
    check: versionProblem,
    advanced: true,
  },
  {
    key: 'redis.nodeType',
    label: 'Node type',
    help: 'How much memory it has, which is all its room: 0.5 GiB with cache.t4g.micro, of which a quarter is reserved.',
    type: 'choice',
    open: true,
    when: isNew,
    choices: async ({ lookups }) => (await lookups.catalog.cacheNodeTypes()).map(id => ({ value: id, name: id })),
    default: async ({ lookups }) => {
      const offered = await lookups.catalog.cacheNodeTypes()
      return PREFERRED.find(id => offered.includes(id)) ?? PREFERRED[0]
    },
    check: nodeTypeProblem,
  },
  {
    key: 'redis.replicas',
    label: 'Replicas',
    help: 'Further nodes that copy the first one, each for the same price. With one or more, one in the other zone takes over when the first fails (Multi-AZ).',
    type: 'number',
    when: isNew,
    default: () => 0,
    min: 0,
    max: 5,
    check: value => numberProblem(value, 0, 5),
    advanced: true,
  },
  {
    key: 'redis.authToken',
    label: 'AUTH token',
    help: '16 to 128 characters. A strong one is generated and kept if you give none.',
    type: 'secret',
    when: isNew,
    default: () => 'generate:64',
    check: tokenProblem,
    advanced: true,
  },
]

/** The smallest of current families: for tests and small sites. */
const PREFERRED = ['cache.t4g.micro', 'cache.t3.micro', 'cache.t4g.small', 'cache.t3.small']

const engineNames: Record<string, string> = { valkey: 'Valkey', redis: 'Redis OSS' }

function other(engine: string): string {
  return engine === 'valkey' ? 'redis' : 'valkey'
}

/** Those that the region offers, Valkey first. */
async function enginesOf(catalog: Catalog): Promise<string[]> {
  const offered = await Promise.all(
    Object.keys(engineNames).map(async engine => ((await catalog.cacheVersions(engine)).length > 0 ? [engine] : [])),
  )
  return offered.flat()
}

async function engineChoices(catalog: Catalog) {
  return (await enginesOf(catalog)).map(engine => ({ value: engine, name: engineNames[engine] ?? engine }))
}

/** Versions that can be given an AUTH token and have standard support: Redis OSS before 7 has not (docs/facts/aws.md, ElastiCache). */
async function versionsOf(catalog: Catalog, engine: string): Promise<string[]> {
  return (await catalog.cacheVersions(engine)).filter(version => majorOf(version) >= 7)
}

/** The newest of a major version that has been out for long; the newest of all where the region has only later ones. */
async function defaultVersion(catalog: Catalog, engine: string): Promise<string | undefined> {
  const versions = await versionsOf(catalog, engine)
  return versions.find(version => majorOf(version) <= 8) ?? versions[0]
}
