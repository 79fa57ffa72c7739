import { CloudProblem } from '../../../base/errors.ts'
import type { Aws } from '../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../read.ts'
import {
  type AwsKind,
  hidesFor,
  minute,
  orAbsent,
  removed,
  repeatable,
  second,
  settled,
  tagged,
  untilAbsent,
} from './common.ts'

export type ElasticIpIn = { name: string }
export type ElasticIpOut = { id: string; address: string }

/** Console: EC2 › Elastic IPs › Allocate. No token, and a second one costs money: looked for by tag first. */
export const elasticIp: AwsKind<ElasticIpIn, ElasticIpOut> = {
  type: 'aws:elastic-ip',
  title: 'Elastic IP',
  idempotency: 'tagLookup',
  visibleWithinMs: hidesFor,
  after: ['aws:internet-gateway'],
  expectMs: 2 * second,
  tagged: true,
  async find(cloud, where) {
    const input = 'id' in where ? { AllocationIds: [where.id] } : { Filters: tagFilters(markFilter(this.type, where)) }
    const answer = await orAbsent(() => cloud.call('ec2', 'DescribeAddresses', input))
    return (answer?.Addresses ?? []).flatMap(row => found(row.AllocationId, tagsIn(row.Tags)))
  },
  async create(cloud, { name }, mark) {
    const input = { Domain: 'vpc' as const, ...tagged('elastic-ip', named(name, mark.tags)) }
    return (await cloud.call('ec2', 'AllocateAddress', input)).AllocationId ?? ''
  },
  async settle(cloud, id) {
    const options = { what: `the Elastic IP ${id}`, within: 5 * minute }
    const row = await settled(
      cloud,
      () => readAddress(cloud, id),
      row => Boolean(row.PublicIp),
      options,
    )
    return { id, address: row.PublicIp ?? '' }
  },
  remove(cloud, id) {
    const send = async () => {
      if (!(await orAbsent(() => readAddress(cloud, id)))) return
      await cloud.call(
        'ec2',
        'ReleaseAddress',
        { AllocationId: id },
        // What a NAT gateway that is going still holds is refused like somebody else's.
        { repeatable: true, busy: ({ code, status }) => code === 'AuthFailure' && status !== 401 },
      )
    }
    return removed(cloud, send, 15 * minute)
  },
}

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

async function readAddress(cloud: Aws, id: string) {
  return (await cloud.call('ec2', 'DescribeAddresses', { AllocationIds: [id] })).Addresses?.[0]
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
