import { type Aws, connectAws } from '../../../src/providers/aws/client.ts'
import { type Bench as BenchOf, opening } from '../../support/bench.ts'

export { make, markFor, removeWholly, secretValue } from '../../support/bench.ts'

export type Bench = BenchOf<Aws>
export const openBench = opening<Aws>(connectAws)
