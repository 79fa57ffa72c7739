import type { Values } from '../../../answers/question.ts'
import type { Drawing, Handle } from '../../../engine/kind.ts'
import type { Balancer } from '../../provider.ts'
import { type CertificateOut, certificate, certificateIssued, record, validationRecord } from '../resources/index.ts'
import { homeOf, isSecure } from './domain.ts'
import { text } from './names.ts'

/** A certificate for the domain, and what waits until it is issued, where that is waited for. Nothing without a domain. */
export function drawCertificate(
  on: Drawing,
  values: Values,
): { certificate: Handle<CertificateOut>; issued?: Handle<{ id: string }> } | undefined {
  const home = homeOf(values)
  if (home === 'none') return undefined
  const made = on.add('certificate', certificate, { domain: text(values, 'domain.name'), names: [] })
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
  if (!isSecure(values)) return { certificate: made }
  // Where nobody but people can add the records, they are told.
  const input = { arn: made.get('id'), tell: home === 'elsewhere' }
  const issued = on.add('certificate-issued', certificateIssued, input, { needs: proven })
  return { certificate: made, issued }
}

/** The name that people type, as an alias of the load balancer. */
export function drawName(
  on: Drawing,
  values: Values,
  balancer: Handle<{ id: string; dnsName: string; zoneId: string }>,
): Handle<{ id: string; name: string }> {
  return on.add('domain-record', record, {
    zoneId: text(values, 'domain.zoneId'),
    name: text(values, 'domain.name'),
    type: 'A',
    alias: { dnsName: balancer.get('dnsName'), zoneId: balancer.get('zoneId') },
    values: [],
  })
}

/** What people add to a DNS that is not this account's: the proof for the certificate, and the way to the load balancer. */
export function recordsFor(
  values: Values,
  balancer: Handle<{ id: string; dnsName: string }>,
  made: Handle<CertificateOut>,
): NonNullable<Balancer['records']> {
  return {
    proofs: made.get('records'),
    ...(!isSecure(values) && { afterwards: 'domain.wait=yes' }),
    name: { name: text(values, 'domain.name'), type: 'CNAME', value: balancer.get('dnsName') },
  }
}
