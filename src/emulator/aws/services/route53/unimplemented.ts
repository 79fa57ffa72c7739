import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'Zones are public; private zones are refused. No name server answers: a name resolves nowhere.' },
  { says: 'Routing policies besides the simple one are refused.' },
  {
    says: 'Health checks, delegation sets, DNSSEC and traffic policies are not simulated.',
    operations: ['CreateHealthCheck', 'CreateReusableDelegationSet', 'EnableHostedZoneDNSSEC', 'CreateTrafficPolicy'],
  },
]
