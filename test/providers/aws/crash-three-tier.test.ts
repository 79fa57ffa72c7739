import { threeTier } from '../../crash/subjects.ts'
import { proveKillable } from './crash.ts'

proveKillable(threeTier)
