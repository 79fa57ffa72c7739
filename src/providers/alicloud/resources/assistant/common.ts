import type { Found } from '../../../../engine/kind.ts'
import type { Alicloud } from '../../cloud.ts'
import { str } from '../../read.ts'
import { readInstance } from '../ecs/instance.ts'

/** Finds what was installed on a machine: it exists as long as the machine does. */
export async function findOnMachine(cloud: Alicloud, where: { id: string } | { stack: string }): Promise<Found[]> {
  if (!('id' in where)) return []
  const row = await readInstance(cloud, where.id.split('/')[0]!)
  return row && str(row, 'InstanceId') ? [{ id: where.id, tags: {} }] : []
}
