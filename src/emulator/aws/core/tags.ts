import type { JsonObject } from '../../../base/json.ts'
import type { Resource } from '../../world/model.ts'
import { objects, refuse, word } from './input.ts'

/** EC2, Systems Manager and IAM; the others too where their `TagCodes` say nothing else. */
export const tagsPerResource = 50

/** How the other services refuse tags. */
export interface TagCodes {
  bad: string
  twice?: string
  tooMany?: string
  maximum?: number
}

/** `Tags: [{Key, Value}]`, checked; refused in the service's own words. */
export function tagsIn(input: JsonObject, codes: TagCodes, parameter = 'Tags'): Record<string, string> {
  return tagsOf(objects(input, parameter), codes)
}

/** A list of `{Key, Value}`, checked; refused with the service's codes. */
export function tagsOf(list: JsonObject[], codes: TagCodes): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const tag of list) {
    const key = word(tag, 'Key')
    if (key === '' || key.length > 128) refuse(400, codes.bad, 'Tag keys have 1 to 128 characters.')
    if (/^aws:/i.test(key)) refuse(400, codes.bad, 'Tag keys starting with aws: are reserved for system use.')
    if (word(tag, 'Value').length > 256) refuse(400, codes.bad, 'Tag values have at most 256 characters.')
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + word(tag, 'Value'))) {
      refuse(400, codes.bad, `The tag ${key} contains characters that are not allowed.`)
    }
    if (key in tags) refuse(400, codes.twice ?? codes.bad, `Duplicate tag key: ${key}`)
    tags[key] = word(tag, 'Value')
  }
  checkCount(tags, codes)
  return tags
}

/** The tags of a resource after more were put on it. */
export function moreTags(resource: Resource, added: Record<string, string>, codes: TagCodes): Record<string, string> {
  const tags = { ...resource.tags, ...added }
  checkCount(tags, codes)
  return tags
}

/** The tags of a resource after some were removed. */
export function withoutTags(resource: Resource, keys: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(resource.tags).filter(([key]) => !keys.includes(key)))
}

function checkCount(tags: Record<string, string>, codes: TagCodes): void {
  const maximum = codes.maximum ?? tagsPerResource
  if (Object.keys(tags).length > maximum) {
    refuse(400, codes.tooMany ?? codes.bad, `The limit of ${maximum} tags per resource has been exceeded.`)
  }
}

/** A list of `{Key, Value}`, refused as EC2 and Systems Manager do. */
export function readTags(list: JsonObject[]): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const tag of list) {
    const key = word(tag, 'Key')
    const value = word(tag, 'Value')
    if (key === '' || key.length > 128) refuse(400, 'InvalidParameterValue', 'Tag keys have 1 to 128 characters.')
    if (/^aws:/i.test(key)) {
      refuse(400, 'InvalidParameterValue', 'Tag keys starting with "aws:" are reserved for internal use')
    }
    if (value.length > 256) refuse(400, 'InvalidParameterValue', 'Tag values have at most 256 characters.')
    if (key in tags) refuse(400, 'InvalidParameterValue', `Duplicate tag key '${key}' specified.`)
    tags[key] = value
  }
  if (Object.keys(tags).length > tagsPerResource)
    refuse(400, 'TagLimitExceeded', `At most ${tagsPerResource} tags are allowed.`)
  return tags
}

/** The tags as a list of `{Key, Value}`, as every service but Auto Scaling shows them. */
export function tagList(resource: Pick<Resource, 'tags'>): JsonObject[] {
  return Object.entries(resource.tags).map(([Key, Value]) => ({ Key, Value }))
}
