import { Problem } from '../../../../base/errors.ts'
import { found } from '../../read.ts'
import { type AwsKind, minute, orAbsent, second, until } from '../common.ts'
import { type Certificate, proofsIn, readCertificate } from './common.ts'

/** The request to add the records is repeated after this long, milliseconds: much else has been printed since. */
const AGAIN = 15 * minute

/** `tell`: people must add the records, so they are shown. */
export type CertificateIssuedIn = { arn: string; tell: boolean }

/** Waits until AWS has seen the validation records and issued the certificate. */
export const certificateIssued: AwsKind<CertificateIssuedIn, { id: string }> = {
  type: 'aws:certificate-issued',
  title: 'Certificate issued',
  idempotency: 'upsert',
  after: ['aws:certificate', 'aws:validation-record'],
  expectMs: 90 * second,
  tagged: false,
  find: async (_cloud, where) => ('id' in where ? found(where.id, {}) : []),
  create: async (_cloud, { arn }) => `${arn} issued`,
  async settle(cloud, id, { arn, tell }) {
    const late = cloud.deadline(60 * minute)
    let tellAt = tell ? 0 : Number.POSITIVE_INFINITY
    const issued = (row: Certificate | undefined) => {
      if (row?.Status === 'ISSUED') return true
      if (row && (row.Status !== 'PENDING_VALIDATION' || late())) throw notIssued(row, tell)
      if (row && cloud.now() >= tellAt) {
        for (const text of request(row)) cloud.note(text)
        tellAt = cloud.now() + AGAIN
      }
      return false
    }
    const what = 'the certificate to be issued'
    await until(cloud, () => orAbsent(() => readCertificate(cloud, arn)), issued, {
      what,
      within: 70 * minute,
      every: 5 * second,
    })
    return { id }
  },
  remove: async () => 'gone',
}

/** In the form that DNS providers ask for, one field a line. */
function request(row: Certificate): string[] {
  return [
    `The certificate for ${row.DomainName} waits for a proof: add this record where the domain's DNS is managed. It goes on by itself once AWS sees it. Ctrl-C stops the wait, and the same command takes it up again.`,
    ...proofsIn(row).flatMap(({ name, type, value }) => [
      `Name:  ${dotless(name)}`,
      `Type:  ${type}`,
      `Value: ${dotless(value)}`,
    ]),
  ]
}

function lines(row: Certificate): string[] {
  return proofsIn(row).map(({ name, type, value }) => `name ${dotless(name)}, type ${type}, value ${dotless(value)}`)
}

/** Forms take names without the final dot. */
function dotless(name: string): string {
  return name.replace(/\.$/, '')
}

/** `tell`: people add the records, and can go on without a certificate. */
function notIssued(row: Certificate, tell: boolean): Problem {
  const open = row.Status === 'PENDING_VALIDATION'
  return new Problem({
    what: `The certificate for ${row.DomainName} was not issued${open ? ' within an hour' : ` (${row.Status})`}.`,
    why: open
      ? 'The record that proves the domain was not seen in its DNS.'
      : (row.FailureReason ?? 'AWS gives no reason.'),
    list: lines(row),
    next: open
      ? `Add it and run the same command again${tell ? '; or serve HTTP until then: --set domain.wait=no' : '.'}`
      : 'Give it up with --set domain.zone=none; then give the domain again, and another certificate is asked for.',
  })
}
