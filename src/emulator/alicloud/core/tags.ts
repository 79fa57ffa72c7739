import type { Json, JsonObject } from '../../../base/json.ts'
import type { Call, Operation, Thing } from '../../world/model.ts'
import { flag, objects, operation, refuse, word, words } from './input.ts'
import { byToken } from './page.ts'
import { find, listed } from './resources.ts'

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

/** Things that carry all of `Tag.N`; a tag without a value matches any value. */
export function byTags(input: JsonObject, things: Thing[]): Thing[] {
  const asked = objects(input, 'Tag')
  if (asked.length > maximum) refuse(400, 'NumberExceed.Tags', 'At most 20 tags are allowed.')
  return things.filter(thing => asked.every(tag => carries(thing, tag)))
}

function carries(thing: Thing, tag: JsonObject): boolean {
  const value = thing.tags[word(tag, 'Key')]
  return value !== undefined && (tag.Value === undefined || value === word(tag, 'Value'))
}

/** `Tags` as VPC spells them. */
export function keyValue(thing: Thing): JsonObject {
  return { Tag: Object.entries(thing.tags).map(([Key, Value]) => ({ Key, Value })) }
}

/** `Tags` as ECS and CLB spell them. */
export function tagKeyValue(thing: Thing): JsonObject {
  return { Tag: tagPairs(thing) }
}

export function tagPairs(thing: Thing): Json[] {
  return Object.entries(thing.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
}

/** The three tag actions of a product; `types` maps the product's ResourceType (lower case) to ours. */
export function tagActions(
  types: Record<string, string>,
  findOne: typeof find = find,
): { tag: Operation; untag: Operation; list: Operation } {
  const resources = (call: Call, input: JsonObject): Thing[] =>
    words(input, 'ResourceId').map(
      id =>
        findOne(call, input, ourType(input, types), id) ??
        refuse(404, 'InvalidResourceId.NotFound', `The specified resource ${id} does not exist.`),
    )
  return {
    tag: operation('ResourceType ResourceId Tag', (input, call) => {
      const tags = newTags(input)
      const things = resources(call, input)
      for (const thing of things) {
        if (Object.keys({ ...thing.tags, ...tags }).length > maximum) {
          refuse(400, 'NumberExceed.Tags', 'At most 20 tags are allowed.')
        }
      }
      for (const thing of things) {
        Object.assign(thing.tags, tags)
        call.world.touch(thing)
      }
      return {}
    }),
    untag: operation('ResourceType ResourceId TagKey All', (input, call) => {
      for (const thing of resources(call, input)) {
        const keys = flag(input, 'All') ? Object.keys(thing.tags) : words(input, 'TagKey')
        for (const key of keys) delete thing.tags[key]
        call.world.touch(thing)
      }
      return {}
    }),
    list: operation('ResourceType ResourceId Tag MaxResults NextToken', (input, call) => {
      const ids = words(input, 'ResourceId')
      const type = ourType(input, types)
      if (ids.length === 0 && objects(input, 'Tag').length === 0) {
        refuse(400, 'MissingParameter', 'ResourceId.N or Tag.N is mandatory for this action.')
      }
      const things =
        ids.length > 0
          ? ids.map(id => findOne(call, input, type, id)).filter(thing => thing !== undefined)
          : listed(call, type)
      const rows = byTags(input, things).flatMap(thing => rowsOf(thing, word(input, 'ResourceType')))
      const { rows: some, next } = byToken(input, rows, 50, 100)
      return { NextToken: next, TagResources: { TagResource: some } }
    }),
  }
}

function ourType(input: JsonObject, types: Record<string, string>): string {
  const type = types[word(input, 'ResourceType').toLowerCase()]
  return type ?? refuse(400, 'InvalidResourceType.NotFound', 'The ResourceType provided does not exist in our records.')
}

function rowsOf(thing: Thing, resourceType: string): JsonObject[] {
  return Object.entries(thing.tags).map(([TagKey, TagValue]) => ({
    ResourceId: nameOf(thing),
    ResourceType: resourceType,
    TagKey,
    TagValue,
  }))
}

/** A key pair is known by its name, everything else by its id. */
export function nameOf(thing: Thing): string {
  return thing.type === 'key-pair' ? String(thing.data.name) : thing.id
}
