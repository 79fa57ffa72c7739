import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { object, objects, operation, refuse, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { text, updateResource } from '../../core/resources.ts'
import { repositoryOf } from './lookup.ts'

/** An image as it was pushed. */
export interface PushedImage {
  /** `sha256:…` of its manifest. */
  digest: string
  /** Of the manifest: `application/vnd.oci.image.manifest.v1+json`. */
  mediaType: string
  /** Of all that it is made of, in bytes. */
  size: number
  /** The tag it was pushed under; none where it was pushed by its digest. */
  tag?: string
}

/** Images of a repository, known by what was pushed. */
export const imageOperations: Record<string, Operation> = {
  'ecr.DescribeImages': operation('repositoryName registryId imageIds nextToken maxResults filter', (input, call) => {
    const repository = repositoryOf(call, input)
    const ids = objects(input, 'imageIds')
    const status = word(object(input, 'filter'), 'tagStatus')
    const all = ids.length > 0 ? ids.map(id => imageOf(call, repository, id)) : imagesIn(repository)
    const some = all.filter(one => !['TAGGED', 'UNTAGGED'].includes(status) || hasTag(one) === (status === 'TAGGED'))
    const { rows, next } = page(input, some, { limit: 'maxResults', token: 'nextToken', size: 100 })
    return {
      imageDetails: rows.map(one => describe(call, repository, one)),
      ...(next !== undefined && { nextToken: next }),
    }
  }),
  'ecr.ListImages': operation('repositoryName registryId nextToken maxResults', (input, call) => {
    const ids = imagesIn(repositoryOf(call, input)).flatMap(one => {
      const imageDigest = word(one, 'digest')
      return hasTag(one) ? words(one, 'tags').map(imageTag => ({ imageDigest, imageTag })) : [{ imageDigest }]
    })
    const { rows, next } = page(input, ids, { limit: 'maxResults', token: 'nextToken', size: 100 })
    return { imageIds: rows, ...(next !== undefined && { nextToken: next }) }
  }),
}

export function imagesIn(repository: Resource): JsonObject[] {
  return objects(repository.data, 'images')
}

/** Remembers what was pushed. A tag means the image that had it last; the others stay, without it. */
export function rememberImage(call: Call, repository: Resource, { tag, ...image }: PushedImage): void {
  const before = imagesIn(repository).find(one => one.digest === image.digest)
  const others = imagesIn(repository)
    .filter(one => one !== before)
    .map(one => ({ ...one, tags: words(one, 'tags').filter(name => name !== tag) }))
  const tags = new Set([...words(before ?? {}, 'tags'), ...(tag === undefined ? [] : [tag])])
  updateResource(call, repository, {
    images: [...others, { at: call.world.now(), ...before, ...image, tags: [...tags] }],
  })
}

function hasTag(image: JsonObject): boolean {
  return words(image, 'tags').length > 0
}

function imageOf(call: Call, repository: Resource, id: JsonObject): JsonObject {
  const [digest, tag] = [word(id, 'imageDigest'), word(id, 'imageTag')]
  const found = imagesIn(repository).find(
    one => (digest === '' || one.digest === digest) && (tag === '' || words(one, 'tags').includes(tag)),
  )
  if (found && digest + tag !== '') return found
  const asked = `{imageDigest:'${digest || 'null'}', imageTag:'${tag || 'null'}'}`
  const message = `The image with imageId ${asked} does not exist within the repository with name '${text(repository, 'name')}' in the registry with id '${call.account}'`
  return refuse(400, 'ImageNotFoundException', message)
}

function describe(call: Call, repository: Resource, image: JsonObject): JsonObject {
  return {
    registryId: call.account,
    repositoryName: text(repository, 'name'),
    imageDigest: word(image, 'digest'),
    ...(hasTag(image) && { imageTags: words(image, 'tags') }),
    imageSizeInBytes: Number(image.size),
    imagePushedAt: date(call, Number(image.at)),
    imageManifestMediaType: word(image, 'mediaType'),
  }
}
