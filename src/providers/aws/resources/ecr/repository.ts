import type { Aws } from '../../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, repeatable, second, settled } from '../common.ts'

export type RepositoryIn = { name: string }
/** `uri` is what images are pushed to and pulled from, without a tag. */
export type RepositoryOut = { id: string; arn: string; uri: string }

/**
 * Console: Elastic Container Registry › Create repository. Its name is its id, and unique in an account and region.
 * Its images go with it: they are no data, since they can be built again.
 */
export const repository: AwsKind<RepositoryIn, RepositoryOut> = {
  type: 'aws:ecr-repository',
  title: 'ECR repository',
  idempotency: 'uniqueName',
  after: [],
  expectMs: 2 * second,
  tagged: true,
  mutable: [],
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name
    if (name !== undefined) {
      const row = await orAbsent(() => readRepository(cloud, name))
      return row ? foundRepository(cloud, row) : []
    }
    const rows = await cloud.pages('ecr', 'DescribeRepositories', {}, answer => answer.repositories)
    const lists = await Promise.all(rows.map(row => foundRepository(cloud, row)))
    return lists.flat().filter(thing => carries(thing.tags, markFilter(this.type, where as { stack: string })))
  },
  async create(cloud, { name }, mark) {
    await cloud.call('ecr', 'CreateRepository', {
      repositoryName: name,
      tags: tagList(mark.tags),
      // Machines run an image by its digest, so a tag may move: a push that was interrupted is simply repeated.
      imageTagMutability: 'MUTABLE',
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfiguration: { encryptionType: 'AES256' },
    })
    return name
  },
  async settle(cloud, id) {
    const options = { what: `the repository ${id}`, within: minute }
    const read = () => readRepository(cloud, id)
    const row = await settled(cloud, read, ({ repositoryUri = '' }) => repositoryUri !== '', options)
    return { id, arn: row.repositoryArn ?? '', uri: row.repositoryUri ?? '' }
  },
  async remove(cloud, id) {
    await orAbsent(() => cloud.call('ecr', 'DeleteRepository', { repositoryName: id, force: true }, repeatable))
    return 'gone'
  },
}

type Row = { repositoryName?: string | undefined; repositoryArn?: string | undefined; createdAt?: Date | undefined }

async function readRepository(cloud: Aws, name: string) {
  return (await cloud.call('ecr', 'DescribeRepositories', { repositoryNames: [name] })).repositories?.[0]
}

async function foundRepository(cloud: Aws, row: Row) {
  const input = { resourceArn: row.repositoryArn ?? '' }
  // It may have been deleted since it was listed.
  const answer = await orAbsent(() => cloud.call('ecr', 'ListTagsForResource', input))
  return answer ? found(row.repositoryName, tagsIn(answer.tags), row.createdAt) : []
}
