import type { Values } from '../../../answers/question.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { Records } from '../../../steps/results.ts'
import type { AwsLookups } from '../lookups.ts'
import type { CertificateOut } from '../resources/acm/certificate.ts'
import { certificateIssued, certificate as certificateKind, validationRecord } from '../resources/index.ts'
import { homeOf, isSecure } from './domain.ts'
import type { LoadBalancer } from './load-balancer.ts'
import { text } from './names.ts'

/** A certificate for the domain, and what waits until it is issued, where that is waited for. */
export interface Certificate {
  certificate: Handle<CertificateOut>
  issued?: Handle<{ id: string }>
}

/** Console: Certificate Manager → Request, and the DNS record that proves the domain. */
export const certificate = { draw, recordsFor }

/** Nothing without a domain. */
function draw(on: StepDrawing<AwsLookups>, values: Values): Certificate | undefined {
  const home = homeOf(values)
  if (home === 'none') return undefined
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
  if (!isSecure(values)) return { certificate: made }
  // Where people must add the records themselves, the run says so.
  const input = { arn: made.get('id'), tell: home === 'elsewhere' }
  const issued = on.add('certificate-issued', certificateIssued, input, { needs: proven })
  return { certificate: made, issued }
}

/** What people add to a DNS that is not this account's: the proof for the certificate, and the way to the load balancer. */
function recordsFor(values: Values, balancer: LoadBalancer, { certificate }: Certificate): Records {
  return {
    proofs: certificate.get('records'),
    ...(!isSecure(values) && { afterwards: 'domain.wait=yes' }),
    name: { name: text(values, 'domain.name'), type: 'CNAME', value: balancer.get('dnsName') },
  }
}
