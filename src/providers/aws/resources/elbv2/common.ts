import { CloudProblem } from '../../../../base/errors.ts'
import type { Found } from '../../../../engine/kind.ts'
import type { Aws } from '../../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../../read.ts'
import { chunks, orAbsent } from '../common.ts'

// A create with the settings of a living one of the same name answers that one, whoever made it: so the name is looked
// up before, and taken is taken.

/** Things of this service with their tags, asked for twenty at a time. */
export async function withTags(
  cloud: Aws,
  things: { arn: string | undefined; since?: Date | undefined }[],
): Promise<Found[]> {
  const tags = new Map<string, Record<string, string>>()
  const arns = things.flatMap(thing => thing.arn ?? [])
  for (const ResourceArns of chunks(arns, 20)) {
    const answer = await orAbsent(() => cloud.call('elbv2', 'DescribeTags', { ResourceArns }))
    for (const row of answer?.TagDescriptions ?? []) tags.set(row.ResourceArn ?? '', tagsIn(row.Tags))
  }
  return things.flatMap(({ arn, since }) => found(arn, tags.get(arn ?? '') ?? {}, since))
}

/** What was looked for by mark is compared with it; what was looked for by id or name is answered whoever made it. */
export function ofMark(
  all: Found[],
  type: string,
  where: { id: string } | { stack: string; address?: string; input?: object },
): Found[] {
  if ('id' in where || where.input) return all
  return all.filter(thing => carries(thing.tags, markFilter(type, where)))
}

/** A name that somebody else's thing has: the engine looks whose it is. */
export function taken(what: string, name: string, code: string): CloudProblem {
  return new CloudProblem('exists', { what: `There is a ${what} ${name} already.`, code })
}

/** `arn:…:loadbalancer/app/NAME/ID` and `arn:…:targetgroup/NAME/ID`. */
export function nameIn(arn: string): string {
  return arn.split('/').at(-2) ?? arn
}

/** The attributes that are not yet as wanted. */
export function changed(
  present: { Key?: string | undefined; Value?: string | undefined }[] | undefined,
  wanted: Record<string, string>,
) {
  const now = tagsIn(present)
  return tagList(wanted).filter(({ Key, Value }) => now[Key] !== Value)
}

/** What the target group says of each of its targets. */
export async function healthIn(cloud: Aws, groupArn: string) {
  return (
    (await cloud.call('elbv2', 'DescribeTargetHealth', { TargetGroupArn: groupArn })).TargetHealthDescriptions ?? []
  )
}
