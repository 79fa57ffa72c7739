import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { EC2 } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { RDS } from '@aws-sdk/client-rds'
import { afterAll, beforeAll } from 'vitest'
import { containerId } from '../../../src/emulator/containers/aws/desired.ts'
import { containerName } from '../../../src/emulator/containers/network.ts'
import type { Resource } from '../../../src/emulator/world/model.ts'
import { config } from '../../emulator/aws/support.ts'
import { bareEnv, type Ended, eventsOf, run } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'
import { type RealAws, serveAws } from '../aws/serve.ts'
import { slowly } from '../aws/support.ts'

/** The tier's tag, as the tutorial has it. */
export type Tier = 'ApacheWeb' | 'App'

export interface Server {
  id: string
  address: string
}

export interface Problem {
  what: string
  next: string
  list?: string[]
}

/** One person's folder with the three tiers, in an embedded AWS whose machines really run. */
export interface Tiers extends RealAws {
  made: Ended
  /** Where this computer reaches the load balancer in front. */
  site: string
  ec2: EC2
  elb: ElasticLoadBalancingV2
  asg: AutoScaling
  rds: RDS
  /** `stackwright …` for this stack. */
  program(verb: string, ...more: string[]): Promise<Ended>
  /** Runs `up` again; the problem it ends with, or nothing. */
  up(): Promise<Problem | undefined>
  /** The answer to a visitor; one that took too long or was cut off is thrown. */
  visit(path: string): Promise<{ status: number; body: string }>
  /** The tier's machines that run. */
  servers(tier: Tier): Promise<Server[]>
  /** Ids by what the load balancer thinks of them. */
  health(tier: Tier): Promise<Map<string, string>>
  /** Both machines of both tiers serve. */
  wellAll(): Promise<void>
  /** Runs a line in the shell of a container, without the cloud. */
  inside(id: string, line: string): Promise<string>
  /** The container of a load balancer or database. */
  container(type: 'load-balancer' | 'db-instance', arn: string): string
  /** The server of the cluster that writes, or the one that reads: its container, and the name that means it. */
  member(writes: boolean): Promise<{ container: string; host: string }>
}

/** Built by the program alone before the tests; all that is left is removed after them, also when they failed. */
export function useTiers(): Tiers {
  const tiers = {} as Tiers
  beforeAll(async () => {
    Object.assign(tiers, await serveAws({ speed: 50 }))
    const cwd = await emptyFolder()
    const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: tiers.url })
    const program: Tiers['program'] = async (verb, ...more) =>
      await run([verb, '--sandbox', '--stack', 'tiers', '--yes', ...more], { cwd, env })
    const settings = { ...config(tiers.url), maxAttempts: 8 }
    const clients = { ec2: new EC2(settings), elb: new ElasticLoadBalancingV2(settings) }
    Object.assign(tiers, { program, ...clients, asg: new AutoScaling(settings), rds: new RDS(settings) })
    Object.assign(tiers, lookingAt(tiers))
    tiers.made = await program('up', '--blueprint', 'three-tier')
    tiers.site = await siteOf(tiers)
  }, 20 * 60_000)
  afterAll(async () => await tiers.close?.(), 120_000)
  return tiers
}

async function siteOf({ elb, reach }: Tiers): Promise<string> {
  const { LoadBalancers = [] } = await elb.describeLoadBalancers({})
  const name = LoadBalancers.find(one => one.Scheme === 'internet-facing')?.DNSName
  if (!name) return 'http://nothing.was.built'
  return await slowly(
    async () => (await reach(name, 80)) ?? '',
    url => url !== '',
    60,
  )
}

function lookingAt(tiers: Tiers): Partial<Tiers> {
  const { ec2, elb, rds, runtime, sandbox } = tiers
  const container: Tiers['container'] = (type, id) => containerName(sandbox, containerId({ id, type } as Resource))
  const health: Tiers['health'] = async tier => {
    const { TargetGroups = [] } = await elb.describeTargetGroups({
      Names: [tier === 'App' ? 'tiers-app' : 'tiers-web'],
    })
    const { TargetGroupArn } = TargetGroups[0]!
    const { TargetHealthDescriptions: rows = [] } = await elb.describeTargetHealth({ TargetGroupArn })
    return new Map(rows.map(row => [row.Target!.Id!, row.TargetHealth!.State!]))
  }
  return {
    ...{ health, container },
    async member(writes) {
      const { DBClusters = [] } = await rds.describeDBClusters({})
      const { DBInstances = [] } = await rds.describeDBInstances({})
      const cluster = DBClusters[0]!
      const member = cluster.DBClusterMembers!.find(one => one.IsClusterWriter === writes)!
      const one = DBInstances.find(row => row.DBInstanceIdentifier === member.DBInstanceIdentifier)!
      const host = (writes ? cluster.Endpoint : cluster.ReaderEndpoint)!
      return { container: container('db-instance', one.DBInstanceArn!), host }
    },
    async up() {
      const ended = await tiers.program('up', '--json')
      const last = eventsOf(ended).at(-1) as { is: string; problem: Problem } | undefined
      if (last?.is === 'done') return undefined
      if (last?.is === 'failed') return last.problem
      throw new Error(`up ended with ${ended.code}: ${ended.stderr}`)
    },
    async visit(path) {
      const answer = await fetch(tiers.site + path, { signal: AbortSignal.timeout(30_000) })
      return { status: answer.status, body: await answer.text() }
    },
    async servers(tier) {
      const { Reservations = [] } = await ec2.describeInstances({
        Filters: [
          { Name: 'tag:Server', Values: [tier] },
          { Name: 'instance-state-name', Values: ['running'] },
        ],
      })
      const all = Reservations.flatMap(one => one.Instances!)
      return all.map(one => ({ id: one.InstanceId!, address: one.PrivateIpAddress! }))
    },
    async wellAll() {
      const states = async () =>
        (await Promise.all([health('ApacheWeb'), health('App')])).map(map => [...map.values()].join()).join(' ')
      await slowly(states, told => told === 'healthy,healthy healthy,healthy')
    },
    inside: async (id, line) =>
      await runtime.must(`It failed on ${id}: ${line}`, ['exec', containerName(sandbox, id), 'bash', '-c', line]),
  }
}
