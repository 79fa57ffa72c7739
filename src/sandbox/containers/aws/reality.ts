import type { Issued } from '../../authority.ts'
import { all, find, text, time } from '../../aws/ask.ts'
import { listenersOf } from '../../aws/elb-balancers.ts'
import { usersOf } from '../../aws/elb-groups.ts'
import { type Health, judgeTargetsWith } from '../../aws/elb-health.ts'
import type { Target } from '../../aws/elb-targets.ts'
import { namesBehind } from '../../aws/front.ts'
import { writerOf } from '../../aws/rds-clusters.ts'
import { tendAll } from '../../aws/tend.ts'
import type { Call, Operation, Thing, World } from '../../model.ts'
import { type FirewallWish, firewallText, setFirewall } from '../firewall.ts'
import { knownThings } from '../found.ts'
import { hold, release } from '../held.ts'
import { createJobs } from '../jobs.ts'
import { boot, commandResult, type Machine, removeMachine, setNames, startCommand, stopMachine } from '../machine.ts'
import { ensureNetwork, type Network, removeNetwork } from '../network.ts'
import { purge, whichRun } from '../purge.ts'
import type { Runtime } from '../runtime.ts'
import { watchAwsCommands } from './commands.ts'
import {
  addressesOf,
  clusterOf,
  containerId,
  endpointNames,
  everyAws,
  groupsOf,
  inwardRules,
  isMariaDb,
  type Placed,
  reachesOut,
  vpcCidr,
} from './desired.ts'
import { createDoors } from './doors.ts'
import { createEndpoints } from './endpoint.ts'
import { backName, proxyFiles, serverName, statsPort } from './haproxy.ts'
import { bootMariaDb, type MariaDbContent, setMariaDbContent } from './mariadb.ts'
import { hostName, metadataOf, serveMetadata } from './metadata.ts'
import { bootProxy, readProxy, type Seen, setProxy } from './proxy.ts'
import { type Surroundings, wrapped } from './scripts.ts'
import { withAwsReality } from './seam.ts'

export interface AwsRealityGround {
  world: World
  /** Saves the world's changes that were made outside of a call. */
  save(): void
  /** The id by which the containers are found: not the one of the other cloud's. */
  sandbox: string
  runtime: Runtime
  image: string
  speed: number
  /** Local ports by name, kept over a restart. */
  ports: Map<string, number>
  keepPort(name: string, port: number): void
  /** The local port of the embedded cloud's API, for the machines. */
  apiPort(): number
  issue(names: string[]): Issued
}

/** Containers that are what the embedded AWS says there is. */
export interface AwsReality {
  operations(all: Record<string, Operation>): Record<string, Operation>
  /** The local address that answers for a load balancer's name. */
  reach(host: string, port: number): Promise<string | undefined>
  troubles(): string[]
  idle(): Promise<void>
  close(): Promise<void>
  /** After `close`: removes every container and network. */
  purge(): Promise<void>
}

/** A container that runs, and what was last put on it. */
interface Up {
  machine: Machine
  network: Network
  applied: Record<string, string>
  surroundings?: Surroundings
  /** Of an instance: its first boot's script has not ended. */
  settingUp?: boolean
}

const tickMs = 200
const slowMs = 2_000
const atOnce = 3

/**
 * Starts making the world's AWS real, as the other cloud's reality does: what takes real time holds the cloud's clock of
 * that thing (`thereAt`, `readyAt`, `goneAt`) until it is done.
 */
