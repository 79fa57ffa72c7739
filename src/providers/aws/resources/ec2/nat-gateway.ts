import { CloudProblem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, repeatable, second, settled, untilAbsent } from '../common.ts'
import { tagged } from './common.ts'

export type NatGatewayIn = { subnetId: string; allocationId: string; name: string }

/** Console: VPC › NAT gateways › Create. Needs the internet gateway attached and its subnet's route to it. */
export const natGateway: AwsKind<NatGatewayIn, { id: string }> = {
  type: 'aws:nat-gateway',
  title: 'NAT gateway',
  idempotency: 'token',
  after: ['aws:subnet', 'aws:elastic-ip', 'aws:internet-gateway'],
  expectMs: 100 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) {
      const row = await orAbsent(() => readNat(cloud, where.id))
      return row && lives(row) ? found(row.NatGatewayId, tagsIn(row.Tags), row.CreateTime) : []
    }
    const input = { Filter: tagFilters(markFilter(this.type, where)) }
    const rows = await cloud.pages('ec2', 'DescribeNatGateways', input, answer => answer.NatGateways)
    return rows.filter(lives).flatMap(row => found(row.NatGatewayId, tagsIn(row.Tags), row.CreateTime))
  },
  async create(cloud, { subnetId, allocationId, name }, mark) {
    const input = {
      SubnetId: subnetId,
      AllocationId: allocationId,
      ConnectivityType: 'public' as const,
      ClientToken: mark.token,
      ...tagged('natgateway', named(name, mark.tags)),
    }
    return (await cloud.call('ec2', 'CreateNatGateway', input)).NatGateway?.NatGatewayId ?? ''
  },
  async settle(cloud, id) {
    const available = (row: Nat) => {
      if (row.State === 'available') return true
      if (row.State !== 'pending') throw failed(id, row)
      return false
    }
    const options = { what: `the NAT gateway ${id}`, within: 15 * minute, every: 2 * second }
    await settled(cloud, () => readNat(cloud, id), available, options)
    return { id }
  },
  async remove(cloud, id) {
    const read = async () => {
      const row = await readNat(cloud, id)
      // A deleted one is shown for about an hour.
      return row && row.State !== 'deleted' && row.State !== 'failed' ? row : undefined
    }
    const row = await orAbsent(read)
    if (!row) return 'gone'
    if (row.State !== 'deleting') {
      await orAbsent(() => cloud.call('ec2', 'DeleteNatGateway', { NatGatewayId: id }, repeatable))
    }
    return untilAbsent(cloud, read, 10 * minute)
  },
}

type Nat = NonNullable<Awaited<ReturnType<typeof readNat>>>

async function readNat(cloud: Aws, id: string) {
  return (await cloud.call('ec2', 'DescribeNatGateways', { NatGatewayIds: [id] })).NatGateways?.[0]
}

function lives({ State }: { State?: string | undefined }): boolean {
  return State === 'pending' || State === 'available'
}

/** A failed one is never repaired; AWS removes it within the hour. */
function failed(id: string, { State, FailureCode, FailureMessage }: Nat): CloudProblem {
  return new CloudProblem('retry', {
    what: `The NAT gateway ${id} came to nothing (${State}).`,
    why: [FailureCode, FailureMessage].filter(Boolean).join(': ') || 'AWS gives no reason.',
    next: 'Put right what it names, then run the same command again: a new one is made.',
    ...(FailureCode && { code: FailureCode }),
  })
}
