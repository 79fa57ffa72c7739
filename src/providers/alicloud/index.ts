import type { Provider } from '../provider.ts'
import { backends } from './backend-health.ts'
import { openCatalog } from './catalog-open.ts'
import { connectAlicloud } from './client.ts'
import type { Alicloud } from './cloud.ts'
import { profileRegion } from './credentials.ts'
import { type AlicloudLookups, openLookups } from './lookups.ts'
import { kinds } from './resources/index.ts'
import { runScript } from './run-script.ts'

/** The tutorial is in Tokyo. */
const TOKYO = 'ap-northeast-1'

/** Alibaba Cloud, as commands and blueprints connect to it. */
export const alicloud: Provider<Alicloud, AlicloudLookups> = {
  id: 'alicloud',
  title: 'Alibaba Cloud',
  kinds,
  defaultRegion: env => env.ALIBABA_CLOUD_REGION_ID || profileRegion(env) || TOKYO,
  async connect(to) {
    const parts = await connectAlicloud(to)
    const { cloud } = parts
    return {
      ...parts,
      lookups: openLookups(openCatalog(cloud), to.keep),
      backends: state => backends(cloud, state),
      runScript: (machines, script) => runScript(cloud, machines, script),
    }
  },
}
