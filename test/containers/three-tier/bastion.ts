import { slowly } from '../aws/support.ts'
import type { Tiers } from './stack.ts'

/** A machine with a public address that a person puts beside the stack, to log in to the others from it. */
export interface Bastion {
  id: string
  address: string
  /** Lets it, or everybody in a block, reach SSH of both tiers; takes that back. */
  letIn(cidr?: string): Promise<void>
  keepOut(cidr?: string): Promise<void>
  /** It, its rules and its security group. */
  remove(): Promise<void>
}

/** In a public subnet of the stack; SSH of its own is open to the world. */
export async function startBastion({ ec2 }: Tiers): Promise<Bastion> {
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({})
  const tiers = SecurityGroups.filter(one => /^tiers-(web|app)$/.test(one.GroupName!))
  const VpcId = tiers[0]!.VpcId!
  const subnet = await ec2.describeSubnets({
    Filters: [{ Name: 'tag:stackwright:address', Values: ['subnets/public-1'] }],
  })
  const template = await ec2.describeInstances({ Filters: [{ Name: 'tag:Server', Values: ['App'] }] })
  const { ImageId, InstanceType } = template.Reservations![0]!.Instances![0]!
  const own = await ec2.createSecurityGroup({ VpcId, GroupName: 'bastion', Description: 'bastion' })
  const GroupId = own.GroupId!
  const range = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22 }
  const rule = (cidr?: string) =>
    cidr ? { ...range, IpRanges: [{ CidrIp: cidr }] } : { ...range, UserIdGroupPairs: [{ GroupId }] }
  const open = async (group: string, cidr?: string) =>
    await ec2.authorizeSecurityGroupIngress({ GroupId: group, IpPermissions: [rule(cidr)] })
  // A fresh group is not known everywhere at once.
  await slowly(
    () => known(open(GroupId, '0.0.0.0/0')),
    yes => yes,
    30,
  )
  const place = { SubnetId: subnet.Subnets![0]!.SubnetId!, Groups: [GroupId], AssociatePublicIpAddress: true }
  const { Instances } = await ec2.runInstances({
    ...{ ImageId, InstanceType, MinCount: 1, MaxCount: 1 },
    NetworkInterfaces: [{ DeviceIndex: 0, ...place }],
  })
  const id = Instances![0]!.InstanceId!
  const stateOf = async () => {
    const { Reservations } = await ec2.describeInstances({ Filters: [{ Name: 'instance-id', Values: [id] }] })
    return Reservations?.[0]?.Instances?.[0]?.State?.Name
  }
  await slowly(stateOf, state => state === 'running')
  const revoke = async (cidr?: string) => {
    for (const group of tiers) {
      await ec2.revokeSecurityGroupIngress({ GroupId: group.GroupId!, IpPermissions: [rule(cidr)] }).catch(() => {})
    }
  }
  return {
    ...{ id, address: Instances![0]!.PrivateIpAddress!, keepOut: revoke },
    async letIn(cidr) {
      for (const group of tiers) await open(group.GroupId!, cidr)
    },
    async remove() {
      await revoke()
      await ec2.terminateInstances({ InstanceIds: [id] })
      await slowly(stateOf, state => state === undefined || state === 'terminated')
      await slowly(
        () => known(ec2.deleteSecurityGroup({ GroupId })),
        yes => yes,
        60,
      )
    },
  }
}

async function known(work: Promise<unknown>): Promise<boolean> {
  return await work.then(
    () => true,
    () => false,
  )
}
