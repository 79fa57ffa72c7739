import type { Provider } from '../provider.ts'
import { backends } from './backend-health.ts'
import { openCatalog } from './catalog-open.ts'
import { application } from './chapters/application.ts'
import { clb } from './chapters/clb.ts'
import { ecs } from './chapters/ecs.ts'
import { network } from './chapters/network.ts'
import { rds } from './chapters/rds.ts'
import { vswitches } from './chapters/vswitches.ts'
import { connectAlicloud } from './client.ts'
import type { Alicloud } from './cloud.ts'
import { profileRegion } from './credentials.ts'
import { type AlicloudLookups, openLookups } from './lookups.ts'
import { preflight } from './preflight.ts'
import { kinds } from './resources/index.ts'
import { runScript } from './run-script.ts'

/** The tutorial is in Tokyo. */
const TOKYO = 'ap-northeast-1'

export const alicloud: Provider<Alicloud, AlicloudLookups> = {
  id: 'alicloud',
  title: 'Alibaba Cloud',
  kinds,
  chapters: { network, subnets: vswitches, machines: ecs, database: rds, application, balancer: clb },
  defaultRegion: env => env.ALIBABA_CLOUD_REGION_ID || profileRegion(env) || TOKYO,
  async connect(to) {
    const parts = await connectAlicloud(to)
    const live = openLookups(openCatalog(parts.cloud), to.keep)
    return {
      ...parts,
      live,
      preflight: (values, making) => preflight(live, values, making),
      backends: state => backends(parts.cloud, state),
      ask: (machines, script) => runScript(parts.cloud, machines, script),
    }
  },
}