export async function createAwsReality(ground: AwsRealityGround): Promise<AwsReality> {
  const { world, runtime, sandbox } = ground
  const up = new Map<string, Up>()
  const stopped = new Set<string>()
  const networks = new Map<string, Promise<Network>>()
  const seen = new Map<string, Map<string, Seen>>()
  const everHealthy = new Set<string>()
  const known = await knownThings(runtime, sandbox)
  const jobs = createJobs(atOnce, () => lookAndSave())
  const endpoints = createEndpoints(ground)
  const doors = createDoors(ground)
  const secondMs = Math.max(30, 1000 / ground.speed)
  let closed = false
  let opened = ''
  const commands = watchAwsCommands({
    ...{ world, runtime, jobs, save: ground.save },
    machine(id) {
      const one = up.get(id)
      return one?.surroundings && { machine: one.machine, surroundings: one.surroundings }
    },
    closed: () => closed,
  })
  judgeTargetsWith(world, judge)

  function look(): void {
    if (closed) return
    for (const one of everyAws(world, 'instance')) lookAtInstance(one)
    for (const one of everyAws(world, 'db-instance')) if (isMariaDb(one.thing)) lookAtDatabase(one)
    for (const one of everyAws(world, 'load-balancer')) lookAtBalancer(one)
    commands.look()
    lookForLost()
    lookAtDoors()
  }

  /** Not inside of a call, whose changes are saved as one. */
  function lookAndSave(): void {
    if (closed) return
    tendAll(world)
    look()
    ground.save()
  }

  function lookAtInstance(one: Placed): void {
    const { thing } = one
    known.add(thing.id)
    const toward = text(thing, 'toward')
    if (toward === 'terminated') {
      takeAway(thing, thing.id, 'thereAt')
      return
    }
    const running = toward === 'running'
    if (running !== up.has(thing.id) || (!running && !stopped.has(thing.id))) {
      hold(world, thing, 'thereAt')
      jobs.want(thing.id, () => (running ? bootInstance(one) : stopInstance(thing)))
      return
    }
    const there = up.get(thing.id)
    if (!there) return
    follow(there, one, reachesOut(one))
    const facts = metadataOf(one)
    apply(there, 'metadata', facts, () => serveMetadata(runtime, there.machine, facts))
  }

  async function bootInstance(one: Placed): Promise<void> {
    const { call, thing } = one
    const network = await networkOf(one)
    const key = all(call, 'key-pair').find(pair => text(pair, 'name') === text(thing, 'keyName'))
    const machine = await boot(runtime, {
      ...{ sandbox, id: thing.id, image: ground.image, network },
      address: text(thing, 'privateIp'),
      hostName: hostName(thing),
      keys: key ? [text(key, 'publicKey')] : [],
    })
    const surroundings = { endpoint: await endpoints.open(network), region: call.region }
    const there: Up = { machine, network, applied: {}, surroundings, settingUp: false }
    await serveMetadata(runtime, machine, metadataOf(one))
    await followNow(there, one, reachesOut(one))
    const script = Buffer.from(text(thing, 'userData'), 'base64')
    if (script.subarray(0, 2).toString() === '#!') {
      there.settingUp = true
      await startCommand(runtime, machine, {
        id: 'user-data',
        script: wrapped(script, surroundings),
        timeout: 3600,
        tree: true,
      })
      jobs.want(
        `user-data ${thing.id}`,
        async () => {
          await commandResult(runtime, machine, 'user-data', () => closed)
          there.settingUp = false
        },
        'waits',
      )
    }
    up.set(thing.id, there)
    stopped.delete(thing.id)
    release(world, thing, 'thereAt')
  }

  async function stopInstance(thing: Thing): Promise<void> {
    up.delete(thing.id)
    await stopMachine(runtime, sandbox, thing.id)
    stopped.add(thing.id)
    release(world, thing, 'thereAt')
  }

  function lookAtDatabase(one: Placed): void {
    const { call, thing } = one
    const id = containerId(thing)
    known.add(id)
    if (thing.goneAt !== undefined) {
      takeAway(thing, id, 'goneAt')
      return
    }
    const there = up.get(id)
    const content = contentOf(one)
    if (!content) return
    const wanted = JSON.stringify(content)
    if (there?.applied.content !== wanted) {
      hold(world, thing, 'readyAt')
      // A reader begins where its writer is.
      const writer = content.writer && clusterOf(one) && writerOf(call, clusterOf(one)!)
      if (writer && !up.get(containerId(writer))?.applied.content) return
      jobs.want(id, async () => {
        const database = there ?? (await bootRds(one))
        up.set(id, database)
        await followNow(database, one, true)
        await setMariaDbContent(runtime, database.machine, content)
        database.applied.content = wanted
        release(world, thing, 'readyAt')
      })
      return
    }
    follow(there, one, true)
  }

  async function bootRds(one: Placed): Promise<Up> {
    const network = await networkOf(one)
    const machine = await bootMariaDb(runtime, {
      ...{ sandbox, id: containerId(one.thing), image: ground.image, network },
      address: addressesOf(one)[0] ?? '',
      port: time(one.thing, 'port'),
    })
    return { machine, network, applied: {} }
  }

  /** Nothing until its password is known: the call that makes it is still under way. */
  function contentOf(one: Placed): MariaDbContent | undefined {
    const { call, thing } = one
    const cluster = clusterOf(one)
    const owner = cluster ?? thing
    if (text(owner, 'verifier') === '') return undefined
    const content = {
      master: { name: text(owner, 'user'), verifier: text(owner, 'verifier') },
      database: text(owner, 'database'),
    }
    const writer = cluster && writerOf(call, cluster)
    if (!writer || writer.id === thing.id) return content
    const address = addressesOf({ call, thing: writer })[0] ?? ''
    return { ...content, writer: { address, port: time(writer, 'port') } }
  }

  function lookAtBalancer(one: Placed): void {
    const { call, thing } = one
    const id = containerId(thing)
    known.add(id)
    const there = up.get(id)
    if (!there) {
      hold(world, thing, 'readyAt')
      jobs.want(id, async () => {
        const network = await networkOf(one)
        const wish = { sandbox, id, image: ground.image, network, addresses: addressesOf(one) }
        const proxy: Up = { machine: await bootProxy(runtime, wish), network, applied: {} }
        await followNow(proxy, one, true)
        up.set(id, proxy)
        release(world, thing, 'readyAt')
      })
      return
    }
    follow(there, one, true)
    const issue = (names: string[]) => {
      const { certificate, key } = ground.issue(names)
      return certificate + key
    }
    const files = proxyFiles({ call, thing }, { secondMs, issue })
    apply(there, 'files', JSON.stringify(files), () => setProxy(runtime, there.machine, files))
  }

  /** Names and firewall, as they are now. */
  function follow(there: Up, one: Placed, internet: boolean): void {
    const wish = firewallOf(there, one, internet)
    apply(there, 'firewall', firewallText(wish), () => setFirewall(runtime, there.machine, wish))
    if (one.thing.type !== 'instance') return
    const names = endpointNames(one.call, text(one.thing, 'vpcId'))
    apply(there, 'names', JSON.stringify(names), () => setNames(runtime, there.machine, names))
  }

  async function followNow(there: Up, one: Placed, internet: boolean): Promise<void> {
    const wish = firewallOf(there, one, internet)
    await setFirewall(runtime, there.machine, wish)
    there.applied.firewall = firewallText(wish)
    if (one.thing.type !== 'instance') return
    const names = endpointNames(one.call, text(one.thing, 'vpcId'))
    await setNames(runtime, there.machine, names)
    there.applied.names = JSON.stringify(names)
  }

  function firewallOf({ network }: Up, one: Placed, internet: boolean): FirewallWish {
    const { call, thing } = one
    const rules = inwardRules(call, groupsOf(one))
    const anyone = { protocol: 'all', ports: '-1/-1', from: '0.0.0.0/0', accept: true, priority: 1 }
    const ours = {
      protocol: 'tcp',
      ports: `${statsPort}/${statsPort}`,
      from: network.gateway,
      accept: true,
      priority: 1,
    }
    const cluster = clusterOf(one)
    // Servers of a cluster share their storage, which no security group stands before.
    const mates = cluster
      ? all(call, 'db-instance').filter(mate => text(mate, 'cluster') === text(cluster, 'name'))
      : []
    const peers = mates.filter(mate => mate !== thing).flatMap(mate => addressesOf({ call, thing: mate }))
    if (thing.type !== 'load-balancer') return { network, rules, peers, internet }
    return { network, rules: [ours, ...(groupsOf(one).length > 0 ? rules : [anyone])], peers, internet }
  }

  /** It is gone for the API when its container is. */
  function takeAway(thing: Thing, id: string, clock: 'thereAt' | 'goneAt'): void {
    if (!known.has(id) || stopped.has(`gone ${id}`)) return
    hold(world, thing, clock)
    jobs.want(id, async () => {
      up.delete(id)
      await removeMachine(runtime, sandbox, id)
      stopped.add(`gone ${id}`)
      release(world, thing, clock)
    })
  }

  /** Containers and networks of things that are not there any more. */
  function lookForLost(): void {
    const ids = new Set(
      ['instance', 'db-instance', 'load-balancer', 'vpc'].flatMap(type =>
        everyAws(world, type).map(({ thing }) => containerId(thing)),
      ),
    )
    for (const id of known) {
      if (ids.has(id)) continue
      jobs.want(id, async () => {
        up.delete(id)
        seen.delete(id)
        if (id.startsWith('vpc-')) await removeNetwork(runtime, sandbox, id)
        else await removeMachine(runtime, sandbox, id)
        networks.delete(id)
        known.delete(id)
      })
    }
  }

  function networkOf(one: Placed): Promise<Network> {
    const vpcId = text(one.thing, 'vpcId')
    const cidr = vpcCidr(one)
    if (cidr === undefined) return Promise.reject(new Error(`The VPC of ${one.thing.id} is gone.`))
    const made = networks.get(vpcId) ?? ensureNetwork(runtime, { sandbox, vpcId, cidr })
    networks.set(vpcId, made)
    known.add(vpcId)
    made.catch(() => networks.delete(vpcId))
    return made
  }

  function apply(one: Up, what: string, wanted: string, work: () => Promise<void>): void {
    if (one.applied[what] === wanted) return
    jobs.want(one.machine.id, async () => {
      await work()
      one.applied[what] = wanted
    })
  }

  function lookAtDoors(): void {
    const wishes = everyAws(world, 'listener').flatMap(({ call, thing }) => {
      const balancer = find(call, 'load-balancer', text(thing, 'balancerId'))
      if (!balancer) return []
      const there = up.get(containerId(balancer))
      const port = time(thing, 'port')
      const to = there && { host: there.machine.realAddress, port, from: there.network.gateway }
      return [{ name: `${text(balancer, 'dnsName').toLowerCase()}:${port}`, to }]
    })
    const wanted = JSON.stringify(wishes)
    if (wanted === opened) return
    opened = wanted
    doors.set(wishes).catch(() => (opened = ''))
  }

  /** A machine that failed the first checks counts as starting while its first boot's script still runs. */
  function judge(call: Call, group: Thing, target: Target): Health | undefined {
    const balancerId = usersOf(call, group).map(one => text(one, 'balancerId'))[0] ?? ''
    const balancer = find(call, 'load-balancer', balancerId)
    const known = balancer && seen.get(containerId(balancer))?.get(`${backName(group)}/${serverName(target)}`)
    const registering = {
      state: 'initial',
      reason: 'Elb.RegistrationInProgress',
      description: 'Target registration is in progress',
    } as const
    if (!known || known.state === 'no check') return registering
    const key = `${group.id} ${target.id}:${target.port}`
    if (known.state === 'up') {
      everHealthy.add(key)
      return { state: 'healthy' }
    }
    const early = target.since + time(group, 'unhealthy') * time(group, 'interval') * 1000
    if (!everHealthy.has(key) && (up.get(target.id)?.settingUp !== false || world.now() < early)) {
      return { state: 'initial', reason: 'Elb.InitialHealthChecking', description: 'Initial health checks in progress' }
    }
    return {
      state: 'unhealthy',
      reason: 'Target.FailedHealthChecks',
      description: `Health checks failed: ${known.why}`,
    }
  }

  async function readHealth(): Promise<void> {
    for (const { thing } of everyAws(world, 'load-balancer')) {
      const id = containerId(thing)
      const one = up.get(id)
      if (one?.applied.files) seen.set(id, await readProxy(one.machine, one.network.gateway))
    }
  }

  /** A machine that was switched off from inside is stopped for the cloud too; everything else is started again. */
  async function lookForFallen(): Promise<void> {
    const before = [...up]
    const runs = await whichRun(runtime, sandbox)
    for (const [id, one] of before) {
      const running = runs.get(one.machine.name)
      if (running || jobs.busy(id) || up.get(id) !== one) continue
      up.delete(id)
      const instance = world.get('instance', id)
      if (!instance || instance.cloud !== 'aws' || text(instance, 'toward') !== 'running') continue
      stopped.add(id)
      Object.assign(instance.data, { toward: 'stopped', thereAt: world.now() })
      world.touch(instance)
    }
  }

  const timers = [
    setInterval(lookAndSave, tickMs),
    setInterval(() => jobs.want('health', readHealth, 'waits'), 500),
    setInterval(() => jobs.want('fallen', lookForFallen, 'waits'), slowMs),
  ]
  for (const timer of timers) timer.unref()
  lookAndSave()

  return {
    operations: table => withAwsReality(table, look),
    async reach(host, port) {
      const names = namesBehind(world, host.toLowerCase().replace(/\.$/, ''))
      const found = everyAws(world, 'load-balancer').find(({ thing }) =>
        names.includes(text(thing, 'dnsName').toLowerCase()),
      )
      if (!found) return undefined
      const listener = listenersOf(found.call, found.thing).find(one => time(one, 'port') === port)
      const local = doors.port(`${text(found.thing, 'dnsName').toLowerCase()}:${port}`)
      if (!listener || local === undefined) return undefined
      return `${['HTTPS', 'TLS'].includes(text(listener, 'protocol')) ? 'https' : 'http'}://127.0.0.1:${local}`
    },
    troubles: jobs.troubles,
    idle: jobs.idle,
    async close() {
      for (const timer of timers) clearInterval(timer)
      closed = true
      jobs.close()
      await Promise.all([endpoints.close(), doors.close()])
      await jobs.idle()
    },
    async purge() {
      await purge(runtime, sandbox)
    },
  }
}
