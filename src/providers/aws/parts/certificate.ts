import type { Values } from '../../../answers/question.ts'
import type { Handle, Ref } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Records } from '../../../steps/results.ts'
import { list } from '../../sentences.ts'
import type { AwsLookups } from '../lookups.ts'
import type { CertificateOut } from '../resources/acm/certificate.ts'
import { certificateIssued, certificate as certificateKind, validationRecord } from '../resources/index.ts'
import { homeOf, isApex, isSecure } from './domain.ts'
import type { LoadBalancer, Tls } from './load-balancer.ts'
import { text } from './names.ts'

/** The domain's certificate: one that is made, and what waits until it is issued where that is waited for; or one that exists. */
export type Certificate =
  | { arn: Ref<string>; made: Handle<CertificateOut>; issued?: Handle<{ id: string }> }
  | { arn: string }

/** Console: Certificate Manager → Request, and the DNS record that proves the domain. */
export const certificate = { draw, tls, recordsFor, checks: { usable } }

/** Nothing without a domain. */
function draw(on: StepDrawing<AwsLookups>, values: Values): Certificate | undefined {
  const home = homeOf(values)
  if (home === 'none') return undefined
  if (home === 'certificate') {
    // Before every run: what others look after can have run out or gone.
    on.check([], lookups => usable(lookups, values))
    return { arn: text(values, 'https.certificateArn') }
  }
  const made = on.add('certificate', certificateKind, { domain: text(values, 'domain.name'), names: [] })
  const proven =
    home === 'route53'
      ? [
          on.add('validation-record', validationRecord, {
            zoneId: text(values, 'domain.zoneId'),
            certificateArn: made.get('id'),
            records: made.get('records'),
          }),
        ]
      : []
  const arn = made.get('id')
  if (!isSecure(values)) return { arn, made }
  // Where people must add the records themselves, the run says so.
  const input = { arn, tell: home === 'elsewhere' }
  const issued = on.add('certificate-issued', certificateIssued, input, { needs: proven })
  return { arn, made, issued }
}

/** What the HTTPS listener takes of it; nothing while HTTPS is not served. */
function tls(values: Values, certified: Certificate | undefined): Tls | undefined {
  if (!certified || !isSecure(values)) return undefined
  const needs = 'made' in certified && certified.issued ? [certified.issued] : []
  return { certificateArn: certified.arn, policy: text(values, 'https.policy'), needs }
}

/**
 * What people add to a DNS that is not this account's: the proof for a certificate that is made, and the way to the
 * load balancer. Nothing where this account's Route 53 answers, or without a domain.
 */
function recordsFor(values: Values, balancer: LoadBalancer, certified: Certificate | undefined): Records | undefined {
  if (!certified || homeOf(values) === 'route53') return undefined
  const name = text(values, 'domain.name')
  return {
    ...('made' in certified && { proofs: certified.made.get('records') }),
    ...(!isSecure(values) && { afterwards: 'domain.wait=yes' }),
    // A domain itself cannot have a CNAME (RFC 1034); DNS providers call what takes its place ALIAS or ANAME.
    name: { name, type: isApex(name) ? 'ALIAS' : 'CNAME', value: balancer.get('dnsName') },
  }
}

/** An existing certificate is in this region, issued and for the name that people type (docs/facts/aws.md, ACM). */
async function usable({ catalog, region }: AwsLookups, values: Values): Promise<string[]> {
  const [arn, name] = [text(values, 'https.certificateArn'), text(values, 'domain.name')]
  const [, , , where = ''] = arn.split(':')
  if (where !== region) {
    return [
      `https.certificateArn: the certificate is in ${where}; a load balancer in ${region} needs one of ${region}.`,
    ]
  }
  const found = await catalog.certificate(arn)
  if (!found) return [`https.certificateArn: this account has no certificate ${arn}.`]
  if (found.status !== 'ISSUED') {
    return [`https.certificateArn: the certificate for ${found.names[0]} is ${found.status}, not ISSUED.`]
  }
  if (found.names.some(one => covers(one, name))) return []
  return [
    `domain.name: the certificate is for ${list(found.names)}, not for ${name}. Answer with a name that it covers.`,
  ]
}

/** `*.example.com` covers names with exactly one label more (RFC 6125). */
function covers(pattern: string, name: string): boolean {
  return pattern === name || (pattern.startsWith('*.') && pattern.slice(2) === name.slice(name.indexOf('.') + 1))
}
