import type { Aws } from '../../client.ts'
import { tagsIn } from '../../read.ts'
import { minute, orAbsent } from '../common.ts'

/** The description of what belongs to a stack: it tells ours from others in a list that has no tags. */
export function describedAs(stack: string): string {
  return `Stackwright ${stack}`
}

/**
 * The tags of what has this ARN. ElastiCache can refuse to read them while a replication group changes its state; that is
 * waited for where an `address` must be told ours or not, before it is made.
 */
export async function tagsOf(cloud: Aws, arn: string | undefined, where: object): Promise<Record<string, string>> {
  const patience = 'address' in where ? { patience: 20 * minute } : {}
  const send = () => cloud.call('elasticache', 'ListTagsForResource', { ResourceName: arn }, patience)
  return tagsIn((await orAbsent(send))?.TagList)
}
