import { expect, it } from 'vitest'
import { rememberImage } from '../../../../../src/emulator/aws/services/ecr/image.ts'
import { repositoryNamed } from '../../../../../src/emulator/aws/services/ecr/lookup.ts'
import { codeOf } from '../../support.ts'
import { soon } from '../ec2/support.ts'
import { host, registry } from './support.ts'

const other = { accessKeyId: 'other', secretAccessKey: 'other' }

it('a repository is made once in an account and region, with its address and tags', async () => {
  const { ecr, as, inventory } = await registry()
  const tags = [{ Key: 'team', Value: 'shop' }]
  const made = (await ecr.createRepository({ repositoryName: 'shop/web', tags })).repository!
  expect(made).toMatchObject({
    repositoryUri: `${host}/shop/web`,
    registryId: '500000000001',
    imageTagMutability: 'MUTABLE',
    encryptionConfiguration: { encryptionType: 'AES256' },
  })
  expect(await codeOf(ecr.createRepository({ repositoryName: 'shop/web' }))).toBe('RepositoryAlreadyExistsException')
  expect(await codeOf(as(other).createRepository({ repositoryName: 'shop/web' }))).toBe('accepted')
  expect((await ecr.listTagsForResource({ resourceArn: made.repositoryArn! })).tags).toEqual(tags)
  const shown = inventory().filter(({ type }) => type === 'repository')
  expect(shown.map(({ id }) => id)).toContain(made.repositoryArn)
})

it.each([
  ['a', 'InvalidParameterException'],
  ['Shop', 'InvalidParameterException'],
  ['shop_-web', 'InvalidParameterException'],
  ['/shop', 'InvalidParameterException'],
  ['shop/', 'InvalidParameterException'],
  ['x'.repeat(257), 'InvalidParameterException'],
  ['shop__web.v-2/x', 'accepted'],
  ['x'.repeat(256), 'accepted'],
])('the name %s: %s', async (repositoryName, code) => {
  const { ecr } = await registry()
  expect(await codeOf(ecr.createRepository({ repositoryName }))).toBe(code)
})

it('what it would have to do and does not is refused', async () => {
  const { ecr } = await registry()
  for (const more of [
    { imageTagMutability: 'IMMUTABLE' as const },
    { imageScanningConfiguration: { scanOnPush: true } },
    { encryptionConfiguration: { encryptionType: 'KMS' as const } },
  ]) {
    expect(await codeOf(ecr.createRepository({ repositoryName: 'shop', ...more }))).toBe('UnsupportedParameter')
  }
})

it('repositories are listed a moment later, page by page, and asked by name at once', async () => {
  const { ecr, pass } = await registry()
  for (const repositoryName of ['one', 'two', 'six']) await ecr.createRepository({ repositoryName })
  const named = await ecr.describeRepositories({ repositoryNames: ['two'] })
  expect(named.repositories!.map(one => one.repositoryName)).toEqual(['two'])
  expect(await codeOf(ecr.describeRepositories({ repositoryNames: ['ten'] }))).toBe('RepositoryNotFoundException')
  pass(soon)
  const first = await ecr.describeRepositories({ maxResults: 2 })
  const second = await ecr.describeRepositories({ maxResults: 2, nextToken: first.nextToken! })
  const names = [first, second].map(({ repositories }) => repositories!.map(one => one.repositoryName))
  expect(names).toEqual([['one', 'two'], ['six']])
})

it('tags are put on and taken off', async () => {
  const { ecr } = await registry()
  const resourceArn = (await ecr.createRepository({ repositoryName: 'shop' })).repository!.repositoryArn!
  await ecr.tagResource({
    resourceArn,
    tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  })
  await ecr.untagResource({ resourceArn, tagKeys: ['a'] })
  expect((await ecr.listTagsForResource({ resourceArn })).tags).toEqual([{ Key: 'b', Value: '2' }])
  const bad = ecr.tagResource({ resourceArn, tags: [{ Key: 'aws:x', Value: '' }] })
  expect(await codeOf(bad)).toBe('InvalidTagParameterException')
})

it('a repository with images is deleted by force only, and is gone at once', async () => {
  const { ecr, call, inventory } = await registry()
  await ecr.createRepository({ repositoryName: 'shop' })
  const image = { digest: `sha256:${'a'.repeat(64)}`, mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 9 }
  rememberImage(call, repositoryNamed(call, 'shop')!, image)
  expect(await codeOf(ecr.deleteRepository({ repositoryName: 'shop' }))).toBe('RepositoryNotEmptyException')
  await ecr.deleteRepository({ repositoryName: 'shop', force: true })
  expect(await codeOf(ecr.deleteRepository({ repositoryName: 'shop' }))).toBe('RepositoryNotFoundException')
  expect(inventory().filter(({ type }) => type === 'repository')).toEqual([])
})
