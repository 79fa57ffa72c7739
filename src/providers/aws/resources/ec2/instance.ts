import { CloudProblem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, repeatable, second, settled, untilAbsent } from '../common.ts'
import { type Boot, userData } from '../scripts.ts'
import { instancesWith, metadata, rootVolume } from './common.ts'

export type InstanceIn = Boot & {
  name: string
  imageId: string
  /** For example `t4g.micro`. */
  type: string
  subnetId: string
  securityGroupIds: string[]
  /** '' for none. */
  keyName: string
  /** Name of an instance profile; '' for none. */
  instanceProfile: string
  publicIp: boolean
  /** GiB; 0: the image's own. */
  volumeSize: number
  /** The user's own tags. */
  tags: Record<string, string>
}
/** `publicIp` is '' when it has none. */
export type InstanceOut = { id: string; privateIp: string; publicIp: string }

/** Console: EC2 › Instances › Launch. With IMDSv2 only and an encrypted gp3 volume that is deleted with it. */
export const instance: AwsKind<InstanceIn, InstanceOut> = {
  type: 'aws:instance',
  title: 'EC2 instance',
  idempotency: 'token',
  after: ['aws:subnet', 'aws:security-group', 'aws:key-pair', 'aws:instance-profile', 'aws:route-table'],
  expectMs: 40 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) {
      const row = await orAbsent(() => readInstance(cloud, where.id))
      return row && stays(row) ? found(row.InstanceId, tagsIn(row.Tags), row.LaunchTime) : []
    }
    const rows = await instancesWith(cloud, tagFilters(markFilter(this.type, where)))
    return rows.filter(stays).flatMap(row => found(row.InstanceId, tagsIn(row.Tags), row.LaunchTime))
  },
  async create(cloud, input, mark) {
    const { Instances } = await cloud.call('ec2', 'RunInstances', {
      MinCount: 1,
      MaxCount: 1,
      ImageId: input.imageId,
      InstanceType: input.type as 't4g.micro',
      ...(input.keyName && { KeyName: input.keyName }),
      ...(input.instanceProfile && { IamInstanceProfile: { Name: input.instanceProfile } }),
      ...(input.userData && { UserData: userData(cloud, input) }),
      MetadataOptions: metadata,
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: input.subnetId,
          Groups: input.securityGroupIds,
          AssociatePublicIpAddress: input.publicIp,
          DeleteOnTermination: true,
        },
      ],
      BlockDeviceMappings: [await rootVolume(cloud, input.imageId, input.volumeSize)],
      TagSpecifications: [
        { ResourceType: 'instance', Tags: tagList({ ...input.tags, ...named(input.name, mark.tags) }) },
        // Without our mark: it is deleted with its machine and never looked up on its own.
        { ResourceType: 'volume', Tags: tagList({ ...input.tags, Name: input.name }) },
      ],
      ClientToken: mark.token,
    })
    return Instances?.[0]?.InstanceId ?? ''
  },
  async settle(cloud, id, input) {
    const running = (row: Instance) => {
      if (!stays(row)) throw vanished(id, row)
      const addressed = Boolean(row.PrivateIpAddress) && (!input.publicIp || Boolean(row.PublicIpAddress))
      return row.State?.Name === 'running' && addressed
    }
    const row = await settled(cloud, () => readInstance(cloud, id), running, {
      what: `the EC2 instance ${id} to run`,
      within: 15 * minute,
      every: 2 * second,
      vanished: vanished(id),
    })
    return { id, privateIp: row.PrivateIpAddress ?? '', publicIp: row.PublicIpAddress ?? '' }
  },
  async remove(cloud, id) {
    const read = async () => {
      const row = await readInstance(cloud, id)
      return row?.State?.Name === 'terminated' ? undefined : row
    }
    if (!(await orAbsent(read))) return 'gone'
    await orAbsent(() => cloud.call('ec2', 'TerminateInstances', { InstanceIds: [id] }, repeatable))
    return untilAbsent(cloud, read, 10 * minute)
  },
}

type Instance = NonNullable<Awaited<ReturnType<typeof readInstance>>>

/** One instance, also a terminated one (listed for about an hour). */
export async function readInstance(cloud: Aws, id: string) {
  const { Reservations } = await cloud.call('ec2', 'DescribeInstances', { InstanceIds: [id] })
  return Reservations?.[0]?.Instances?.[0]
}

function stays(row: Instance): boolean {
  return !['shutting-down', 'terminated'].includes(row.State?.Name ?? '')
}

/** An accepted instance terminates by itself when the zone has no capacity for its type, or its volume cannot be created. */
function vanished(id: string, row?: Instance): CloudProblem {
  const { Code, Message } = row?.StateReason ?? {}
  return new CloudProblem('retry', {
    what: `The EC2 instance ${id} was accepted and then terminated.`,
    why:
      Message ||
      'The zone has no capacity left for this instance type, or the instance was terminated by someone else.',
    next: 'Choose another instance type or zone, or run the same command again to retry.',
    ...(Code && { code: Code }),
  })
}
