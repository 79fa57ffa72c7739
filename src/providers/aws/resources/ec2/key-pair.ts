import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { tagged } from './common.ts'

export type KeyPairIn = { name: string; publicKey: string }
export type KeyPairOut = { id: string; name: string; fingerprint: string }

/** Console: EC2 › Key Pairs › Import. Its name is its id; the private half never reaches AWS. */
export const keyPair: AwsKind<KeyPairIn, KeyPairOut> = {
  type: 'aws:key-pair',
  title: 'Key pair',
  idempotency: 'uniqueName',
  after: [],
  expectMs: 2 * second,
  tagged: true,
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name
    if (name !== undefined) {
      const row = await orAbsent(() => readKeyPair(cloud, name))
      return found(row?.KeyName, tagsIn(row?.Tags), row?.CreateTime)
    }
    const input = { Filters: tagFilters(markFilter(this.type, where as { stack: string })) }
    const { KeyPairs } = await cloud.call('ec2', 'DescribeKeyPairs', input)
    return (KeyPairs ?? []).flatMap(row => found(row.KeyName, tagsIn(row.Tags), row.CreateTime))
  },
  async create(cloud, { name, publicKey }, mark) {
    const material = new TextEncoder().encode(publicKey)
    const input = { KeyName: name, PublicKeyMaterial: material, ...tagged('key-pair', named(name, mark.tags)) }
    await cloud.call('ec2', 'ImportKeyPair', input)
    return name
  },
  async settle(cloud, id) {
    const options = { what: `the key pair ${id}`, within: 5 * minute }
    const row = await settled(
      cloud,
      () => readKeyPair(cloud, id),
      () => true,
      options,
    )
    return { id, name: id, fingerprint: row.KeyFingerprint ?? '' }
  },
  remove: (cloud, id) => removed(cloud, () => cloud.call('ec2', 'DeleteKeyPair', { KeyName: id }, repeatable), minute),
}

async function readKeyPair(cloud: Aws, name: string) {
  return (await cloud.call('ec2', 'DescribeKeyPairs', { KeyNames: [name] })).KeyPairs?.[0]
}
