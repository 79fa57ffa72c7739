import type { Provider } from '../provider.ts'
import { openCatalog } from './catalog-open.ts'
import { type Aws, connectAws } from './client.ts'
import { profileRegion } from './credentials.ts'
import { type AwsLookups, openLookups } from './lookups.ts'
import { kinds } from './resources/index.ts'
import { runScript } from './run-command.ts'
import { backends } from './target-health.ts'

/** The tutorials are in Tokyo. */
const TOKYO = 'ap-northeast-1'

export const aws: Provider<Aws, AwsLookups> = {
  id: 'aws',
  title: 'AWS',
  kinds,
  defaultRegion: env => env.AWS_REGION || env.AWS_DEFAULT_REGION || profileRegion(env) || TOKYO,
  async connect(to) {
    const parts = await connectAws(to)
    const { cloud, account, region } = parts
    const lookups = openLookups(openCatalog(cloud), { region, account, keep: to.keep })
    return {
      ...parts,
      lookups,
      backends: state => backends(cloud, state),
      runScript: (machines, script) => runScript(cloud, machines, script),
      ...(to.sandbox && { authority: () => authorityOf(to.sandbox!.url) }),
    }
  },
}

/** Nobody outside trusts it: the embedded cloud says who signs its certificates. */
async function authorityOf(url: string): Promise<string | undefined> {
  const answer = (await (await fetch(new URL('/-/authority', url))).json()) as { certificate?: string }
  return answer.certificate
}
