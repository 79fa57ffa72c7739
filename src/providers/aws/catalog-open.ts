import { CloudProblem, Exit, hasOutcome } from '../../base/errors.ts'
import { type Memoize, memoizer } from '../../base/memoize.ts'
import type { Catalog } from './catalog.ts'
import { cacheCatalog } from './catalog-caches.ts'
import { databaseCatalog } from './catalog-databases.ts'
import { machineCatalog } from './catalog-machines.ts'
import type { Aws } from './client.ts'
import { listed, readCertificate } from './resources/acm/common.ts'
import { orAbsent } from './resources/common.ts'

/** The catalog of the connected region; each question is asked once a connection. */
export function openCatalog(cloud: Aws): Catalog {
  const memoize = memoizer(error => beforehand(error, cloud.region))
  return {
    ...machineCatalog(cloud, memoize),
    ...databaseCatalog(cloud, memoize),
    ...cacheCatalog(cloud, memoize),
    ...accountCatalog(cloud, memoize),
    regions: () =>
      memoize('regions', async () => {
        const { Regions = [] } = await cloud.call('ec2', 'DescribeRegions', {})
        return Regions.flatMap(({ RegionName }) => RegionName ?? []).sort()
      }),
    zones: () =>
      memoize('zones', async () => {
        const { AvailabilityZones = [] } = await cloud.call('ec2', 'DescribeAvailabilityZones', {})
        const usable = AvailabilityZones.filter(
          zone =>
            (zone.State ?? 'available') === 'available' &&
            (zone.ZoneType ?? 'availability-zone') === 'availability-zone' &&
            zone.OptInStatus !== 'not-opted-in',
        )
        return usable.flatMap(({ ZoneName }) => ZoneName ?? []).sort()
      }),
  }
}

/** What the account has already. */
function accountCatalog(
  cloud: Aws,
  memoize: Memoize,
): Pick<Catalog, 'hostedZones' | 'certificates' | 'certificate' | 'keyPair' | 'bucket' | 'addresses' | 'networks'> {
  return {
    hostedZones: () => memoize('hosted zones', () => hostedZonesOf(cloud)),
    certificates: () => memoize('certificates', () => certificatesOf(cloud)),
    certificate: arn => memoize(`certificate ${arn}`, () => certificateOf(cloud, arn)),
    keyPair: name =>
      memoize(`key pair ${name}`, async () => {
        const filter = { Filters: [{ Name: 'key-name', Values: [name] }] }
        const { KeyPairs = [] } = await cloud.call('ec2', 'DescribeKeyPairs', filter)
        const [found] = KeyPairs
        return found && Object.fromEntries((found.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
      }),
    bucket: name => memoize(`bucket ${name}`, () => ownerOf(cloud, name)),
    addresses: () =>
      memoize('addresses', async () => {
        const [{ Addresses = [] }, { AccountAttributes = [] }] = await Promise.all([
          cloud.call('ec2', 'DescribeAddresses', {}),
          cloud.call('ec2', 'DescribeAccountAttributes', { AttributeNames: ['vpc-max-elastic-ips' as never] }),
        ])
        const most = Number(AccountAttributes[0]?.AttributeValues?.[0]?.AttributeValue)
        return { used: Addresses.length, most: most > 0 ? most : Number.POSITIVE_INFINITY }
      }),
    networks: () =>
      memoize('networks', async () => {
        const [vpcs, gateways] = await Promise.all([
          cloud.pages('ec2', 'DescribeVpcs', {}, page => page.Vpcs),
          cloud.pages('ec2', 'DescribeInternetGateways', {}, page => page.InternetGateways),
        ])
        return { vpcs: vpcs.length, gateways: gateways.length }
      }),
  }
}

async function hostedZonesOf(cloud: Aws): Promise<{ id: string; name: string }[]> {
  const rows = await cloud.pages('route53', 'ListHostedZones', {}, page => page.HostedZones)
  return rows.flatMap(({ Id, Name, Config }) =>
    Id && Name && !Config?.PrivateZone
      ? [{ id: Id.replace(/^\/hostedzone\//, ''), name: Name.replace(/\.$/, '') }]
      : [],
  )
}

async function certificatesOf(cloud: Aws): Promise<{ arn: string; names: string[] }[]> {
  const rows = await listed(cloud)
  return rows.flatMap(({ CertificateArn, DomainName, SubjectAlternativeNameSummaries, Status }) =>
    CertificateArn && Status === 'ISSUED'
      ? [{ arn: CertificateArn, names: namesOf(DomainName, SubjectAlternativeNameSummaries) }]
      : [],
  )
}

async function certificateOf(cloud: Aws, arn: string): Promise<{ status: string; names: string[] } | undefined> {
  const row = await orAbsent(() => readCertificate(cloud, arn))
  return row && { status: row.Status ?? 'unknown', names: namesOf(row.DomainName, row.SubjectAlternativeNames) }
}

/** The first name is among the others as a rule. */
function namesOf(first: string | undefined, others: string[] = []): string[] {
  return [...new Set([...(first ? [first] : []), ...others])]
}

/** 404 says that the name is free, 403 that another account has it (docs/facts/aws.md, S3). */
async function ownerOf(cloud: Aws, Bucket: string): Promise<'free' | 'ours' | 'taken'> {
  try {
    await cloud.call('s3', 'HeadBucket', { Bucket }, { sure: true })
    return 'ours'
  } catch (error) {
    if (hasOutcome(error, 'notFound')) return 'free'
    if (hasOutcome(error, 'refused')) return 'taken'
    throw error
  }
}

/** A refusal while looking around is found before the start: nothing was made. */
function beforehand(error: unknown, region: string): unknown {
  if (!hasOutcome(error, 'refused')) return error
  const { what, why, next, code, requestId, list } = error
  const unknownRegion = code === 'InvalidRegion' || code === 'OptInRequired'
  return new CloudProblem('refused', {
    what: unknownRegion ? `AWS has no region ${region}, or none that this account has opted in to.` : what,
    ...(why && { why }),
    ...(next && { next }),
    ...(list.length > 0 && { list }),
    ...(code && { code }),
    ...(requestId && { requestId }),
    exit: Exit.preflight,
  })
}
