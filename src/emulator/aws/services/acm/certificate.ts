import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { arn, date, uuid } from '../../core/ids.ts'
import { object, objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import {
  createResource,
  everywhere,
  findResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
  texts,
  time,
  updateResource,
} from '../../core/resources.ts'
import { moreTags, type TagCodes, tagList, tagsIn, withoutTags } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { firstAccount, secondAccount } from '../../protocol/accounts.ts'

const tagCodes: TagCodes = { bad: 'InvalidTagException', tooMany: 'TooManyTagsException' }
const algorithms = ['RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_prime256v1', 'EC_secp384r1']
const perAccount = 2500

/** Certificates, validated by DNS. */
export const certificateOperations: Record<string, Operation> = {
  'acm.RequestCertificate': operation(
    'DomainName ValidationMethod SubjectAlternativeNames IdempotencyToken DomainValidationOptions Options Tags KeyAlgorithm',
    request,
  ),
  'acm.DescribeCertificate': operation('CertificateArn', (input, call) => ({
    Certificate: describe(call, certificateOf(call, input)),
  })),
  'acm.ListCertificates': operation(
    'CertificateStatuses Includes NextToken MaxItems SortBy SortOrder',
    (input, call) => {
      const statuses = words(input, 'CertificateStatuses')
      // Without asking, only RSA keys of 1024 and 2048 bits are listed.
      const types = words(object(input, 'Includes'), 'keyTypes')
      const shown = types.length > 0 ? types : ['RSA_1024', 'RSA_2048']
      const found = listedResources(call, 'certificate').filter(
        one =>
          shown.includes(text(one, 'algorithm')) &&
          (statuses.length === 0 || statuses.includes(certificateStatus(call, one))),
      )
      const { rows, next } = page(input, found, { limit: 'MaxItems' })
      return { CertificateSummaryList: rows.map(one => summarise(call, one)), ...nextToken(next) }
    },
  ),
  'acm.DeleteCertificate': operation('CertificateArn', (input, call) => {
    const certificate = certificateOf(call, input)
    if (usersOf(call, certificate).length > 0 || call.world.now() < time(certificate, 'usedUntil')) {
      refuse(400, 'ResourceInUseException', `Certificate ${certificate.id} in account ${call.account} is in use.`)
    }
    removeResource(call, certificate)
    return {}
  }),
  'acm.AddTagsToCertificate': operation('CertificateArn Tags', (input, call) => {
    const certificate = certificateOf(call, input)
    certificate.tags = moreTags(certificate, tagsIn(input, tagCodes), tagCodes)
    call.world.touch(certificate)
    return {}
  }),
  'acm.RemoveTagsFromCertificate': operation('CertificateArn Tags', (input, call) => {
    const certificate = certificateOf(call, input)
    certificate.tags = withoutTags(
      certificate,
      objects(input, 'Tags').map(one => word(one, 'Key')),
    )
    call.world.touch(certificate)
    return {}
  }),
  'acm.ListTagsForCertificate': operation('CertificateArn', (input, call) => ({
    Tags: tagList(certificateOf(call, input)),
  })),
}

/** PENDING_VALIDATION until every name's record was there for long enough; once issued, it stays so. */
export function certificateStatus(call: Call, certificate: Resource): string {
  const now = call.world.now()
  if (certificate.data.issuedAt === undefined) {
    const at = issuedFrom(call, certificate)
    if (at === undefined || at > now) {
      return now > certificate.born + times.certificateTimesOut ? 'VALIDATION_TIMED_OUT' : 'PENDING_VALIDATION'
    }
    updateResource(call, certificate, { issuedAt: at })
  }
  return 'ISSUED'
}

/** The listeners that use it, by their load balancers' ARNs. */
function usersOf(call: Call, certificate: Resource): string[] {
  const listeners = resourcesOf(call, 'listener').filter(one =>
    objects(one.data, 'certificates').some(used => used.CertificateArn === certificate.id),
  )
  return [...new Set(listeners.map(one => text(one, 'balancerId')))]
}

function request(input: JsonObject, call: Call): JsonObject {
  const domain = checkDomain(requireParameter(input, 'DomainName', 'ValidationException'), 64)
  const names = [...new Set([domain, ...words(input, 'SubjectAlternativeNames').map(one => checkDomain(one, 253))])]
  const method = word(input, 'ValidationMethod') || 'EMAIL'
  if (method !== 'DNS') refuse(400, 'UnsupportedParameter', 'The emulator validates certificates by DNS only.')
  if (names.length > 10) refuse(400, 'LimitExceededException', 'A certificate has at most 10 names.')
  const algorithm = word(input, 'KeyAlgorithm') || 'RSA_2048'
  if (!algorithms.includes(algorithm)) refuse(400, 'ValidationException', `Unknown key algorithm ${algorithm}.`)
  const token = word(input, 'IdempotencyToken')
  if (token !== '' && !/^\w{1,32}$/.test(token)) {
    refuse(
      400,
      'ValidationException',
      "Value at 'idempotencyToken' failed to satisfy constraint: \\w+ of 1 to 32 characters",
    )
  }
  const tags = tagsIn(input, tagCodes)
  const asked = [domain, names.join(), algorithm].join(' ')
  // The token is remembered for one hour; after that it is a request like any other.
  const before = resourcesOf(call, 'certificate').find(
    one => token !== '' && text(one, 'token') === token && call.world.now() < one.born + times.certificateToken,
  )
  if (before) {
    if (text(before, 'asked') !== asked) {
      refuse(400, 'InvalidParameterException', 'The idempotency token was used with another request.')
    }
    return { CertificateArn: before.id }
  }
  if (resourcesOf(call, 'certificate').length >= perAccount)
    refuse(400, 'LimitExceededException', 'Too many certificates.')
  const id = arn(call, 'acm', `certificate/${uuid(call.world)}`)
  const transparency = word(object(input, 'Options'), 'CertificateTransparencyLoggingPreference') || 'ENABLED'
  createResource(
    call,
    'certificate',
    id,
    { domain, names, algorithm, token, asked, transparency, usedUntil: 0 },
    { tags },
  )
  return { CertificateArn: id }
}

function checkDomain(name: string, longest: number): string {
  const low = name.toLowerCase()
  if (
    low.length > longest ||
    !/^(\*\.)?(((?!-)[a-z0-9-]{1,62}[a-z0-9]|[a-z0-9])\.)+((?!-)[a-z0-9-]{1,62}[a-z0-9])$/.test(low)
  ) {
    refuse(
      400,
      'ValidationException',
      `Value '${name}' at 'domainName' failed to satisfy constraint: a domain name of at most ${longest} characters`,
    )
  }
  return low
}

function certificateOf(call: Call, input: JsonObject): Resource {
  const id = requireParameter(input, 'CertificateArn', 'ValidationException')
  if (!id.startsWith('arn:aws:acm:')) refuse(400, 'InvalidArnException', `Invalid certificate ARN ${id}`)
  const found = findResource(call, 'certificate', id)
  return found ?? refuse(400, 'ResourceNotFoundException', `Could not find certificate ${id}.`)
}

/** The record that proves a name. `example.com` and `*.example.com` have the same one; an account always gets the same. */
function proofOf(account: string, name: string): { name: string; value: string } {
  const base = name.replace(/^\*\./, '')
  const digest = (salt: string) => createHash('sha256').update(`${salt} ${account} ${base}`).digest('hex')
  const letters = digest('zone')
    .replace(/\d/g, digit => 'ghijklmnop'[Number(digit)]!)
    .slice(0, 10)
  return {
    name: `_${digest('name').slice(0, 32)}.${base}.`,
    value: `_${digest('value').slice(0, 32)}.${letters}.acm-validations.aws.`,
  }
}

/** When the last of its records was there for long enough; undefined while one is missing. DNS has no accounts. */
function issuedFrom(call: Call, certificate: Resource): number | undefined {
  const records = [firstAccount, secondAccount].flatMap(account =>
    call.world.list('record', { account, region: everywhere }),
  )
  const moments = texts(certificate, 'names').map(name => {
    const proof = proofOf(certificate.account, name)
    const record = records.find(
      one =>
        text(one, 'name') === proof.name &&
        text(one, 'recordType') === 'CNAME' &&
        objects(object(one.data, 'shown'), 'ResourceRecords').some(
          row => word(row, 'Value').replace(/\.?$/, '.') === proof.value,
        ),
    )
    return record && Math.max(time(record, 'since'), certificate.born) + times.certificateIssued
  })
  return moments.includes(undefined) ? undefined : Math.max(...moments.map(Number))
}

function summarise(call: Call, one: Resource): JsonObject {
  const status = certificateStatus(call, one)
  return {
    CertificateArn: one.id,
    DomainName: text(one, 'domain'),
    SubjectAlternativeNameSummaries: texts(one, 'names'),
    HasAdditionalSubjectAlternativeNames: false,
    Status: status,
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: text(one, 'algorithm'),
    InUse: usersOf(call, one).length > 0,
    RenewalEligibility: 'INELIGIBLE',
    CreatedAt: date(call, one.born),
    ...(status === 'ISSUED' && { IssuedAt: date(call, time(one, 'issuedAt')) }),
  }
}

function describe(call: Call, one: Resource): JsonObject {
  const status = certificateStatus(call, one)
  const issued = status === 'ISSUED'
  const year = 365 * 24 * 3_600_000
  return {
    CertificateArn: one.id,
    DomainName: text(one, 'domain'),
    SubjectAlternativeNames: texts(one, 'names'),
    DomainValidationOptions: texts(one, 'names').map(name => validationOf(call, one, name, issued)),
    Subject: `CN=${text(one, 'domain')}`,
    Issuer: 'Amazon',
    Status: status,
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: text(one, 'algorithm'),
    SignatureAlgorithm: 'SHA256WITHRSA',
    InUseBy: usersOf(call, one),
    RenewalEligibility: 'INELIGIBLE',
    Options: { CertificateTransparencyLoggingPreference: text(one, 'transparency') },
    CreatedAt: date(call, one.born),
    ...(issued && {
      IssuedAt: date(call, time(one, 'issuedAt')),
      NotBefore: date(call, time(one, 'issuedAt')),
      NotAfter: date(call, time(one, 'issuedAt') + year),
    }),
  }
}

/** The record is not there at once. */
function validationOf(call: Call, one: Resource, name: string, issued: boolean): JsonObject {
  const proof = proofOf(one.account, name)
  const shown = call.world.now() >= one.born + times.validationShown
  return {
    DomainName: name,
    ValidationDomain: name,
    ValidationStatus: issued ? 'SUCCESS' : 'PENDING_VALIDATION',
    ValidationMethod: 'DNS',
    ...(shown && { ResourceRecord: { Name: proof.name, Type: 'CNAME', Value: proof.value } }),
  }
}
