import { readFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request as plainly } from 'node:http'
import { type RequestOptions, request as securely } from 'node:https'
import { join } from 'node:path'
import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { S3 } from '@aws-sdk/client-s3'
import { containerName } from '../../../src/emulator/containers/network.ts'
import { config } from '../../emulator/aws/support.ts'
import { zoneFor } from '../../support/aws.ts'
import { bareEnv, eventsOf, type Running, start } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'
import { type RealAws, serveAws } from '../aws/serve.ts'

export const domain = 'www.example.com'

export interface Last {
  is: 'done' | 'failed'
  outputs: Record<string, string>
  problem: { what: string; next: string; list?: string[] }
}

export interface Told {
  code: number | null
  /** What `--json` said, in order. */
  events: Record<string, unknown>[]
  last: Last
  stderr: string
}

export interface Page {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** One person's folder with the Rails stack, in an embedded AWS whose machines really run. */
export interface Shop extends RealAws {
  ec2: EC2
  elb: ElasticLoadBalancingV2
  s3: S3
  bucket: string
  /** The web servers' ids. */
  first: string
  second: string
  /** `stackwright …` for this stack, with --json. */
  command(verb: string, ...args: string[]): Promise<Told>
  /** Begins `stackwright …` for this stack, with --json, through another address of the cloud. */
  begin(url: string, verb: string, ...args: string[]): Running
  /** `up` again, through another address of the cloud if one is given. */
  up(url?: string): Promise<Told>
  /** What the state says of an address. */
  entry(address: string): Promise<{ id: string; input: Record<string, unknown>; out: Record<string, unknown> }>
  secret(name: string): Promise<string>
  /** Visits the printed address as a browser that trusts the sandbox's authority and knows the domain's name. */
  visit(path: string, options?: RequestOptions & { body?: Buffer }): Promise<Page>
  /** Runs a line in the shell of a container, without the cloud; `database` is the one of RDS. Fails with it. */
  inside(id: string, line: string): Promise<string>
  /** What the load balancer's checks say of each web server. */
  health(): Promise<Record<string, string>>
}

/** Builds it by the program alone, with a domain whose hosted zone the account has had before. */
export async function buildShop(): Promise<{ shop: Shop; made: Told }> {
  const aws = await serveAws({ speed: 50 })
  const cwd = await emptyFolder()
  const settings = { ...config(aws.url), maxAttempts: 8 }
  const elb = new ElasticLoadBalancingV2(settings)
  await zoneFor(aws.url, 'example.com')
  const begin: Shop['begin'] = (url, verb, ...args) => {
    const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: url })
    return start([verb, '--stack', 'shop', '--sandbox', '--json', ...args], { cwd, env })
  }
  const through = async (url: string, verb: string, ...args: string[]): Promise<Told> => {
    const ended = await begin(url, verb, ...args).ended
    const events = eventsOf(ended)
    return { code: ended.code, events, last: events.at(-1) as unknown as Last, stderr: ended.stderr }
  }
  const command: Shop['command'] = (verb, ...args) => through(aws.url, verb, ...args)
  const kept = async (file: string) => JSON.parse(await readFile(join(cwd, '.stackwright/shop', file), 'utf8'))
  const entry: Shop['entry'] = async address => (await kept('state.json')).entries[address]
  const sets = ['domain.zone=route53', `domain.name=${domain}`, 'bucket.versioned=true']
  const made = await command('up', '--blueprint', 'rails', '--yes', ...sets.flatMap(set => ['--set', set]))
  const url = made.last?.outputs?.url ?? 'https://0.0.0.0'
  const idOf = async (address: string) => (await entry(address))?.id ?? ''
  const shop: Shop = {
    ...{
      ...aws,
      begin,
      command,
      entry,
      elb,
      ec2: new EC2(settings),
      s3: new S3({ ...settings, forcePathStyle: true }),
    },
    bucket: await idOf('database/bucket'),
    first: await idOf('machines/instance'),
    second: await idOf('machines/instance-2'),
    up: (url = aws.url) => through(url, 'up', '--yes'),
    secret: async name => (await kept('secrets.json')).secrets[name].value,
    visit: (path, options) => visit(url, path, { ca: aws.authority, ...options }),
    async inside(id, line) {
      const name = id === 'database' ? await databaseOf(aws) : containerName(aws.sandbox, id)
      return await aws.runtime.must(`It failed on ${id}: ${line}`, ['exec', name, 'bash', '-c', line])
    },
    async health() {
      const TargetGroupArn = await idOf('balancer/target-group')
      const { TargetHealthDescriptions = [] } = await elb.describeTargetHealth({ TargetGroupArn })
      return Object.fromEntries(TargetHealthDescriptions.map(row => [row.Target!.Id!, row.TargetHealth!.State!]))
    },
  }
  return { shop, made }
}

/** The container of the database of RDS. */
export async function databaseOf({ runtime, sandbox }: RealAws): Promise<string> {
  const filter = ['--filter', `label=stackwright.sandbox=${sandbox}`, '--format', '{{.Names}}']
  const { stdout } = await runtime.run(['ps', ...filter])
  return stdout.split('\n').find(name => name.includes('-db-')) ?? 'no database runs'
}

/** One request for the domain's name at a local address. */
export function visit(url: string, path: string, options: RequestOptions & { body?: Buffer } = {}): Promise<Page> {
  const { hostname, port, protocol } = new URL(url)
  const request = protocol === 'https:' ? securely : plainly
  const { body, headers, ...more } = options
  const place = { hostname, port, path, servername: domain, agent: false, timeout: 20_000 }
  return new Promise((resolve, reject) => {
    const asked = request({ ...place, headers: { host: domain, ...headers }, ...more }, reply => {
      const parts: Buffer[] = []
      reply.on('data', (part: Buffer) => parts.push(part))
      reply.on('end', () => resolve({ status: reply.statusCode!, headers: reply.headers, body: Buffer.concat(parts) }))
      reply.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error(`${path} took too long`)))
    asked.on('error', reject).end(body)
  })
}
