import { text, time } from '../../aws/core/resources.ts'
import { writerOf } from '../../aws/services/rds/db-cluster.ts'
import type { Resource } from '../../world/model.ts'
import { pauseClock, resumeClock } from '../paused-clock.ts'
import type { AwsContainer, Context } from './context.ts'
import { addressesOf, clusterOf, containerId, everyAws, isMariaDb, type Placed } from './desired.ts'
import { bootMariaDb, type MariaDbContent, setMariaDbContent } from './mariadb.ts'

/** RDS for MySQL and members of Aurora clusters as MariaDB servers. Other engines stay simulated. */
export function watchDatabases(context: Context): { look(): void } {
  const { world, runtime, jobs, up } = context

  function lookAt(one: Placed): void {
    const { resource } = one
    const id = containerId(resource)
    context.known.add(id)
    if (resource.goneAt !== undefined) {
      context.takeAway(resource, id, 'goneAt')
      return
    }
    const content = contentOf(one)
    if (!content) return
    const there = up.get(id)
    const wanted = JSON.stringify(content)
    if (there?.applied.content === wanted) {
      context.follow(there, one)
      return
    }
    pauseClock(world, resource, 'readyAt')
    const writer = writerBefore(one)
    // A reader begins where its writer is.
    if (writer && !up.get(containerId(writer))?.applied.content) return
    jobs.want(id, () => make(one, id, there, content))
  }

  async function make(
    one: Placed,
    id: string,
    there: AwsContainer | undefined,
    content: MariaDbContent,
  ): Promise<void> {
    const database = there ?? (await bootOne(one))
    await context.followNow(database, one)
    up.set(id, database)
    await setMariaDbContent(runtime, database.machine, content)
    database.applied.content = JSON.stringify(content)
    resumeClock(world, one.resource, 'readyAt')
  }

  async function bootOne(one: Placed): Promise<AwsContainer> {
    const network = await context.networkOf(one)
    const machine = await bootMariaDb(runtime, {
      ...{ sandbox: context.sandbox, id: containerId(one.resource), image: context.image, network },
      address: addressesOf(one)[0] ?? '',
      port: time(one.resource, 'port'),
    })
    return { machine, network, applied: {} }
  }

  return {
    look() {
      for (const one of everyAws(world, 'db-instance')) if (isMariaDb(one.resource)) lookAt(one)
    },
  }
}

/** Nothing until its password is known: the call that makes it is still under way. */
function contentOf(one: Placed): MariaDbContent | undefined {
  const owner = clusterOf(one) ?? one.resource
  if (text(owner, 'verifier') === '') return undefined
  const master = { name: text(owner, 'user'), verifier: text(owner, 'verifier') }
  const content = { master, database: text(owner, 'database') }
  const writer = writerBefore(one)
  if (!writer) return content
  const address = addressesOf({ call: one.call, resource: writer })[0] ?? ''
  return { ...content, writer: { address, port: time(writer, 'port') } }
}

/** The writer that this member of a cluster only copies. */
function writerBefore(one: Placed): Resource | undefined {
  const cluster = clusterOf(one)
  const writer = cluster && writerOf(one.call, cluster)
  return writer?.id === one.resource.id ? undefined : writer
}
