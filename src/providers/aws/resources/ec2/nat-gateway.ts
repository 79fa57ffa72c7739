import { CloudProblem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, repeatable, second, settled, untilAbsent } from '../common.ts'
import { tagged } from './common.ts'

export type NatGatewayIn = { subnetId: string; allocationId: string; name: string }

/** Console: VPC › NAT gateways › Create. Needs an attached internet gateway and a route to it from its subnet. */
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
      // A deleted one is still listed for about an hour.
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

/** A failed one does not recover; AWS removes it within an hour. */
function failed(id: string, { State, FailureCode, FailureMessage }: Nat): CloudProblem {
  return new CloudProblem('retry', {
    what: `Creating the NAT gateway ${id} failed (${State}).`,
    why: [FailureCode, FailureMessage].filter(Boolean).join(': ') || 'AWS gives no reason.',
    next: 'Fix the cause, then run the same command again: it creates another one.',
    ...(FailureCode && { code: FailureCode }),
  })
}
