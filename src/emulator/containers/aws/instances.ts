import { resourcesOf, text } from '../../aws/core/resources.ts'
import type { Resource } from '../../world/model.ts'
import { boot, commandResult, startCommand, stopMachine } from '../machine.ts'
import { pauseClock, resumeClock } from '../paused-clock.ts'
import { whichRun } from '../purge.ts'
import type { AwsContainer, Context } from './context.ts'
import { everyAws, type Placed } from './desired.ts'
import type { Endpoints } from './endpoint.ts'
import { hostName, metadataOf, serveMetadata } from './metadata.ts'
import type { RegistryDoors } from './registry-door.ts'
import { giveAuthority, giveRegistry, wrapped } from './scripts.ts'

/** EC2 instances as the reconciler drives them. */
export interface Instances {
  look(): void
  /** Notices the containers that exited by themselves. */
  noticeExited(): Promise<void>
}

/** EC2's instances, one by one or of an Auto Scaling group, as containers with systemd. */
export function watchInstances(
  context: Context,
  { endpoints, doors }: { endpoints: Endpoints; doors: RegistryDoors },
): Instances {
  const { world, runtime, sandbox, jobs, up } = context
  const stopped = new Set<string>()

  function lookAt(one: Placed): void {
    const { resource } = one
    context.known.add(resource.id)
    const toward = text(resource, 'toward')
    if (toward === 'terminated') {
      context.takeAway(resource, resource.id, 'thereAt')
      return
    }
    const running = toward === 'running'
    if (running !== up.has(resource.id) || (!running && !stopped.has(resource.id))) {
      pauseClock(world, resource, 'thereAt')
      jobs.want(resource.id, () => (running ? bootOne(one) : stopOne(resource)))
      return
    }
    const there = up.get(resource.id)
    if (!there) return
    context.follow(there, one)
    const facts = metadataOf(one)
    context.apply(there, 'metadata', facts, () => serveMetadata(runtime, there.machine, facts))
  }

  async function bootOne(one: Placed): Promise<void> {
    const { call, resource } = one
    const network = await context.networkOf(one)
    const key = resourcesOf(call, 'key-pair').find(pair => text(pair, 'name') === text(resource, 'keyName'))
    const machine = await boot(runtime, {
      ...{ sandbox, id: resource.id, image: context.image, network },
      address: text(resource, 'privateIp'),
      hostName: hostName(resource),
      keys: key ? [text(key, 'publicKey')] : [],
    })
    // The bridge, and with it our own address there, is up from here on.
    const surroundings = { endpoint: await endpoints.open(network), region: call.region }
    const facts = metadataOf(one)
    const there: AwsContainer = { machine, network, applied: { metadata: facts }, surroundings, settingUp: false }
    await serveMetadata(runtime, machine, facts)
    await giveAuthority(runtime, machine, context.authority())
    await giveRegistry(runtime, machine, await doors.open(network, call))
    await context.followNow(there, one)
    await firstBoot(there, resource)
    up.set(resource.id, there)
    stopped.delete(resource.id)
    resumeClock(world, resource, 'thereAt')
  }

  /** User data runs once in a machine's life, beside everything else. */
  async function firstBoot(there: AwsContainer, resource: Resource): Promise<void> {
    const { machine, surroundings } = there
    const script = Buffer.from(text(resource, 'userData'), 'base64')
    if (script.subarray(0, 2).toString() !== '#!' || !surroundings) return
    there.settingUp = true
    const command = { id: 'user-data', script: wrapped(script, surroundings), timeout: 3600, tree: true }
    await startCommand(runtime, machine, command)
    const wait = async () => {
      await commandResult(runtime, machine, command.id, context.closed)
      there.settingUp = false
    }
    jobs.want(`user-data ${resource.id}`, wait, 'waits')
  }

  async function stopOne(resource: Resource): Promise<void> {
    up.delete(resource.id)
    await stopMachine(runtime, sandbox, resource.id)
    stopped.add(resource.id)
    resumeClock(world, resource, 'thereAt')
  }

  return {
    look() {
      for (const one of everyAws(world, 'instance')) lookAt(one)
    },
    /** A machine that was switched off from inside is stopped for the cloud too; everything else is started again. */
    async noticeExited() {
      const before = [...up]
      const runs = await whichRun(runtime, sandbox)
      for (const [id, one] of before) {
        if (runs.get(one.machine.name) || jobs.busy(id) || up.get(id) !== one) continue
        up.delete(id)
        const instance = everyAws(world, 'instance').find(({ resource }) => resource.id === id)?.resource
        if (!instance || text(instance, 'toward') !== 'running') continue
        stopped.add(id)
        Object.assign(instance.data, { toward: 'stopped', thereAt: world.now() })
        world.touch(instance)
      }
    },
  }
}
