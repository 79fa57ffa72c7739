import type { Found } from '../../../../engine/kind.ts'
import type { Aws } from '../../client.ts'
import { carries, markFilter } from '../../read.ts'

// IAM lists no tags and filters by none: what is ours stands under a path of the stack, and is asked for its tags.

/** Roles live in no region, stacks do: two of one name in two regions have nothing to do with each other. */
export function pathOf(cloud: Aws, stack: string): string {
  return `/stackwright/${cloud.region}/${stack}/`
}

/** What was looked for by mark is compared with it; what was looked for by its name is answered whoever made it. */
export function ofMark(
  lists: Found[][],
  type: string,
  where: { id: string } | { stack: string; address?: string },
): Found[] {
  if ('id' in where) return lists.flat()
  return lists.flat().filter(thing => carries(thing.tags, markFilter(type, where)))
}
