import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  {
    says: 'VPC peering, endpoints, transit gateways and VPNs are not simulated.',
    operations: ['CreateVpcPeeringConnection', 'CreateVpcEndpoint', 'CreateTransitGateway', 'CreateVpnGateway'],
  },
  {
    says: 'Network ACLs are not simulated: a subnet lets everything pass.',
    operations: ['CreateNetworkAcl', 'CreateNetworkAclEntry', 'DescribeNetworkAcls'],
  },
  {
    says: 'No account has a default VPC.',
    operations: ['CreateDefaultVpc', 'CreateDefaultSubnet'],
  },
  {
    says: 'IPv6 blocks of VPCs and subnets are not simulated.',
    operations: ['AssociateVpcCidrBlock', 'AssociateSubnetCidrBlock', 'CreateEgressOnlyInternetGateway'],
  },
  { says: 'NAT gateways are public and in one zone.' },
  {
    says: 'Volumes come with instances only; snapshots and images of one’s own are not simulated.',
    operations: ['CreateVolume', 'AttachVolume', 'CreateSnapshot', 'CreateImage'],
  },
  { says: 'An instance has one network interface, made with it; key pairs that the cloud makes are RSA.' },
  {
    says: 'Spot instances, fleets, dedicated hosts and reservations are not simulated.',
    operations: ['RequestSpotInstances', 'CreateFleet', 'AllocateHosts', 'CreateCapacityReservation'],
  },
  {
    says: 'Of an instance there is no console output.',
    operations: ['GetConsoleOutput', 'GetConsoleScreenshot'],
  },
]
