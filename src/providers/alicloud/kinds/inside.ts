import type { Alicloud } from '../cloud.ts'
import { orAbsent } from './common.ts'

// What lives inside an RDS instance. It takes one change at a time and answers OperationDenied.DBInstanceStatus
// meanwhile, so every write goes through the instance's queue and tells what the next one has to wait for.

/** Writes wait for each other, and until the instance is `through` with the one before. */
export async function write<T>(
  cloud: Alicloud,
  instanceId: string,
  work: () => Promise<T>,
  through: () => Promise<unknown>,
): Promise<T | undefined> {
  return cloud.serialize(`rds:${instanceId}`, () => orAbsent(work), through)
}

/** The parts of an id, `''` for those it has not: instance, account or group, database. */
export function split(id: string): [string, string, string] {
  const [instanceId = '', second = '', third = ''] = id.split('/')
  return [instanceId, second, third]
}
