import { text } from '../alicloud/ask.ts'
import { runCommandsWith } from '../alicloud/assistant.ts'
import type { Operation, Thing } from '../model.ts'
import { createBalancer } from './balancer.ts'
import { watchCommands } from './commands.ts'
import { bootDatabase, setContent } from './database.ts'
import { databaseContent, doorName, endpointNames, everyThing, groupRules, listenerWish, vpcCidr } from './desired.ts'
import { type FirewallWish, firewallText, setFirewall } from './firewall.ts'
import { type Doors, knownThings, reach } from './found.ts'
import { hold, release } from './held.ts'
import { createJobs } from './jobs.ts'
import { boot, type Machine, removeMachine, setNames, stopMachine } from './machine.ts'
import { ensureNetwork, type Network, removeNetwork } from './network.ts'
import { purge, whichRun } from './purge.ts'
import type { Runtime } from './runtime.ts'
import { withReality } from './seam.ts'

export interface RealityGround extends Doors {
  /** Saves the world's changes that were made outside of a call. */
  save(): void
  /** The id of the sandbox's data. */
  sandbox: string
  runtime: Runtime
  image: string
  /** How fast the cloud's time runs. */
  speed: number
}

/** Containers that are what the embedded cloud says there is. */
export interface Reality {
  /** The operations, with what is real in their answers and with their effects made real. */
  operations(all: Record<string, Operation>): Record<string, Operation>
  /** The local address that answers for a load balancer's listener. */
  reach(host: string, port: number): Promise<string | undefined>
  /** What does not work and is tried again. */
  troubles(): string[]
  /** When containers and cloud agree, as far as that is possible now. */
  idle(): Promise<void>
  /** Ends the load balancer and looks at nothing any more; the machines go on. */
  close(): Promise<void>
  /** After `close`: removes every container and network of this sandbox. */
  purge(): Promise<void>
}

/** A machine or database that runs, and what was last put on it. */
interface Up {
  machine: Machine
  network: Network
  applied: Record<string, string>
}

const tickMs = 200
const fallenMs = 3_000
/** Booting more at once than this takes longer for each and for all. */
const atOnce = 4

/**
 * Starts making the world real. It looks at what there should be, compares, and does one thing at a time for each
 * machine; a step that takes real time holds the cloud's own clock of that thing (`thereAt`, `readyAt`, `goneAt`,
 * `busyUntil`) until it is done, so that every answer of the API is true.
 */
