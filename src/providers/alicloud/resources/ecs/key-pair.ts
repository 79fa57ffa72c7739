import type { Alicloud } from '../../cloud.ts'
import { foundIn, rows, str, tagParams } from '../../read.ts'
import { type AlicloudKind, findByMark, type Listing, minute, orAbsent, removed, second, settled } from '../common.ts'

export type KeyPairIn = { name: string; publicKey: string }

export type KeyPairOut = { id: string; fingerprint: string }

const keyPairs: Listing = {
  product: 'ecs',
  action: 'DescribeKeyPairs',
  list: 'KeyPairs.KeyPair',
  id: 'KeyPairName',
  since: 'CreationTime',
}

/** Console: ECS › Key Pairs › Import. Its name is its id: there is no token, but names are unique. */
export const keyPair: AlicloudKind<KeyPairIn, KeyPairOut> = {
  type: 'alicloud:key-pair',
  title: 'Key pair',
  idempotency: 'uniqueName',
  after: [],
  expectMs: 1 * second,
  tagged: true,
  async find(cloud, where) {
    if (!('id' in where) && !where.input) return findByMark(cloud, keyPairs, this.type, where)
    const row = await readKeyPair(cloud, 'id' in where ? where.id : where.input!.name)
    return row ? [foundIn(row, keyPairs.id, keyPairs.since)] : []
  },
  async create(cloud, { name, publicKey }, mark) {
    const params = { KeyPairName: name, PublicKeyBody: publicKey, Tag: tagParams(mark.tags) }
    await cloud.call('ecs', 'ImportKeyPair', params)
    return name
  },
  async settle(cloud, id) {
    const what = `the key pair ${id}`
    const row = await settled(
      cloud,
      () => readKeyPair(cloud, id),
      () => true,
      { what, within: 2 * minute },
    )
    return { id, fingerprint: str(row, 'KeyPairFingerPrint') }
  },
  remove(cloud, id) {
    // It stays attached until the instance is fully released.
    const options = { repeatable: true, busy: ['InvalidParameter.KeypairAlreadyAttachedInstance'] }
    return removed(
      cloud,
      () => cloud.call('ecs', 'DeleteKeyPairs', { KeyPairNames: JSON.stringify([id]) }, options),
      minute,
    )
  },
}

async function readKeyPair(cloud: Alicloud, name: string) {
  const answer = await orAbsent(() => cloud.call('ecs', 'DescribeKeyPairs', { KeyPairName: name }))
  // The filter takes wildcards, so the name is compared.
  return rows(answer, keyPairs.list).find(row => str(row, 'KeyPairName') === name)
}
