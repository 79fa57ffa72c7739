import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { flag, object, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { createResource, findResource, listedResources, removeResource, text } from '../../core/resources.ts'
import { moreTags, type TagCodes, tagList, tagsIn, withoutTags } from '../../core/tags.ts'
import { imagesIn } from './image.ts'
import { checkRegistry, noRepository, registryHost, repositoryArn, repositoryNamed, repositoryOf } from './lookup.ts'

const tagCodes: TagCodes = { bad: 'InvalidTagParameterException', tooMany: 'TooManyTagsException' }

/** ECR's own pattern (docs/facts/aws.md, ECR). */
const namePattern = /^(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*\/)*[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/

/** Repositories. They are there, and gone, at once. */
export const repositoryOperations: Record<string, Operation> = {
  'ecr.CreateRepository': operation(
    'repositoryName registryId tags imageTagMutability imageScanningConfiguration encryptionConfiguration',
    (input, call) => {
      checkRegistry(call, input)
      const name = nameIn(input)
      checkSettings(input)
      const tags = tagsIn(input, tagCodes, 'tags')
      if (repositoryNamed(call, name)) {
        const message = `The repository with name '${name}' already exists in the registry with id '${call.account}'`
        refuse(400, 'RepositoryAlreadyExistsException', message)
      }
      const made = createResource(call, 'repository', repositoryArn(call, name), { name, images: [] }, { tags })
      return { repository: describe(call, made) }
    },
  ),
  'ecr.DescribeRepositories': operation('registryId repositoryNames nextToken maxResults', (input, call) => {
    checkRegistry(call, input)
    const names = words(input, 'repositoryNames')
    const all =
      names.length > 0
        ? names.map(name => repositoryNamed(call, name) ?? noRepository(call, name))
        : listedResources(call, 'repository')
    const { rows, next } = page(input, all, { limit: 'maxResults', token: 'nextToken', size: 100 })
    return { repositories: rows.map(one => describe(call, one)), ...(next !== undefined && { nextToken: next }) }
  }),
  'ecr.DeleteRepository': operation('repositoryName registryId force', (input, call) => {
    const found = repositoryOf(call, input)
    if (imagesIn(found).length > 0 && !flag(input, 'force')) {
      const message = `The repository with name '${text(found, 'name')}' in registry with id '${call.account}' cannot be deleted because it still contains images`
      refuse(400, 'RepositoryNotEmptyException', message)
    }
    const repository = describe(call, found)
    removeResource(call, found)
    return { repository }
  }),
  'ecr.ListTagsForResource': operation('resourceArn', (input, call) => ({ tags: tagList(repositoryAt(call, input)) })),
  'ecr.TagResource': operation('resourceArn tags', (input, call) => {
    const found = repositoryAt(call, input)
    found.tags = moreTags(found, tagsIn(input, tagCodes, 'tags'), tagCodes)
    call.world.touch(found)
    return {}
  }),
  'ecr.UntagResource': operation('resourceArn tagKeys', (input, call) => {
    const found = repositoryAt(call, input)
    found.tags = withoutTags(found, words(input, 'tagKeys'))
    call.world.touch(found)
    return {}
  }),
}

function nameIn(input: JsonObject): string {
  const name = requireParameter(input, 'repositoryName', 'InvalidParameterException')
  if (name.length < 2 || name.length > 256 || !namePattern.test(name)) {
    const message = `Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '${namePattern.source}''`
    refuse(400, 'InvalidParameterException', message)
  }
  return name
}

/** What it would have to do and does not is refused, not ignored. */
function checkSettings(input: JsonObject): void {
  const wrong = [
    !['', 'MUTABLE'].includes(word(input, 'imageTagMutability')) && 'imageTagMutability besides MUTABLE',
    flag(object(input, 'imageScanningConfiguration'), 'scanOnPush') && 'scanOnPush',
    !['', 'AES256'].includes(word(object(input, 'encryptionConfiguration'), 'encryptionType')) &&
      'encryptionType besides AES256',
  ].find(Boolean)
  if (wrong) refuse(400, 'UnsupportedParameter', `The emulator does not simulate ${wrong} of CreateRepository.`)
}

function repositoryAt(call: Call, input: JsonObject): Resource {
  const arn = requireParameter(input, 'resourceArn', 'InvalidParameterException')
  return findResource(call, 'repository', arn) ?? noRepository(call, arn.replace(/^.*:repository\//, ''))
}

function describe(call: Call, repository: Resource): JsonObject {
  const name = text(repository, 'name')
  return {
    repositoryArn: repository.id,
    registryId: call.account,
    repositoryName: name,
    repositoryUri: `${registryHost(call)}/${name}`,
    createdAt: date(call, repository.born),
    imageTagMutability: 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
  }
}
