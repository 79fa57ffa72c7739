import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { objects, operation, refuse, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { everywhere, resourcesOf, text } from '../../core/resources.ts'
import { readTags, tagList } from '../../core/tags.ts'
import { times } from '../../core/times.ts'

/** What IAM's actions share. Names are one, whatever their case. */

/** Refuses with `NoSuchEntity`. */
export function absent(message: string): never {
  return refuse(404, 'NoSuchEntity', message)
}

/** Refuses with `EntityAlreadyExists`. */
export function duplicate(message: string): never {
  return refuse(409, 'EntityAlreadyExists', message)
}

/** The role; with `lag`, one that was just made is not there yet for other calls. */
export function roleNamed(call: Call, name: string, lag?: 'fresh ones lag'): Resource {
  const role = resourcesOf(call, 'role', everywhere).find(one => text(one, 'name').toLowerCase() === name.toLowerCase())
  if (!role || (lag && call.world.now() < role.born + times.roleKnown))
    return absent(`The role with name ${name} cannot be found.`)
  return role
}

/** Profiles that hold the role. */
export function profilesWith(call: Call, role: Resource): Resource[] {
  return resourcesOf(call, 'instance-profile', everywhere).filter(one => text(one, 'role') === role.id)
}

/** A name of at most `most` characters, or IAM's refusal. */
export function checkName(name: string, most: number): string {
  if (name.length > most || !/^[\w+=,.@-]+$/.test(name)) {
    refuse(
      400,
      'ValidationError',
      `The specified value for name is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    )
  }
  return name
}

/** The `Path` parameter, `/` when absent. */
export function pathOf(input: JsonObject): string {
  const path = word(input, 'Path') || '/'
  if (!/^\/([\x21-\x7e]*\/)?$/.test(path)) refuse(400, 'ValidationError', 'The specified value for path is invalid.')
  return path
}

/** IAM's tags: `{Key, Value}` as everywhere, with its own refusals. */
export function iamTags(list: JsonObject[]): Record<string, string> {
  if (list.length > 50) refuse(409, 'LimitExceeded', 'Cannot exceed quota for TagsPerRole: 50')
  if (list.some(tag => /^aws:/i.test(word(tag, 'Key'))))
    refuse(400, 'InvalidInput', 'User-defined tags cannot begin with aws:')
  return readTags(list)
}

/** `TagRole`, `UntagRole`, `ListRoleTags`, and the same of instance profiles. */
export function tagOperations(
  what: 'Role' | 'InstanceProfile',
  find: (call: Call, input: JsonObject) => Resource,
): Record<string, Operation> {
  return {
    [`iam.Tag${what}`]: operation(`${what}Name Tags`, (input, call) => {
      const resource = find(call, input)
      Object.assign(resource.tags, iamTags(objects(input, 'Tags')))
      call.world.touch(resource)
      return {}
    }),
    [`iam.Untag${what}`]: operation(`${what}Name TagKeys`, (input, call) => {
      const resource = find(call, input)
      for (const key of words(input, 'TagKeys')) delete resource.tags[key]
      call.world.touch(resource)
      return {}
    }),
    [`iam.List${what}Tags`]: operation(`${what}Name Marker MaxItems`, (input, call) => ({
      Tags: tagList(find(call, input)),
      IsTruncated: false,
    })),
  }
}

/** `Marker`, `MaxItems`, `IsTruncated`. */
export function iamPage<T>(input: JsonObject, rows: T[]): { rows: T[]; head: JsonObject } {
  const { rows: some, next } = page(input, rows, { limit: 'MaxItems', token: 'Marker', size: 100 })
  return { rows: some, head: { IsTruncated: next !== undefined, ...(next && { Marker: next }) } }
}
