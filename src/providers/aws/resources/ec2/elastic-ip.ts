import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { type AwsKind, hidesFor, minute, orAbsent, removed, second, settled } from '../common.ts'
import { tagged } from './common.ts'

export type ElasticIpIn = { name: string }
export type ElasticIpOut = { id: string; address: string }

/** Console: EC2 › Elastic IPs › Allocate. There is no token, and a second one costs money: looked up by tag first. */
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
        // While a NAT gateway that is being deleted still holds it, AWS refuses it like another account's address.
        { repeatable: true, busy: ({ code, status }) => code === 'AuthFailure' && status !== 401 },
      )
    }
    return removed(cloud, send, 15 * minute)
  },
}

async function readAddress(cloud: Aws, id: string) {
  return (await cloud.call('ec2', 'DescribeAddresses', { AllocationIds: [id] })).Addresses?.[0]
}
