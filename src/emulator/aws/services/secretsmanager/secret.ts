import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filtered } from '../../core/filters.ts'
import { arn, date, letters, uuid } from '../../core/ids.ts'
import { flag, number, object, objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import {
  createResource,
  findResource,
  knownResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { moreTags, type TagCodes, tagList, tagsIn, withoutTags } from '../../core/tags.ts'
import { times } from '../../core/times.ts'

const tagCodes: TagCodes = { bad: 'InvalidParameterException' }
const day = 24 * 3_600_000

/** Secrets Manager. A version's id is its request's token; a name stays taken while its secret waits to be deleted. */
export const secretOperations: Record<string, Operation> = {
  'secretsmanager.CreateSecret': operation(
    'Name ClientRequestToken Description KmsKeyId SecretBinary SecretString Tags',
    (input, call) => {
      const name = requireParameter(input, 'Name', 'InvalidParameterException')
      if (!/^[\w/+=.@-]{1,512}$/.test(name))
        invalid(
          'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
        )
      // Such names look like the end of an ARN.
      if (/-[a-zA-Z0-9]{6}$/.test(name)) invalid('A secret name must not end in a hyphen and six characters.')
      const tags = tagsIn(input, tagCodes)
      const before = resourcesOf(call, 'secret').find(one => text(one, 'name') === name)
      if (before) return again(call, before, input)
      const id = arn(call, 'secretsmanager', `secret:${name}-${letters(call.world, 6)}`)
      const data = {
        name,
        description: word(input, 'Description'),
        kmsKeyId: word(input, 'KmsKeyId'),
        versions: [],
        changedAt: call.world.now(),
      }
      const secret = createResource(call, 'secret', id, data, { tags })
      const version = hasValue(input) ? addVersion(call, secret, input) : ''
      return { ARN: id, Name: name, ...(version && { VersionId: version }) }
    },
  ),
  'secretsmanager.DescribeSecret': operation('SecretId', (input, call) => describe(call, secretOf(call, input))),
  'secretsmanager.ListSecrets': operation(
    'IncludePlannedDeletion MaxResults NextToken Filters SortOrder',
    (input, call) => {
      const resources = listedResources(call, 'secret').filter(
        one => flag(input, 'IncludePlannedDeletion') || one.data.deletedAt === undefined,
      )
      const filters = objects(input, 'Filters').map(one => ({
        Name: word(one, 'Key'),
        Values: words(one, 'Values').map(value => `${value}*`),
      }))
      const found = filtered({ Filters: filters }, resources, {
        name: one => text(one, 'name'),
        description: one => text(one, 'description'),
        'tag-key': one => Object.keys(one.tags),
        'tag-value': one => Object.values(one.tags),
        all: one => [text(one, 'name'), text(one, 'description'), ...Object.entries(one.tags).flat()],
      })
      const { rows, next } = page(input, found, { size: 100 })
      return {
        SecretList: rows.map(one => {
          const { VersionIdsToStages, ...shown } = describe(call, one)
          return { ...shown, SecretVersionsToStages: VersionIdsToStages ?? {} }
        }),
        ...nextToken(next),
      }
    },
  ),
  'secretsmanager.GetSecretValue': operation('SecretId VersionId VersionStage', (input, call) => {
    const secret = alive(secretOf(call, input))
    const id = word(input, 'VersionId')
    const stage = word(input, 'VersionStage') || (id ? '' : 'AWSCURRENT')
    const version = versionsOf(secret).find(
      one => (id === '' || one.id === id) && (stage === '' || words(one, 'stages').includes(stage)),
    )
    if (!version) {
      return refuse(
        400,
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
      )
    }
    return {
      ARN: secret.id,
      Name: text(secret, 'name'),
      VersionId: word(version, 'id'),
      VersionStages: words(version, 'stages'),
      CreatedDate: date(call, Number(version.at)),
      ...(version.string !== undefined && { SecretString: word(version, 'string') }),
      ...(version.binary !== undefined && { SecretBinary: word(version, 'binary') }),
    }
  }),
  'secretsmanager.PutSecretValue': operation(
    'SecretId ClientRequestToken SecretBinary SecretString VersionStages',
    (input, call) => {
      const secret = alive(secretOf(call, input))
      if (!hasValue(input)) invalid('You must provide either SecretString or SecretBinary.')
      return {
        ARN: secret.id,
        Name: text(secret, 'name'),
        VersionId: addVersion(call, secret, input),
        VersionStages: ['AWSCURRENT'],
      }
    },
  ),
  'secretsmanager.UpdateSecret': operation(
    'SecretId ClientRequestToken Description KmsKeyId SecretBinary SecretString',
    (input, call) => {
      const secret = alive(secretOf(call, input))
      if (input.Description !== undefined) updateResource(call, secret, { description: word(input, 'Description') })
      const version = hasValue(input) ? addVersion(call, secret, input) : ''
      return { ARN: secret.id, Name: text(secret, 'name'), ...(version && { VersionId: version }) }
    },
  ),
  'secretsmanager.DeleteSecret': operation(
    'SecretId RecoveryWindowInDays ForceDeleteWithoutRecovery',
    (input, call) => {
      const forced = flag(input, 'ForceDeleteWithoutRecovery')
      const window = number(input, 'RecoveryWindowInDays', 30)
      if (forced && input.RecoveryWindowInDays !== undefined) {
        invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
      }
      if (window < 7 || window > 30)
        invalid('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).')
      const id = requireParameter(input, 'SecretId', 'InvalidParameterException')
      const secret = lookUp(call, id)
      const now = call.world.now()
      // A forced deletion of nothing succeeds.
      if (!secret && forced)
        return {
          ARN: id.startsWith('arn:') ? id : arn(call, 'secretsmanager', `secret:${id}`),
          Name: id,
          DeletionDate: date(call, now),
        }
      if (!secret) return notFound()
      const at = now + (forced ? 0 : window * day)
      if (forced) removeResource(call, secret, times.secretForgotten)
      updateResource(call, secret, { deletedAt: at })
      return { ARN: secret.id, Name: text(secret, 'name'), DeletionDate: date(call, at) }
    },
  ),
  'secretsmanager.RestoreSecret': operation('SecretId', (input, call) => {
    const secret = secretOf(call, input)
    if (secret.goneAt !== undefined) notFound()
    delete secret.data.deletedAt
    call.world.touch(secret)
    return { ARN: secret.id, Name: text(secret, 'name') }
  }),
  'secretsmanager.TagResource': operation('SecretId Tags', (input, call) => {
    const secret = secretOf(call, input)
    secret.tags = moreTags(secret, tagsIn(input, tagCodes), tagCodes)
    call.world.touch(secret)
    return {}
  }),
  'secretsmanager.UntagResource': operation('SecretId TagKeys', (input, call) => {
    const secret = secretOf(call, input)
    secret.tags = withoutTags(secret, words(input, 'TagKeys'))
    call.world.touch(secret)
    return {}
  }),
}

function invalid(message: string): never {
  return refuse(400, 'InvalidParameterException', message)
}

function notFound(): never {
  return refuse(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
}

function lookUp(call: Call, id: string): Resource | undefined {
  return findResource(call, 'secret', id) ?? resourcesOf(call, 'secret').find(one => text(one, 'name') === id)
}

/** A fresh one may not be known yet. */
function secretOf(call: Call, input: JsonObject): Resource {
  const secret = lookUp(call, requireParameter(input, 'SecretId', 'InvalidParameterException'))
  return (secret && knownResource(call, 'secret', secret.id)) ?? notFound()
}

function alive(secret: Resource): Resource {
  if (secret.data.deletedAt === undefined) return secret
  return refuse(
    400,
    'InvalidRequestException',
    'You can’t perform this operation on the secret because it was marked for deletion.'.replace('’', "'"),
  )
}

/** A name that is taken: the same token and value again is the same request. */
function again(call: Call, before: Resource, input: JsonObject): JsonObject {
  if (before.data.deletedAt !== undefined) {
    refuse(
      400,
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
  }
  const token = word(input, 'ClientRequestToken')
  const version = versionsOf(before).find(one => one.id === token)
  if (!token || !version) {
    refuse(
      400,
      'ResourceExistsException',
      `The operation failed because the secret ${text(before, 'name')} already exists.`,
    )
  }
  return { ARN: before.id, Name: text(before, 'name'), VersionId: addVersion(call, before, input) }
}

function hasValue(input: JsonObject): boolean {
  return input.SecretString !== undefined || input.SecretBinary !== undefined
}

function versionsOf(secret: Resource): JsonObject[] {
  return objects(secret.data, 'versions')
}

/** Returns the version's id. The same token with the same value is nothing new; with another one an error. */
function addVersion(call: Call, secret: Resource, input: JsonObject): string {
  const id = word(input, 'ClientRequestToken') || uuid(call.world)
  const value = {
    ...(input.SecretString !== undefined && { string: word(input, 'SecretString') }),
    ...(input.SecretBinary !== undefined && { binary: word(input, 'SecretBinary') }),
  }
  const before = versionsOf(secret).find(one => one.id === id)
  if (before) {
    if (word(before, 'string') === word(value, 'string') && word(before, 'binary') === word(value, 'binary')) return id
    refuse(
      400,
      'ResourceExistsException',
      'You can’t use ClientRequestToken because that value is already in use for a version of this secret.'.replace(
        '’',
        "'",
      ),
    )
  }
  const older = versionsOf(secret)
    .filter(one => words(one, 'stages').includes('AWSCURRENT'))
    .map(one => ({ ...one, stages: ['AWSPREVIOUS'] }))
  const versions = [...older, { id, ...value, stages: ['AWSCURRENT'], at: call.world.now() }]
  updateResource(call, secret, { versions, changedAt: call.world.now() })
  return id
}

function describe(call: Call, secret: Resource): JsonObject {
  const description = text(secret, 'description')
  const stages = Object.fromEntries(versionsOf(secret).map(one => [word(one, 'id'), words(one, 'stages')]))
  return {
    ARN: secret.id,
    Name: text(secret, 'name'),
    CreatedDate: date(call, secret.born),
    LastChangedDate: date(call, time(secret, 'changedAt')),
    Tags: tagList(secret),
    VersionIdsToStages: object({ stages }, 'stages'),
    ...(description && { Description: description }),
    ...(text(secret, 'kmsKeyId') && { KmsKeyId: text(secret, 'kmsKeyId') }),
    ...(secret.data.deletedAt !== undefined && { DeletedDate: date(call, time(secret, 'deletedAt')) }),
  }
}