export async function createReality(ground: RealityGround): Promise<Reality> {
  const { world, runtime, sandbox } = ground
  const up = new Map<string, Up>()
  const stopped = new Set<string>()
  let closed = false
  let listeners = ''
  let unsaved = ''
  // What an earlier process of this sandbox left.
  const known = await knownThings(runtime, sandbox)
  const networks = new Map<string, Promise<Network>>()
  const jobs = createJobs(atOnce, () => lookAndSave())
  const commands = watchCommands({
    ...{ world, runtime, jobs, save: ground.save },
    machine: id => up.get(id)?.machine,
    closed: () => closed,
  })
  const balancer = createBalancer({
    secondMs: Math.max(100, 1000 / ground.speed),
    resolve(backend) {
      const one = up.get(backend.serverId)
      return one && { host: one.machine.realAddress, from: one.network.gateway }
    },
  })
  runCommandsWith(world, commands.placeholder)

  function look(): void {
    if (closed) return
    for (const instance of everyThing(world, 'instance')) lookAtInstance(instance)
    for (const database of everyThing(world, 'db-instance')) lookAtDatabase(database)
    commands.look()
    lookForLost()
    lookAtListeners()
  }

  /** Not inside of a call, whose changes are saved as one. */
  function lookAndSave(): void {
    if (closed) return
    look()
    try {
      ground.save()
      unsaved = ''
    } catch (error) {
      // The changes wait for the next time; calls are refused meanwhile with the same words.
      unsaved = (error as Error).message
    }
  }

  function lookAtInstance(instance: Thing): void {
    const { id } = instance
    known.add(id)
    if (instance.goneAt !== undefined) {
      takeAway(instance)
      return
    }
    const running = text(instance, 'toward') === 'Running'
    if (running !== up.has(id) || (!running && !stopped.has(id))) {
      hold(world, instance, 'thereAt')
      jobs.want(id, () => (running ? bootInstance(instance) : stopInstance(instance)))
      return
    }
    const one = up.get(id)
    if (!one) return
    const names = endpointNames(world, instance)
    apply(one, 'names', JSON.stringify(names), () => setNames(runtime, one.machine, names))
    const firewall = firewallOf(instance, one.network)
    apply(one, 'firewall', firewallText(firewall), () => setFirewall(runtime, one.machine, firewall))
  }

  async function bootInstance(instance: Thing): Promise<void> {
    const network = await networkOf(instance)
    const key = world.list('key-pair', instance).find(one => text(one, 'name') === text(instance, 'keyPair'))
    const machine = await boot(runtime, {
      ...{ sandbox, id: instance.id, image: ground.image, network },
      address: text(instance, 'privateIp'),
      hostName: text(instance, 'hostName').slice(0, 63),
      keys: key ? [text(key, 'publicKey')] : [],
      userData: Buffer.from(text(instance, 'userData'), 'base64'),
    })
    const names = endpointNames(world, instance)
    const firewall = firewallOf(instance, network)
    await setFirewall(runtime, machine, firewall)
    await setNames(runtime, machine, names)
    up.set(instance.id, {
      machine,
      network,
      applied: { names: JSON.stringify(names), firewall: firewallText(firewall) },
    })
    stopped.delete(instance.id)
    release(world, instance, 'thereAt')
  }

  async function stopInstance(instance: Thing): Promise<void> {
    up.delete(instance.id)
    await stopMachine(runtime, sandbox, instance.id)
    stopped.add(instance.id)
    release(world, instance, 'thereAt')
  }

  function firewallOf(instance: Thing, network: Network): FirewallWish {
    return { network, ...groupRules(world, instance), internet: text(instance, 'publicIp') !== '' }
  }

  function lookAtDatabase(instance: Thing): void {
    if (text(instance, 'engine') !== 'PostgreSQL') return
    known.add(instance.id)
    if (instance.goneAt !== undefined) {
      takeAway(instance)
      return
    }
    const one = up.get(instance.id)
    const parts = ['db-account', 'database']
      .flatMap(type => everyThing(world, type))
      .filter(part => text(part, 'instanceId') === instance.id)
    const content = databaseContent(world, instance)
    const wanted = JSON.stringify(content)
    if (one?.applied.content === wanted) return
    for (const part of parts) hold(world, part, 'readyAt')
    hold(world, instance, 'readyAt')
    hold(world, instance, 'busyUntil')
    jobs.want(instance.id, async () => {
      const database = one ?? (await bootRds(instance))
      await setContent(runtime, database.machine, Number(text(instance, 'port')), content)
      up.set(instance.id, { ...database, applied: { content: wanted } })
      for (const part of [...parts, instance]) release(world, part, 'readyAt')
      release(world, instance, 'busyUntil')
    })
  }

  async function bootRds(instance: Thing): Promise<Up> {
    const network = await networkOf(instance)
    const machine = await bootDatabase(runtime, {
      ...{ sandbox, id: instance.id, image: ground.image, network },
      address: text(instance, 'privateIp'),
      port: Number(text(instance, 'port')),
    })
    return { machine, network, applied: {} }
  }

  /** It is gone for the API when its container is. */
  function takeAway(thing: Thing): void {
    if (!known.has(thing.id)) return
    hold(world, thing, 'goneAt')
    jobs.want(thing.id, async () => {
      up.delete(thing.id)
      await removeMachine(runtime, sandbox, thing.id)
      known.delete(thing.id)
      release(world, thing, 'goneAt')
    })
  }

  /** Containers and networks of things that are not there any more. */
  function lookForLost(): void {
    for (const id of known) {
      const there = ['instance', 'db-instance', 'vpc'].some(type => world.get(type, id))
      if (there) continue
      jobs.want(id, async () => {
        up.delete(id)
        if (id.startsWith('vpc-')) await removeNetwork(runtime, sandbox, id)
        else await removeMachine(runtime, sandbox, id)
        networks.delete(id)
        known.delete(id)
      })
    }
  }

  function networkOf(thing: Thing): Promise<Network> {
    const vpcId = text(thing, 'vpcId')
    const cidr = vpcCidr(world, thing)
    if (cidr === undefined) return Promise.reject(new Error(`The VPC of ${thing.id} is gone.`))
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

  function lookAtListeners(): void {
    const wishes = everyThing(world, 'listener').map(one =>
      listenerWish(world, one, ground.ports.get(doorName(world, one))),
    )
    const wanted = JSON.stringify(wishes)
    if (wanted === listeners) return
    listeners = wanted
    balancer.set(wishes).catch(() => (listeners = ''))
  }

  /** A machine that was switched off from inside is stopped for the cloud too; a database that fell is started again. */
  async function lookForFallen(): Promise<void> {
    const before = [...up]
    const runs = await whichRun(runtime, sandbox)
    for (const [id, one] of before) {
      const running = runs.get(one.machine.name)
      if (running || jobs.busy(id) || up.get(id) !== one) continue
      up.delete(id)
      const instance = world.get('instance', id)
      if (!instance || instance.goneAt !== undefined || running === undefined) continue
      stopped.add(id)
      Object.assign(instance.data, { toward: 'Stopped', thereAt: world.now() })
      world.touch(instance)
    }
  }

  const timer = setInterval(lookAndSave, tickMs)
  timer.unref()
  const slowTimer = setInterval(() => jobs.want('fallen', lookForFallen, 'waits'), fallenMs)
  slowTimer.unref()
  lookAndSave()

  return {
    operations: all => withReality(all, { world, balancer, look }),
    reach: (host, port) => reach(ground, balancer, host, port),
    troubles: () => [...jobs.troubles(), ...(unsaved === '' ? [] : [unsaved])],
    idle: jobs.idle,
    async close() {
      clearInterval(timer)
      clearInterval(slowTimer)
      // What waits for a command on a machine gives up; the command goes on there.
      closed = true
      jobs.close()
      await balancer.close()
      await jobs.idle()
    },
    async purge() {
      await purge(runtime, sandbox)
    },
  }
}
