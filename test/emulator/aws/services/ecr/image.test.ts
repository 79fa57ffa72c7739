import { expect, it } from 'vitest'
import { rememberImage } from '../../../../../src/emulator/aws/services/ecr/image.ts'
import { repositoryNamed } from '../../../../../src/emulator/aws/services/ecr/lookup.ts'
import { codeOf } from '../../support.ts'
import { registry } from './support.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const mediaType = 'application/vnd.oci.image.manifest.v1+json'

async function start() {
  const { ecr, call } = await registry()
  await ecr.createRepository({ repositoryName: 'shop' })
  const push = (letter: string, tag?: string) => {
    const image = { digest: digest(letter), mediaType, size: 100, ...(tag !== undefined && { tag }) }
    rememberImage(call, repositoryNamed(call, 'shop')!, image)
  }
  return { ecr, push }
}

it('an image that was pushed is described by its digest and by its tag', async () => {
  const { ecr, push } = await start()
  push('a', 'v1')
  const ask = async (id: object) =>
    (await ecr.describeImages({ repositoryName: 'shop', imageIds: [id] })).imageDetails![0]
  expect(await ask({ imageTag: 'v1' })).toMatchObject({
    imageDigest: digest('a'),
    imageTags: ['v1'],
    imageSizeInBytes: 100,
    imageManifestMediaType: mediaType,
  })
  expect(await ask({ imageDigest: digest('a') })).toEqual(await ask({ imageTag: 'v1' }))
  expect(await codeOf(ask({ imageTag: 'v2' }))).toBe('ImageNotFoundException')
  expect(await codeOf(ask({ imageTag: 'v1', imageDigest: digest('b') }))).toBe('ImageNotFoundException')
})

it('a tag means the image that had it last; the one before stays, without it', async () => {
  const { ecr, push } = await start()
  push('a', 'v1')
  push('a', 'live')
  push('b', 'live')
  push('c')
  const tags = async (tagStatus?: 'TAGGED' | 'UNTAGGED') =>
    (
      await ecr.describeImages({ repositoryName: 'shop', ...(tagStatus && { filter: { tagStatus } }) })
    ).imageDetails!.map(one => [one.imageDigest![7], one.imageTags])
  expect(await tags()).toEqual([
    ['a', ['v1']],
    ['b', ['live']],
    ['c', undefined],
  ])
  expect((await tags('TAGGED')).map(([letter]) => letter)).toEqual(['a', 'b'])
  expect((await tags('UNTAGGED')).map(([letter]) => letter)).toEqual(['c'])
  expect((await ecr.listImages({ repositoryName: 'shop' })).imageIds).toEqual([
    { imageDigest: digest('a'), imageTag: 'v1' },
    { imageDigest: digest('b'), imageTag: 'live' },
    { imageDigest: digest('c') },
  ])
})
