import { CloudProblem } from '../../../../base/errors.ts'
import type { Found } from '../../../../engine/kind.ts'
import type { Aws } from '../../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../../read.ts'
import { chunks, orAbsent } from '../common.ts'

// Creating a load balancer, target group or listener with the name and settings of an existing one succeeds and returns
// that one, whoever created it. So the name is looked up first, and a taken one is refused.

/** Resources of this service with their tags, which are read twenty at a time. */
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

/** What was looked up by mark is compared with it; what was looked up by id or name is returned whoever created it. */
export function ofMark(
  all: Found[],
  type: string,
  where: { id: string } | { stack: string; address?: string; input?: object },
): Found[] {
  if ('id' in where || where.input) return all
  return all.filter(thing => carries(thing.tags, markFilter(type, where)))
}

/** The error for a name that is taken; the engine then looks whose it is. */
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

/** The health of each target of the group. */
export async function healthIn(cloud: Aws, groupArn: string) {
  return (
    (await cloud.call('elbv2', 'DescribeTargetHealth', { TargetGroupArn: groupArn })).TargetHealthDescriptions ?? []
  )
}
