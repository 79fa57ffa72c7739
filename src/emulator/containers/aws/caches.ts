import { text, texts, time } from '../../aws/core/resources.ts'
import { pauseClock, resumeClock } from '../paused-clock.ts'
import type { AwsContainer, Context } from './context.ts'
import { addressesOf, containerId, everyAws, type Placed } from './desired.ts'
import { bootRedis, type RedisContent, setRedisContent } from './redis.ts'

/** Replication groups of ElastiCache as Redis servers, one for all nodes of a group. */
export function watchCaches(context: Context): { look(): void } {
  const { world, runtime, jobs, up } = context

  function lookAt(one: Placed): void {
    const { resource } = one
    const id = containerId(resource)
    context.known.add(id)
    if (resource.goneAt !== undefined) {
      context.takeAway(resource, id, 'goneAt')
      return
    }
    // Nothing until its token is known: the call that makes it is still under way.
    if (resource.data.hasToken === true && text(resource, 'verifier') === '') return
    const there = up.get(id)
    if (there) {
      context.follow(there, one)
      return
    }
    pauseClock(world, resource, 'readyAt')
    jobs.want(id, () => make(one, id))
  }

  async function make(one: Placed, id: string): Promise<void> {
    const { resource } = one
    const network = await context.networkOf(one)
    const machine = await bootRedis(runtime, {
      ...{ sandbox: context.sandbox, id, image: context.image, network },
      address: addressesOf(one)[0] ?? '',
      port: time(resource, 'port'),
    })
    const there: AwsContainer = { machine, network, applied: {} }
    await context.followNow(there, one)
    await setRedisContent(runtime, machine, contentOf(one))
    up.set(id, there)
    resumeClock(world, resource, 'readyAt')
  }

  function contentOf({ resource }: Placed): RedisContent {
    return {
      port: time(resource, 'port'),
      // A quarter is ElastiCache's own (docs/facts/aws.md, ElastiCache).
      memory: Math.floor(time(resource, 'memory') * 0.75),
      verifier: text(resource, 'verifier'),
      ...(resource.data.tls === true && { certificate: context.issue(namesOf(resource)) }),
    }
  }

  return {
    look() {
      for (const one of everyAws(world, 'replication-group')) lookAt(one)
    },
  }
}

/** Every name that leads to it: the certificate is for all of them. */
function namesOf(group: Placed['resource']): string[] {
  return [text(group, 'host'), text(group, 'readerHost'), ...texts(group, 'nodeHosts')]
}
