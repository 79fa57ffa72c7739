import { text } from '../../alicloud/core/resources.ts'
import type { Resource } from '../../world/model.ts'
import { pauseClock, resumeClock } from '../paused-clock.ts'
import type { RunningContainer } from '../running.ts'
import type { Context } from './context.ts'
import { databaseContent, everyThing } from './desired.ts'
import { bootDatabase, setContent } from './postgresql.ts'

/** RDS for PostgreSQL as real servers. Other engines stay simulated. */
export function watchDatabases(context: Context): { look(): void } {
  const { world, runtime, sandbox, jobs, up } = context

  function lookAt(instance: Resource): void {
    context.known.add(instance.id)
    if (instance.goneAt !== undefined) {
      context.takeAway(instance)
      return
    }
    const one = up.get(instance.id)
    const parts = ['db-account', 'database']
      .flatMap(type => everyThing(world, type))
      .filter(part => text(part, 'instanceId') === instance.id)
    const content = databaseContent(world, instance)
    const wanted = JSON.stringify(content)
    if (one?.applied.content === wanted) return
    for (const part of parts) pauseClock(world, part, 'readyAt')
    pauseClock(world, instance, 'readyAt')
    pauseClock(world, instance, 'busyUntil')
    jobs.want(instance.id, async () => {
      const database = one ?? (await bootOne(instance))
      await setContent(runtime, database.machine, Number(text(instance, 'port')), content)
      up.set(instance.id, { ...database, applied: { content: wanted } })
      for (const part of [...parts, instance]) resumeClock(world, part, 'readyAt')
      resumeClock(world, instance, 'busyUntil')
    })
  }

  async function bootOne(instance: Resource): Promise<RunningContainer> {
    const network = await context.networkOf(instance)
    const machine = await bootDatabase(runtime, {
      ...{ sandbox, id: instance.id, image: context.image, network },
      address: text(instance, 'privateIp'),
      port: Number(text(instance, 'port')),
    })
    return { machine, network, applied: {} }
  }

  return {
    look() {
      for (const one of everyThing(world, 'db-instance')) if (text(one, 'engine') === 'PostgreSQL') lookAt(one)
    },
  }
}
