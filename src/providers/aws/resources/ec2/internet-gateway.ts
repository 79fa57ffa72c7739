import { CloudProblem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { type AwsKind, hidesFor, lookAndDo, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { tagged } from './common.ts'

export type InternetGatewayIn = { vpcId: string; name: string }

/** Console: VPC › Internet gateways › Create, then Attach to VPC. */
export const internetGateway: AwsKind<InternetGatewayIn, { id: string }> = {
  type: 'aws:internet-gateway',
  title: 'Internet gateway',
  idempotency: 'tagLookup',
  visibleWithinMs: hidesFor,
  after: ['aws:vpc'],
  expectMs: 3 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) {
      const row = await orAbsent(() => readInternetGateway(cloud, where.id))
      return found(row?.InternetGatewayId, tagsIn(row?.Tags))
    }
    const input = { Filters: tagFilters(markFilter(this.type, where)) }
    const rows = await cloud.pages('ec2', 'DescribeInternetGateways', input, answer => answer.InternetGateways)
    return rows.flatMap(row => found(row.InternetGatewayId, tagsIn(row.Tags)))
  },
  async create(cloud, { name }, mark) {
    const input = tagged('internet-gateway', named(name, mark.tags))
    const { InternetGateway } = await cloud.call('ec2', 'CreateInternetGateway', input)
    return InternetGateway?.InternetGatewayId ?? ''
  },
  async settle(cloud, id, { vpcId }) {
    const read = () => readInternetGateway(cloud, id)
    const options = { what: `the internet gateway ${id} to be attached`, within: 5 * minute }
    await lookAndDo(cloud, async () => {
      const row = await settled(cloud, read, () => true, options)
      if (row.Attachments?.some(at => at.VpcId === vpcId)) return
      await attach(cloud, id, vpcId)
    })
    const attached = (row: Awaited<ReturnType<typeof read>>) =>
      row?.Attachments?.some(at => at.VpcId === vpcId && /^(available|attached)$/.test(at.State ?? '')) ?? false
    await settled(cloud, read, attached, options)
    return { id }
  },
  remove(cloud, id) {
    const send = async () => {
      const row = await readInternetGateway(cloud, id)
      for (const { VpcId } of row?.Attachments ?? []) {
        // Refused while any public address of the VPC is in use.
        const place = { InternetGatewayId: id, VpcId }
        await orAbsent(() => cloud.call('ec2', 'DetachInternetGateway', place, repeatable))
      }
      await cloud.call('ec2', 'DeleteInternetGateway', { InternetGatewayId: id }, repeatable)
    }
    return removed(cloud, send, 30 * minute)
  },
}

/** Already attached is success: the list lags behind. */
async function attach(cloud: Aws, id: string, vpcId: string): Promise<void> {
  try {
    await cloud.call('ec2', 'AttachInternetGateway', { InternetGatewayId: id, VpcId: vpcId })
  } catch (error) {
    if (!(error instanceof CloudProblem) || error.code !== 'Resource.AlreadyAssociated') throw error
  }
}

async function readInternetGateway(cloud: Aws, id: string) {
  const answer = await cloud.call('ec2', 'DescribeInternetGateways', { InternetGatewayIds: [id] })
  return answer.InternetGateways?.[0]
}
