import { connectAlicloud } from '../../../src/providers/alicloud/client.ts'
import type { Alicloud } from '../../../src/providers/alicloud/cloud.ts'
import { type Bench as BenchOf, opening } from '../../support/bench.ts'

export { make, markFor, removeWholly, secretValue } from '../../support/bench.ts'

export type Bench = BenchOf<Alicloud>
export const openBench = opening<Alicloud>(connectAlicloud)
