import { rails } from '../../crash/subjects.ts'
import { proveKillable } from './crash.ts'

proveKillable(rails)
