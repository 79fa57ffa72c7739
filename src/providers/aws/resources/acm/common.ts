import type { Aws } from '../../client.ts'
import { orAbsent } from '../common.ts'
import type { Proof } from '../route53/common.ts'

/** A certificate as ACM describes it. */
export type Certificate = NonNullable<Awaited<ReturnType<typeof readCertificate>>>

/** The certificate as ACM describes it, or undefined. */
export async function readCertificate(cloud: Aws, arn: string) {
  return (await cloud.call('acm', 'DescribeCertificate', { CertificateArn: arn })).Certificate
}

/** Without this filter, ListCertificates omits certificates with keys other than RSA 2048. */
export async function listed(cloud: Aws) {
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

/** Whether another certificate of the account for the same name uses the same validation record. */
export async function isSharedProof(cloud: Aws, arn: string): Promise<boolean> {
  const own = await orAbsent(() => readCertificate(cloud, arn))
  if (!own) return false
  return (await listed(cloud)).some(row => row.CertificateArn !== arn && row.DomainName === own.DomainName)
}

/** What a certificate is for and what proves it; nothing when it is gone. */
export async function provenBy(cloud: Aws, arn: string): Promise<{ names: string[]; proofs: Proof[] }> {
  const row = await orAbsent(() => readCertificate(cloud, arn))
  const names = new Set([row?.DomainName ?? [], row?.SubjectAlternativeNames ?? []].flat())
  return { names: [...names], proofs: row ? proofsIn(row) : [] }
}

/** `example.com` and `*.example.com` share one. */
export function proofsIn(row: Certificate): Proof[] {
  const proofs = new Map<string, Proof>()
  for (const { ResourceRecord: record } of row.DomainValidationOptions ?? []) {
    if (record?.Name)
      proofs.set(record.Name, { name: record.Name, type: record.Type ?? 'CNAME', value: record.Value ?? '' })
  }
  return [...proofs.values()]
}
