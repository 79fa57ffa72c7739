import type { Provider } from '../provider.ts'
import { connectAlicloud } from './client.ts'
import type { Alicloud } from './cloud.ts'
import { profileRegion } from './credentials.ts'
import { kinds } from './kinds/index.ts'
import { type AlicloudLive, openLive } from './live.ts'
import { ask, backends } from './look.ts'
import { openMarket } from './market-open.ts'

/** The tutorial is in Tokyo. */
const TOKYO = 'ap-northeast-1'

export const alicloud: Provider<Alicloud, AlicloudLive> = {
  id: 'alicloud',
  title: 'Alibaba Cloud',
  kinds,
  defaultRegion: env => env.ALIBABA_CLOUD_REGION_ID || profileRegion(env) || TOKYO,
  async connect(to) {
    const parts = await connectAlicloud(to)
    const live = openLive(openMarket(parts.cloud), to.keep)
    return {
      ...parts,
      live,
      backends: state => backends(parts.cloud, state),
      runScript: (machines, script) => ask(parts.cloud, machines, script),
    }
  },
}
