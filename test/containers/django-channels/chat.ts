import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { containerName } from '../../../src/emulator/containers/network.ts'
import { config } from '../../emulator/aws/support.ts'
import { zoneFor } from '../../support/aws.ts'
import { bareEnv, eventsOf, run } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'
import { type Held, openSocket } from '../../support/web-socket.ts'
import { type RealAws, serveAws } from '../aws/serve.ts'
import { slowly } from '../aws/support.ts'
import { domain, type Page, type Told, visit } from '../rails/shop.ts'

export { domain }

/** The settings of the application, on each machine. */
export const settings = '/etc/stackwright/django-channels.env'

/** A WebSocket in a room, and the host name of the machine whose daphne took it. */
export interface Seat extends Held {
  server: string
}

/** One person's folder with the stack of Django Channels, in an embedded AWS whose machines really run. */
export interface Chat extends RealAws {
  ec2: EC2
  elb: ElasticLoadBalancingV2
  /** The machines' ids. */
  first: string
  second: string
  /** The local address of the HTTPS listener, `host:port`. */
  listener: string
  /** `stackwright …` for this stack, with --json. */
  command(verb: string, ...args: string[]): Promise<Told>
  /** What the state says of an address. */
  entry(address: string): Promise<{ id: string; out: Record<string, unknown> }>
  secret(name: string): Promise<string>
  /** Asks for a page as a browser that trusts the sandbox's authority and knows the domain's name. */
  visit(path: string): Promise<Page>
  /** Enters a room through the load balancer, as a page of the domain does or one from elsewhere (`origin`). */
  enter(room: string, query?: string, origin?: string): Promise<Seat>
  /** Runs a line in the shell of a container, without the cloud. Fails with it. */
  inside(id: string, line: string): Promise<string>
  /** The container of the database (`db`), or of Redis (`cache`). */
  serverOf(kind: 'db' | 'cache'): Promise<string>
  /** Runs a statement as the administrator that only RDS itself is, and returns the rows, fields with | between them. */
  sql(statement: string): Promise<string>
  /** What the load balancer's checks say of each machine, in each of the two target groups. */
  health(): Promise<string[]>
}

/** Builds it by the program alone, with a domain whose hosted zone the account has had before. */
export async function buildChat(): Promise<{ chat: Chat; made: Told }> {
  const aws = await serveAws({ speed: 50 })
  const cwd = await emptyFolder()
  await zoneFor(aws.url, 'example.com')
  const command = commandIn(cwd, aws.url)
  const sets = ['domain.zone=route53', `domain.name=${domain}`]
  const made = await command('up', '--blueprint', 'django-channels', '--yes', ...sets.flatMap(set => ['--set', set]))
  return { chat: await chatIn(cwd, aws), made }
}

function commandIn(cwd: string, url: string): Chat['command'] {
  return async (verb, ...args) => {
    const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: url })
    const ended = await run([verb, '--stack', 'chat', '--sandbox', '--json', ...args], { cwd, env })
    const events = eventsOf(ended)
    return { code: ended.code, events, last: events.at(-1) as unknown as Told['last'], stderr: ended.stderr }
  }
}

/** The stack that this folder's state tells of. */
async function chatIn(cwd: string, aws: RealAws): Promise<Chat> {
  const client = { ...config(aws.url), maxAttempts: 8 }
  const elb = new ElasticLoadBalancingV2(client)
  const kept = async (file: string) => JSON.parse(await readFile(join(cwd, '.stackwright/chat', file), 'utf8'))
  const entry: Chat['entry'] = async address => (await kept('state.json')).entries[address]
  const idOf = async (address: string) => (await entry(address))?.id ?? ''
  const url = (await aws.reach(domain, 443)) ?? 'https://0.0.0.0'
  const { hostname, port, host } = new URL(url)
  const exec = async (name: string, line: string) =>
    await aws.runtime.must(`It failed in ${name}: ${line}`, ['exec', name, 'bash', '-c', line])
  const chat: Chat = {
    ...{ ...aws, elb, entry, listener: host, ec2: new EC2(client) },
    first: await idOf('machines/instance'),
    second: await idOf('machines/instance-2'),
    command: commandIn(cwd, aws.url),
    secret: async name => (await kept('secrets.json')).secrets[name].value,
    visit: path => visit(url, path, { ca: aws.authority }),
    async enter(room, query = '', origin = `https://${domain}`) {
      const path = `/ws/chat/${room}/${query}`
      const headers = { host: domain, origin }
      const held = await openSocket({ hostname, port, path, headers, servername: domain, ca: aws.authority })
      return { ...held, server: JSON.parse(await held.next()).server }
    },
    inside: async (id, line) => await exec(containerName(aws.sandbox, id), line),
    serverOf: kind => serverOf(aws, kind),
    sql: async statement =>
      await exec(
        await serverOf(aws, 'db'),
        `runuser -u postgres -- psql -X -q -v ON_ERROR_STOP=1 -U rdsadmin -h /run/postgresql -d channels -At <<'END'\n${statement}\nEND`,
      ),
    async health() {
      const groups = await Promise.all(['balancer/target-group', 'balancer/websocket-group'].map(idOf))
      const told = await Promise.all(groups.map(TargetGroupArn => elb.describeTargetHealth({ TargetGroupArn })))
      return told.flatMap(({ TargetHealthDescriptions = [] }) =>
        TargetHealthDescriptions.map(row => row.TargetHealth!.State!),
      )
    },
  }
  return chat
}

async function serverOf({ runtime, sandbox }: RealAws, kind: 'db' | 'cache'): Promise<string> {
  const filter = ['--filter', `label=stackwright.sandbox=${sandbox}`, '--format', '{{.Names}}']
  const { stdout } = await runtime.run(['ps', ...filter])
  return stdout.split('\n').find(name => name.includes(`-${kind}-`)) ?? `no ${kind} runs`
}

/** Two in the same room, taken by different machines: enters until both have been met. */
export async function seatsApart(chat: Chat, room: string): Promise<[Seat, Seat]> {
  const one = await chat.enter(room)
  for (let tries = 0; tries < 20; tries++) {
    const other = await chat.enter(room)
    if (other.server !== one.server) return [one, other]
    other.close()
  }
  throw new Error(`every WebSocket came to ${one.server}`)
}

/** Starts a machine that was stopped. */
export async function startAgain(chat: Chat, id: string): Promise<void> {
  await untilStopped(chat, id)
  await chat.ec2.startInstances({ InstanceIds: [id] })
}

export async function untilStopped({ ec2 }: Chat, id: string): Promise<void> {
  const state = async () =>
    (await ec2.describeInstances({ InstanceIds: [id] })).Reservations![0]!.Instances![0]!.State!.Name
  await slowly(state, name => name === 'stopped')
}

/** Until the load balancer's checks call every machine well. */
export const allWell = (chat: Chat) => untilIll(chat, 0)

/** Until they call so many places ill. */
export async function untilIll(chat: Chat, wanted: number): Promise<void> {
  await slowly(
    async () => (await chat.health()).map(state => state === 'healthy'),
    all => all.length - all.filter(Boolean).length === wanted,
  )
}
