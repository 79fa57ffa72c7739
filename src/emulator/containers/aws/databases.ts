import { text, time } from '../../aws/core/resources.ts'
import { writerOf } from '../../aws/services/rds/db-cluster.ts'
import type { Resource } from '../../world/model.ts'
import type { DatabaseSpec } from '../database-server.ts'
import type { Machine } from '../machine.ts'
import { pauseClock, resumeClock } from '../paused-clock.ts'
import type { AwsContainer, Context } from './context.ts'
import { addressesOf, clusterOf, containerId, everyAws, type Placed, serverOf } from './desired.ts'
import { bootMariaDb, type MariaDbContent, setMariaDbContent } from './mariadb.ts'
import { bootRdsPostgresql, type PostgresqlContent, setPostgresqlContent } from './postgresql.ts'

/** What a database is to hold, and the server for it. */
interface Wanted {
  content: MariaDbContent | PostgresqlContent
  /** The server that it only copies. */
  writer?: Resource | undefined
  boot(spec: DatabaseSpec): Promise<Machine>
  set(machine: Machine): Promise<void>
}

/** RDS for MySQL and members of Aurora clusters as MariaDB, RDS for PostgreSQL as PostgreSQL. Other engines stay simulated. */
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
    const wanted = wantedOf(one)
    if (!wanted) return
    const there = up.get(id)
    if (there?.applied.content === JSON.stringify(wanted.content)) {
      context.follow(there, one)
      return
    }
    pauseClock(world, resource, 'readyAt')
    // A reader begins where its writer is.
    if (wanted.writer && !up.get(containerId(wanted.writer))?.applied.content) return
    jobs.want(id, () => make(one, id, there, wanted))
  }

  async function make(one: Placed, id: string, there: AwsContainer | undefined, wanted: Wanted): Promise<void> {
    const database = there ?? (await bootOne(one, wanted))
    await context.followNow(database, one)
    up.set(id, database)
    await wanted.set(database.machine)
    database.applied.content = JSON.stringify(wanted.content)
    resumeClock(world, one.resource, 'readyAt')
  }

  async function bootOne(one: Placed, wanted: Wanted): Promise<AwsContainer> {
    const network = await context.networkOf(one)
    const machine = await wanted.boot({
      ...{ sandbox: context.sandbox, id: containerId(one.resource), image: context.image, network },
      address: addressesOf(one)[0] ?? '',
      port: time(one.resource, 'port'),
    })
    return { machine, network, applied: {} }
  }

  /** Nothing until the master user's password is known: the call that makes it is still under way. */
  function wantedOf(one: Placed): Wanted | undefined {
    const owner = clusterOf(one) ?? one.resource
    if (text(owner, 'verifier') === '') return undefined
    const master = { name: text(owner, 'user'), verifier: text(owner, 'verifier') }
    const database = text(owner, 'database')
    return serverOf(one.resource) === 'postgresql'
      ? postgresql(one.resource, { master, database, forceSsl: forcesSsl(one.resource) })
      : mariadb(one, { master, database })
  }

  function postgresql(resource: Resource, content: PostgresqlContent): Wanted {
    const port = time(resource, 'port')
    return {
      content,
      boot: spec => bootRdsPostgresql(runtime, spec),
      set: machine =>
        setPostgresqlContent(runtime, machine, { port, content, issued: context.issue([text(resource, 'host')]) }),
    }
  }

  function mariadb(one: Placed, own: MariaDbContent): Wanted {
    const writer = writerBefore(one)
    const content = writer ? { ...own, writer: placeOf({ call: one.call, resource: writer }) } : own
    return {
      ...{ content, writer },
      boot: spec => bootMariaDb(runtime, spec),
      set: machine => setMariaDbContent(runtime, machine, content),
    }
  }

  return {
    look() {
      for (const one of everyAws(world, 'db-instance')) if (serverOf(one.resource)) lookAt(one)
    },
  }
}

/** The default of `rds.force_ssl` (docs/facts/aws.md, RDS for PostgreSQL). */
function forcesSsl(instance: Resource): boolean {
  return Number.parseInt(text(instance, 'version'), 10) >= 15
}

function placeOf(one: Placed): { address: string; port: number } {
  return { address: addressesOf(one)[0] ?? '', port: time(one.resource, 'port') }
}

/** The writer that this member of a cluster only copies. */
function writerBefore(one: Placed): Resource | undefined {
  const cluster = clusterOf(one)
  const writer = cluster && writerOf(one.call, cluster)
  return writer?.id === one.resource.id ? undefined : writer
}
