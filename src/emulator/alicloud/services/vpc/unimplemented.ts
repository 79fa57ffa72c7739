import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  {
    says: 'Elastic IP addresses and NAT gateways are not simulated: a machine has a public address of its own or none.',
    operations: [
      'AllocateEipAddress',
      'AssociateEipAddress',
      'UnassociateEipAddress',
      'ReleaseEipAddress',
      'DescribeEipAddresses',
      'CreateNatGateway',
      'DeleteNatGateway',
      'DescribeNatGateways',
      'CreateSnatEntry',
      'DeleteSnatEntry',
      'DescribeSnatTableEntries',
    ],
  },
  { says: 'A VPC has its system route table; other tables, routes, IPv6 and network ACLs are not simulated.' },
]
