import { availableParallelism } from 'node:os'
import { instanceType } from '../../aws/core/catalog.ts'
import { object, word } from '../../aws/core/input.ts'
import { findResource, text } from '../../aws/core/resources.ts'
import { membersOf } from '../../aws/services/autoscaling/members.ts'
import { measureCpuWith } from '../../aws/services/autoscaling/metric.ts'
import { policiesOf } from '../../aws/services/autoscaling/target-tracking.ts'
import type { Resource } from '../../world/model.ts'
import { cpuTimeOf } from '../cpu-time.ts'
import type { Context } from './context.ts'
import { everyAws } from './desired.ts'

/** A machine's processor time as it was read, both in real milliseconds. */
interface Reading {
  at: number
  used: number
}

/** The CPU load of machines whose group follows it, from their control groups. */
export function watchCpuLoad({ world, runtime, jobs, up, speed }: Context): { look(): void } {
  const readings = new Map<string, Reading>()
  const loads = new Map<string, number>()
  // A minute of the cloud's, as its metrics have it.
  const period = Math.max(1000, 60_000 / speed)
  measureCpuWith(world, id => loads.get(id))

  async function measureOne(instance: Resource, name: string): Promise<void> {
    const before = readings.get(instance.id)
    if (before && Date.now() - before.at < period) return
    const used = await cpuTimeOf(runtime, name)
    if (used === undefined) return
    const at = Date.now()
    readings.set(instance.id, { at, used })
    // A machine that was started again counts from nothing.
    if (!before || used < before.used) return
    const processors = Math.min(instanceType(text(instance, 'type'))?.vcpus ?? 1, availableParallelism())
    loads.set(instance.id, Math.min(100, ((used - before.used) / (at - before.at) / processors) * 100))
  }

  async function measureAll(instances: Resource[]): Promise<void> {
    for (const instance of instances) {
      const there = up.get(instance.id)
      if (there) await measureOne(instance, there.machine.name)
    }
  }

  return {
    look() {
      const followed = everyAws(world, 'auto-scaling-group').flatMap(({ call, resource }) =>
        policiesOf(call, resource).some(followsCpu)
          ? membersOf(resource).flatMap(one => findResource(call, 'instance', one.id) ?? [])
          : [],
      )
      if (followed.length > 0) jobs.want('cpu', () => measureAll(followed), 'waits')
    },
  }
}

function followsCpu(policy: Resource): boolean {
  const metric = object(object(policy.data, 'config'), 'PredefinedMetricSpecification')
  return word(metric, 'PredefinedMetricType') === 'ASGAverageCPUUtilization'
}
