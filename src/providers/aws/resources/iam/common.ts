import type { Found } from '../../../../engine/kind.ts'
import type { Aws } from '../../client.ts'
import { carries, markFilter } from '../../read.ts'

// IAM's lists have no tags and no filter for them: our roles and profiles are under a path of the stack, and their tags
// are read one by one.

/** Roles belong to no region, stacks do: stacks of the same name in two regions have different paths. */
export function pathOf(cloud: Aws, stack: string): string {
  return `/stackwright/${cloud.region}/${stack}/`
}

/** What was looked up by mark is compared with it; what was looked up by name is returned whoever created it. */
export function ofMark(
  lists: Found[][],
  type: string,
  where: { id: string } | { stack: string; address?: string },
): Found[] {
  if ('id' in where) return lists.flat()
  return lists.flat().filter(thing => carries(thing.tags, markFilter(type, where)))
}
