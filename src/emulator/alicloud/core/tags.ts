import type { Json, JsonObject } from '../../../base/json.ts'
import type { Call, Operation, Resource } from '../../world/model.ts'
import { flag, objects, operation, refuse, word, words } from './input.ts'
import { byToken } from './page.ts'
import { findResource, listedResources } from './resources.ts'

/** Tags: at creation, as a filter, in answers, and the tag actions that VPC, ECS, RDS and CLB share. */

const maximum = 20

/** The `Tag.N` of a create, checked. */
export function newTags(input: JsonObject): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const tag of objects(input, 'Tag')) {
    const key = word(tag, 'Key')
    const value = word(tag, 'Value')
    if (key === '' || key.length > 128 || /^(aliyun|acs:)/i.test(key) || /https?:\/\//.test(key)) {
      refuse(400, 'InvalidTagKey.Malformed', 'The specified Tag.n.Key is not valid.')
    }
    if (value.length > 128 || /^acs:|https?:\/\//.test(value)) {
      refuse(400, 'InvalidTagValue.Malformed', 'The specified Tag.n.Value is not valid.')
    }
    if (key in tags) refuse(400, 'Duplicate.TagKey', 'The Tag.n.Key contains duplicate keys.')
    tags[key] = value
  }
  if (Object.keys(tags).length > maximum) refuse(400, 'NumberExceed.Tags', 'At most 20 tags are allowed.')
  return tags
}

/** Resources that carry all of `Tag.N`; a tag without a value matches any value. */
export function byTags(input: JsonObject, resources: Resource[]): Resource[] {
  const asked = objects(input, 'Tag')
  if (asked.length > maximum) refuse(400, 'NumberExceed.Tags', 'At most 20 tags are allowed.')
  return resources.filter(resource => asked.every(tag => carries(resource, tag)))
}

function carries(resource: Resource, tag: JsonObject): boolean {
  const value = resource.tags[word(tag, 'Key')]
  return value !== undefined && (tag.Value === undefined || value === word(tag, 'Value'))
}

/** `Tags` as VPC spells them. */
export function keyValue(resource: Resource): JsonObject {
  return { Tag: Object.entries(resource.tags).map(([Key, Value]) => ({ Key, Value })) }
}

/** `Tags` as ECS and CLB spell them. */
export function tagKeyValue(resource: Resource): JsonObject {
  return { Tag: tagPairs(resource) }
}

/** Tags as a list of `{Key, Value}`. */
export function tagPairs(resource: Resource): Json[] {
  return Object.entries(resource.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
}

/** The three tag actions of a product; `types` maps the product's ResourceType (lower case) to ours. */
export function tagActions(
  types: Record<string, string>,
  findOne: typeof findResource = findResource,
): { tag: Operation; untag: Operation; list: Operation } {
  const named = (call: Call, input: JsonObject): Resource[] =>
    words(input, 'ResourceId').map(
      id =>
        findOne(call, input, ourType(input, types), id) ??
        refuse(404, 'InvalidResourceId.NotFound', `The specified resource ${id} does not exist.`),
    )
  return {
    tag: operation('ResourceType ResourceId Tag', (input, call) => {
      const tags = newTags(input)
      const resources = named(call, input)
      for (const resource of resources) {
        if (Object.keys({ ...resource.tags, ...tags }).length > maximum) {
          refuse(400, 'NumberExceed.Tags', 'At most 20 tags are allowed.')
        }
      }
      for (const resource of resources) {
        Object.assign(resource.tags, tags)
        call.world.touch(resource)
      }
      return {}
    }),
    untag: operation('ResourceType ResourceId TagKey All', (input, call) => {
      for (const resource of named(call, input)) {
        const keys = flag(input, 'All') ? Object.keys(resource.tags) : words(input, 'TagKey')
        for (const key of keys) delete resource.tags[key]
        call.world.touch(resource)
      }
      return {}
    }),
    list: operation('ResourceType ResourceId Tag MaxResults NextToken', (input, call) => {
      const ids = words(input, 'ResourceId')
      const type = ourType(input, types)
      if (ids.length === 0 && objects(input, 'Tag').length === 0) {
        refuse(400, 'MissingParameter', 'ResourceId.N or Tag.N is mandatory for this action.')
      }
      const resources =
        ids.length > 0
          ? ids.map(id => findOne(call, input, type, id)).filter(resource => resource !== undefined)
          : listedResources(call, type)
      const rows = byTags(input, resources).flatMap(resource => rowsOf(resource, word(input, 'ResourceType')))
      const { rows: some, next } = byToken(input, rows, 50, 100)
      return { NextToken: next, TagResources: { TagResource: some } }
    }),
  }
}

function ourType(input: JsonObject, types: Record<string, string>): string {
  const type = types[word(input, 'ResourceType').toLowerCase()]
  return type ?? refuse(400, 'InvalidResourceType.NotFound', 'The ResourceType provided does not exist in our records.')
}

function rowsOf(resource: Resource, resourceType: string): JsonObject[] {
  return Object.entries(resource.tags).map(([TagKey, TagValue]) => ({
    ResourceId: nameOf(resource),
    ResourceType: resourceType,
    TagKey,
    TagValue,
  }))
}

/** A key pair is known by its name, everything else by its id. */
export function nameOf(resource: Resource): string {
  return resource.type === 'key-pair' ? String(resource.data.name) : resource.id
}
