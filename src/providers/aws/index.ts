import type { Chapters, Provider } from '../provider.ts'
import { rails } from './chapters/rails/index.ts'
import { threeTier } from './chapters/three-tier/index.ts'
import { type Aws, connectAws } from './client.ts'
import { profileRegion } from './credentials.ts'
import { type AwsLive, openLive } from './live.ts'
import { ask, backends } from './look.ts'
import { openMarket } from './market-open.ts'
import { preflight } from './preflight.ts'
import { kinds } from './resources/index.ts'

/** The tutorials are in Tokyo. */
const TOKYO = 'ap-northeast-1'

export const aws: Provider<Aws, AwsLive> = {
  id: 'aws',
  title: 'AWS',
  kinds,
  chapters: rails,
  chaptersFor: (blueprint): Chapters<AwsLive> => (blueprint === 'three-tier' ? threeTier : rails),
  blueprintOf(entries) {
    const types = Object.values(entries).map(({ type }) => type)
    const has = (...some: string[]) => types.some(type => some.includes(type))
    // A teardown that was stopped may have left nothing but the network: its subnets tell too.
    const holds = (places: RegExp) => Object.keys(entries).some(address => places.test(address))
    if (has('aws:db-cluster', 'aws:auto-scaling-group', 'aws:launch-template')) return 'three-tier'
    if (has('aws:db-instance', 'aws:bucket', 'aws:certificate', 'aws:key-pair')) return 'rails'
    if (holds(/^subnets\/(web|app|database)-\d/)) return 'three-tier'
    return holds(/^subnets\/private-\d/) ? 'rails' : undefined
  },
  defaultRegion: env => env.AWS_REGION || env.AWS_DEFAULT_REGION || profileRegion(env) || TOKYO,
  async connect(to) {
    const parts = await connectAws(to)
    const { cloud, account, region } = parts
    const live = openLive(openMarket(cloud), { region, account, keep: to.keep })
    const real = !to.sandbox
    return {
      ...parts,
      live,
      preflight: (values, making) => preflight(live, values, { making, real }),
      backends: state => backends(cloud, state),
      ask: (machines, script) => ask(cloud, machines, script),
      ...(to.sandbox && { authority: () => authorityOf(to.sandbox!.url) }),
    }
  },
}

/** Nobody outside trusts it: the embedded cloud says who signs its certificates. */
async function authorityOf(url: string): Promise<string | undefined> {
  const answer = (await (await fetch(new URL('/-/authority', url))).json()) as { certificate?: string }
  return answer.certificate
}
