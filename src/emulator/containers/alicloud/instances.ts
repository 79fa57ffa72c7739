import { text } from '../../alicloud/core/resources.ts'
import type { Resource } from '../../world/model.ts'
import { type FirewallSpec, firewallText, setFirewall } from '../firewall.ts'
import { boot, setNames, stopMachine } from '../machine.ts'
import type { Network } from '../network.ts'
import { pauseClock, resumeClock } from '../paused-clock.ts'
import { whichRun } from '../purge.ts'
import type { Context } from './context.ts'
import { endpointNames, everyThing, groupRules } from './desired.ts'

/** ECS instances as the reconciler drives them. */
export interface Instances {
  look(): void
  /** A machine that was switched off from inside is stopped for the cloud too; a database that exited is started again. */
  noticeExited(): Promise<void>
}

/** ECS instances as containers with systemd. */
export function watchInstances(context: Context): Instances {
  const { world, runtime, sandbox, jobs, up } = context
  const stopped = new Set<string>()

  function lookAt(instance: Resource): void {
    const { id } = instance
    context.known.add(id)
    if (instance.goneAt !== undefined) {
      context.takeAway(instance)
      return
    }
    const running = text(instance, 'toward') === 'Running'
    if (running !== up.has(id) || (!running && !stopped.has(id))) {
      pauseClock(world, instance, 'thereAt')
      jobs.want(id, () => (running ? bootOne(instance) : stopOne(instance)))
      return
    }
    const one = up.get(id)
    if (!one) return
    const names = endpointNames(world, instance)
    context.apply(one, 'names', JSON.stringify(names), () => setNames(runtime, one.machine, names))
    const firewall = firewallOf(instance, one.network)
    context.apply(one, 'firewall', firewallText(firewall), () => setFirewall(runtime, one.machine, firewall))
  }

  async function bootOne(instance: Resource): Promise<void> {
    const network = await context.networkOf(instance)
    const key = world.list('key-pair', instance).find(one => text(one, 'name') === text(instance, 'keyPair'))
    const machine = await boot(runtime, {
      ...{ sandbox, id: instance.id, image: context.image, network },
      address: text(instance, 'privateIp'),
      hostName: text(instance, 'hostName').slice(0, 63),
      keys: key ? [text(key, 'publicKey')] : [],
      userData: Buffer.from(text(instance, 'userData'), 'base64'),
    })
    const names = endpointNames(world, instance)
    const firewall = firewallOf(instance, network)
    await setFirewall(runtime, machine, firewall)
    await setNames(runtime, machine, names)
    const applied = { names: JSON.stringify(names), firewall: firewallText(firewall) }
    up.set(instance.id, { machine, network, applied })
    stopped.delete(instance.id)
    resumeClock(world, instance, 'thereAt')
  }

  async function stopOne(instance: Resource): Promise<void> {
    up.delete(instance.id)
    await stopMachine(runtime, sandbox, instance.id)
    stopped.add(instance.id)
    resumeClock(world, instance, 'thereAt')
  }

  function firewallOf(instance: Resource, network: Network): FirewallSpec {
    return { network, ...groupRules(world, instance), internet: text(instance, 'publicIp') !== '' }
  }

  return {
    look() {
      for (const instance of everyThing(world, 'instance')) lookAt(instance)
    },
    async noticeExited() {
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
    },
  }
}
