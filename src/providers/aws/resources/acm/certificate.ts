import type { Aws } from '../../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, hidesFor, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { type Proof, removeProofs, zonesFor } from '../route53/common.ts'
import { type Certificate, isSharedProof, listed, proofsIn, provenBy, readCertificate } from './common.ts'

/** `names`: alternative names besides `domain`. */
export type CertificateIn = { domain: string; names: string[] }
export type CertificateOut = { id: string; records: Proof[] }

/**
 * Console: Certificate Manager › Request, DNS validation. Settled once its validation records are known; a kind of its
 * own waits for the issuance. Its token is valid for an hour only: looked up by tag first.
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
    const hasRecords = (row: Certificate) => {
      const options = row.DomainValidationOptions ?? []
      // For every name, not just the first ones.
      return [domain, ...names].every(name =>
        options.some(option => option.DomainName === name && option.ResourceRecord),
      )
    }
    const options = { what: `the validation records of the certificate for ${domain}`, within: 10 * minute }
    const row = await settled(cloud, () => readCertificate(cloud, id), hasRecords, options)
    return { id, records: proofsIn(row) }
  },
  async remove(cloud, id, input) {
    // A removal from tags alone does not know the validation records: they are removed here.
    if (!input?.domain && !(await isSharedProof(cloud, id))) {
      const { names, proofs } = await provenBy(cloud, id)
      for (const zoneId of await zonesFor(cloud, names)) await removeProofs(cloud, zoneId, proofs)
    }
    return removed(cloud, () => cloud.call('acm', 'DeleteCertificate', { CertificateArn: id }, repeatable), 20 * minute)
  },
}

/** The names that a stack's certificates are for. */
export async function provenNames(cloud: Aws, stack: string): Promise<string[]> {
  const own = await certificate.find(cloud, { stack })
  const sets = await Promise.all(own.map(({ id }) => provenBy(cloud, id)))
  return [...new Set(sets.flatMap(({ names }) => names))]
}

async function tagsOf(cloud: Aws, arn: string | undefined): Promise<Record<string, string>> {
  const answer = await orAbsent(() => cloud.call('acm', 'ListTagsForCertificate', { CertificateArn: arn }))
  return tagsIn(answer?.Tags)
}
