import { Problem } from '../../../base/errors.ts'
import type { Aws } from '../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../read.ts'
import { type AwsKind, hidesFor, minute, orAbsent, removed, repeatable, second, settled, until } from './common.ts'
import { type Proof, removeProofs, zonesFor } from './records.ts'

/** `names`: others it is for, besides `domain`. */
export type CertificateIn = { domain: string; names: string[] }
export type CertificateOut = { id: string; records: Proof[] }

/**
 * Console: Certificate Manager › Request, DNS validation. Settled once it says how to prove the domain; that it is
 * issued is waited for by a kind of its own. Its token holds an hour only: looked for by tag first.
 */
export const certificate: AwsKind<CertificateIn, CertificateOut> = {
  type: 'aws:certificate',
  title: 'Certificate',
  idempotency: 'tagLookup',
  visibleWithinMs: hidesFor,
  after: [],
  expectMs: 10 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) {
      const row = await orAbsent(() => readCertificate(cloud, where.id))
      return row ? found(where.id, await tagsOf(cloud, where.id), row.CreatedAt) : []
    }
    const filter = markFilter(this.type, where)
    const lists = await Promise.all(
      (await listed(cloud)).map(async row =>
        found(row.CertificateArn, await tagsOf(cloud, row.CertificateArn), row.CreatedAt),
      ),
    )
    return lists.flat().filter(thing => carries(thing.tags, filter))
  },
  async create(cloud, { domain, names }, mark) {
    const answer = await cloud.call('acm', 'RequestCertificate', {
      DomainName: domain,
      ...(names.length > 0 && { SubjectAlternativeNames: [domain, ...names] }),
      ValidationMethod: 'DNS',
      IdempotencyToken: mark.token.replace(/\W/g, '_').slice(0, 32),
      Tags: tagList(mark.tags),
    })
    return answer.CertificateArn ?? ''
  },
  async settle(cloud, id, { domain, names }) {
    const told = (row: Certificate) => {
      const options = row.DomainValidationOptions ?? []
      // For every name, not just the first ones.
      return [domain, ...names].every(name =>
        options.some(option => option.DomainName === name && option.ResourceRecord),
      )
    }
    const options = { what: `the validation records of the certificate for ${domain}`, within: 10 * minute }
    const row = await settled(cloud, () => readCertificate(cloud, id), told, options)
    return { id, records: proofsIn(row) }
  },
  async remove(cloud, id, input) {
    // With only tags to go by nothing else tells of the records that proved it.
    if (!input?.domain && !(await isSharedProof(cloud, id))) {
      const { names, proofs } = await provenBy(cloud, id)
      for (const zoneId of await zonesFor(cloud, names)) await removeProofs(cloud, zoneId, proofs)
    }
    return removed(cloud, () => cloud.call('acm', 'DeleteCertificate', { CertificateArn: id }, repeatable), 20 * minute)
  },
}

/** What is asked of people is said again after this long, milliseconds: much else has been written since. */
const AGAIN = 15 * minute

/** `tell`: the records are told to people, because nobody else adds them. */
export type CertificateIssuedIn = { arn: string; tell: boolean }

/** Waits until the proof was seen and the certificate issued. */
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

type Certificate = NonNullable<Awaited<ReturnType<typeof readCertificate>>>

async function readCertificate(cloud: Aws, arn: string) {
  return (await cloud.call('acm', 'DescribeCertificate', { CertificateArn: arn })).Certificate
}

/** Those with other keys than RSA 2048 are left out of the list unless they are asked for. */
async function listed(cloud: Aws) {
  const keyTypes = [
    'RSA_2048',
    'RSA_3072',
    'RSA_4096',
    'EC_prime256v1',
    'EC_secp384r1',
    'EC_secp521r1',
    'RSA_1024',
  ] as const
  const input = { Includes: { keyTypes: [...keyTypes] } }
  return cloud.pages('acm', 'ListCertificates', input, answer => answer.CertificateSummaryList)
}

/** Another certificate of the account for the same name proves itself by the very same record. */
export async function isSharedProof(cloud: Aws, arn: string): Promise<boolean> {
  const own = await orAbsent(() => readCertificate(cloud, arn))
  if (!own) return false
  return (await listed(cloud)).some(row => row.CertificateArn !== arn && row.DomainName === own.DomainName)
}

/** The names that a stack's certificates are for. */
export async function provenNames(cloud: Aws, stack: string): Promise<string[]> {
  const own = await certificate.find(cloud, { stack })
  const sets = await Promise.all(own.map(({ id }) => provenBy(cloud, id)))
  return [...new Set(sets.flatMap(({ names }) => names))]
}

/** What a certificate is for and what proves it; nothing when it is gone. */
export async function provenBy(cloud: Aws, arn: string): Promise<{ names: string[]; proofs: Proof[] }> {
  const row = await orAbsent(() => readCertificate(cloud, arn))
  const names = new Set([row?.DomainName ?? [], row?.SubjectAlternativeNames ?? []].flat())
  return { names: [...names], proofs: row ? proofsIn(row) : [] }
}

async function tagsOf(cloud: Aws, arn: string | undefined): Promise<Record<string, string>> {
  const answer = await orAbsent(() => cloud.call('acm', 'ListTagsForCertificate', { CertificateArn: arn }))
  return tagsIn(answer?.Tags)
}

/** `example.com` and `*.example.com` share one. */
function proofsIn(row: Certificate): Proof[] {
  const proofs = new Map<string, Proof>()
  for (const { ResourceRecord: record } of row.DomainValidationOptions ?? []) {
    if (record?.Name)
      proofs.set(record.Name, { name: record.Name, type: record.Type ?? 'CNAME', value: record.Value ?? '' })
  }
  return [...proofs.values()]
}

/** As the form of a DNS provider asks for it, one field a line. */
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

/** Forms want names without the dot that DNS writes at their end. */
function dotless(name: string): string {
  return name.replace(/\.$/, '')
}

/** `tell`: people add the records, and may as well do without. */
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
