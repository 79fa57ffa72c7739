import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { arn, date, hex } from '../../core/ids.ts'
import { flag, objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import {
  createResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { readTags, tagList } from '../../core/tags.ts'
import { publicParameters } from '../ec2/image.ts'

/** Parameter Store, and the public parameters that name the newest images. */
export const parameterOperations: Record<string, Operation> = {
  'ssm.PutParameter': operation('Name Value Type Description KeyId Overwrite Tier DataType AllowedPattern Tags', put),
  'ssm.GetParameter': operation('Name WithDecryption', (input, call) => {
    const found = read(call, requireParameter(input, 'Name', 'ValidationException'), flag(input, 'WithDecryption'))
    return { Parameter: found ?? refuse(400, 'ParameterNotFound', '') }
  }),
  'ssm.GetParameters': operation('Names WithDecryption', (input, call) => {
    const names = words(input, 'Names')
    if (names.length > 10) refuse(400, 'ValidationException', 'At most 10 names.')
    const found = names.map(name => ({ name, value: read(call, name, flag(input, 'WithDecryption')) }))
    return {
      Parameters: found.flatMap(one => one.value ?? []),
      InvalidParameters: found.filter(one => !one.value).map(one => one.name),
    }
  }),
  'ssm.GetParametersByPath': operation('Path Recursive WithDecryption MaxResults NextToken', (input, call) => {
    const path = requireParameter(input, 'Path', 'ValidationException').replace(/\/?$/, '/')
    const below = (name: string) =>
      name.startsWith(path) && (flag(input, 'Recursive') || !name.slice(path.length).includes('/'))
    const own = listedResources(call, 'parameter').map(one => text(one, 'name'))
    const names = [...own, ...Object.keys(publicParameters(call.region))].filter(below).sort()
    const { rows, next } = page(input, names, { size: 10 })
    const Parameters = rows.flatMap(name => read(call, name, flag(input, 'WithDecryption')) ?? [])
    return { Parameters, ...nextToken(next) }
  }),
  'ssm.DescribeParameters': operation('Filters ParameterFilters MaxResults NextToken', (input, call) => {
    const found = listedResources(call, 'parameter').filter(one => asked(input, one))
    const { rows, next } = page(input, found, { size: 50 })
    return { Parameters: rows.map(one => describe(call, one)), ...nextToken(next) }
  }),
  'ssm.DeleteParameter': operation('Name', (input, call) => {
    removeResource(
      call,
      named(call, requireParameter(input, 'Name', 'ValidationException')) ?? refuse(400, 'ParameterNotFound', ''),
    )
    return {}
  }),
  // Missing names are told, not refused.
  'ssm.DeleteParameters': operation('Names', (input, call) => {
    const names = words(input, 'Names')
    if (names.length > 10) refuse(400, 'ValidationException', 'At most 10 names.')
    const [there, missing] = [names.filter(name => named(call, name)), names.filter(name => !named(call, name))]
    for (const name of there) removeResource(call, named(call, name)!)
    return { DeletedParameters: there, InvalidParameters: missing }
  }),
  'ssm.AddTagsToResource': operation('ResourceType ResourceId Tags', (input, call) => {
    const parameter = tagged(call, input)
    Object.assign(parameter.tags, readTags(objects(input, 'Tags')))
    call.world.touch(parameter)
    return {}
  }),
  'ssm.RemoveTagsFromResource': operation('ResourceType ResourceId TagKeys', (input, call) => {
    const parameter = tagged(call, input)
    for (const key of words(input, 'TagKeys')) delete parameter.tags[key]
    call.world.touch(parameter)
    return {}
  }),
  'ssm.ListTagsForResource': operation('ResourceType ResourceId', (input, call) => ({
    TagList: tagList(tagged(call, input)),
  })),
}

function put(input: JsonObject, call: Call): JsonObject {
  const name = requireParameter(input, 'Name', 'ValidationException')
  checkName(name)
  const value = word(input, 'Value')
  const limit = word(input, 'Tier') === 'Advanced' ? 8192 : 4096
  if (value === '') refuse(400, 'ValidationException', 'A parameter needs a value.')
  if (Buffer.byteLength(value) > limit)
    refuse(
      400,
      'ValidationException',
      `Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.`,
    )
  const tags = readTags(objects(input, 'Tags'))
  const overwrite = flag(input, 'Overwrite')
  if (overwrite && Object.keys(tags).length > 0)
    refuse(
      400,
      'ValidationException',
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag.",
    )
  const before = named(call, name)
  if (before && !overwrite)
    refuse(
      400,
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    )
  const type = word(input, 'Type') || (before ? text(before, 'type') : '')
  if (!['String', 'StringList', 'SecureString'].includes(type))
    refuse(
      400,
      before ? 'HierarchyTypeMismatch' : 'ValidationException',
      'A parameter type is required when you create a parameter.',
    )
  const version = before ? time(before, 'version') + 1 : 1
  const data = {
    name,
    type,
    version,
    value: type === 'SecureString' ? encrypt(call, value) : value,
    description: word(input, 'Description') || (before ? text(before, 'description') : ''),
    tier: word(input, 'Tier') || 'Standard',
    changedAt: call.world.now(),
  }
  if (before) updateResource(call, before, data)
  else createResource(call, 'parameter', arnOf(call, name), data, { tags })
  return { Version: version, Tier: data.tier }
}

function checkName(name: string): void {
  if (/^\/?(aws|ssm)/i.test(name))
    refuse(400, 'ValidationException', `Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`)
  if (name.length > 1011 || !/^[a-zA-Z0-9_.\-/]+$/.test(name))
    refuse(400, 'ValidationException', 'Parameter name: can only contain letters, digits and /_.-')
  if (name.includes('/') && !name.startsWith('/'))
    refuse(400, 'ValidationException', 'Parameter name must be a fully qualified name.')
  if (name.split('/').length > 16)
    refuse(400, 'HierarchyLevelLimitExceededException', 'A hierarchy can have a maximum of 15 levels.')
}

function arnOf(call: Call, name: string): string {
  return arn(call, 'ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`)
}

function named(call: Call, name: string): Resource | undefined {
  return resourcesOf(call, 'parameter').find(one => text(one, 'name') === name || one.id === name)
}

function tagged(call: Call, input: JsonObject): Resource {
  if (word(input, 'ResourceType') !== 'Parameter') refuse(400, 'InvalidResourceType', '')
  return named(call, word(input, 'ResourceId')) ?? refuse(400, 'InvalidResourceId', '')
}

/** The parameter as reads show it: by name, ARN or `name:version`. */
function read(call: Call, asked: string, decrypted: boolean): JsonObject | undefined {
  const value = publicParameters(call.region)[asked]
  if (value !== undefined) {
    const DataType = 'aws:ec2:image'
    const ARN = `arn:aws:ssm:${call.region}::parameter${asked}`
    return { Name: asked, Type: 'String', Value: value, Version: 1, ARN, DataType, LastModifiedDate: date(call, 0) }
  }
  const [, name = asked, version = ''] = /^([^:]+):(\d+)$/.exec(asked) ?? []
  const one = named(call, name)
  if (!one || (version !== '' && Number(version) !== time(one, 'version'))) return undefined
  const secure = text(one, 'type') === 'SecureString'
  return {
    Name: text(one, 'name'),
    Type: text(one, 'type'),
    Value: secure && decrypted ? decrypt(call, text(one, 'value')) : text(one, 'value'),
    Version: time(one, 'version'),
    ARN: one.id,
    DataType: 'text',
    LastModifiedDate: date(call, time(one, 'changedAt')),
  }
}

/** Kept as the real store keeps it: not readable in the saved data. */
function encrypt(call: Call, value: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(call), nonce)
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

function decrypt(call: Call, value: string): string {
  const bytes = Buffer.from(value, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(call), bytes.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString()
}

/** The account's key in the region (`alias/aws/ssm`). */
function keyOf(call: Call): Buffer {
  const kept =
    resourcesOf(call, 'kms-key')[0] ??
    createResource(call, 'kms-key', `alias/aws/ssm ${call.account} ${call.region}`, { key: hex(call.world, 64) })
  return Buffer.from(text(kept, 'key'), 'hex')
}

function asked(input: JsonObject, one: Resource): boolean {
  const filters = [
    ...objects(input, 'ParameterFilters').map(filter => ({ ...filter, values: words(filter, 'Values') })),
    ...objects(input, 'Filters').map(filter => ({ ...filter, Option: 'BeginsWith', values: words(filter, 'Values') })),
  ]
  return filters.every((filter: JsonObject) => {
    const key = word(filter, 'Key')
    const values = words(filter, 'values')
    if (key.startsWith('tag:')) {
      const value = one.tags[key.slice(4)]
      return value !== undefined && (values.length === 0 || values.includes(value))
    }
    const has: Record<string, string> = { Name: text(one, 'name'), Type: text(one, 'type'), Tier: text(one, 'tier') }
    if (key === 'Path') {
      const recursive = word(filter, 'Option') === 'Recursive'
      return values.some(path => isBelow(has.Name!, path, recursive))
    }
    const value = has[key]
    if (value === undefined) return refuse(400, 'InvalidFilterKey', key)
    const option = word(filter, 'Option') || 'Equals'
    if (option === 'Contains') return values.some(part => value.includes(part))
    return values.some(part => (option === 'BeginsWith' ? value.startsWith(part) : value === part))
  })
}

function isBelow(name: string, path: string, recursive: boolean): boolean {
  const prefix = path.replace(/\/?$/, '/')
  return name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes('/'))
}

function describe(call: Call, one: Resource): JsonObject {
  return {
    Name: text(one, 'name'),
    ARN: one.id,
    Type: text(one, 'type'),
    ...(text(one, 'type') === 'SecureString' && { KeyId: 'alias/aws/ssm' }),
    LastModifiedDate: date(call, time(one, 'changedAt')),
    LastModifiedUser: `arn:aws:iam::${call.account}:user/sandbox`,
    ...(text(one, 'description') && { Description: text(one, 'description') }),
    Version: time(one, 'version'),
    Tier: text(one, 'tier'),
    Policies: [],
    DataType: 'text',
  }
}
