import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'Load balancers are application and network ones with IPv4; gateway load balancers are not simulated.' },
  { says: 'Signing people in (`authenticate-oidc`, `authenticate-cognito`) is refused.' },
  { says: 'Rules that look at headers or queries, regular expressions and transforms are refused.' },
  {
    says: 'Changing the address type of a load balancer is not simulated.',
    operations: ['SetIpAddressType'],
  },
  {
    says: 'Trust stores of mutual TLS are not simulated.',
    operations: ['CreateTrustStore', 'DescribeTrustStores'],
  },
]
