import { found } from '../../read.ts'
import { isSharedProof, provenBy } from '../acm/common.ts'
import { type AwsKind, second } from '../common.ts'
import { change, ownerRow, type Proof, proofRow, readRecord, removeProofs, sameRecord } from './common.ts'

export type ValidationRecordIn = { zoneId: string; certificateArn: string; records: Proof[] }

/**
 * The records that prove a domain to Certificate Manager. Their content follows from account and domain, so one can
 * exist already for another certificate: it is left unchanged.
 */
export const validationRecord: AwsKind<ValidationRecordIn, { id: string }> = {
  type: 'aws:validation-record',
  title: 'Validation record',
  idempotency: 'upsert',
  after: ['aws:certificate', 'aws:hosted-zone'],
  expectMs: 40 * second,
  tagged: false,
  find: async (_cloud, where) => ('id' in where ? found(where.id, {}) : []),
  create: async (_cloud, { zoneId, certificateArn }) => `${zoneId} ${certificateArn}`,
  async settle(cloud, id, { zoneId, records }, mark) {
    const present = await Promise.all(records.map(({ name, type }) => readRecord(cloud, zoneId, name, type)))
    const missing = records.filter((proof, n) => !sameRecord(present[n], proofRow(proof)))
    const rows = missing.flatMap(proof => [proofRow(proof), ownerRow(proof, mark)])
    if (rows.length > 0)
      await change(
        cloud,
        zoneId,
        rows.map(row => ['UPSERT', row]),
      )
    return { id }
  },
  async remove(cloud, id, input) {
    const [zoneId = '', arn = ''] = id.split(' ')
    if (await isSharedProof(cloud, arn)) return 'gone'
    await removeProofs(cloud, zoneId, input?.records ?? (await provenBy(cloud, arn)).proofs)
    return 'gone'
  },
}
