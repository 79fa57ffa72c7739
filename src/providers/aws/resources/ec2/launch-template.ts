import { createHash } from 'node:crypto'
import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, lookAndDo, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { type Boot, userData } from '../scripts.ts'
import { metadata, rootVolume, tagged } from './common.ts'

export type LaunchTemplateIn = Boot & {
  name: string
  imageId: string
  type: string
  securityGroupIds: string[]
  /** '' for none. */
  keyName: string
  /** Name of an instance profile; '' for none. */
  instanceProfile: string
  /** GiB; 0: the image's own. */
  volumeSize: number
  instanceTags: Record<string, string>
}
/** `version`: the one with exactly this content; groups use it, never `$Latest`. */
export type LaunchTemplateOut = { id: string; version: string }

/** Console: EC2 › Launch Templates › Create. A change becomes another version of it. */
export const launchTemplate: AwsKind<LaunchTemplateIn, LaunchTemplateOut> = {
  type: 'aws:launch-template',
  title: 'Launch template',
  idempotency: 'uniqueName',
  after: ['aws:security-group', 'aws:key-pair', 'aws:instance-profile'],
  expectMs: 3 * second,
  tagged: true,
  mutable: [
    'imageId',
    'type',
    'securityGroupIds',
    'keyName',
    'instanceProfile',
    'userData',
    'env',
    'parameters',
    'volumeSize',
    'instanceTags',
  ],
  async find(cloud, where) {
    if (!('id' in where) && !where.input) {
      const input = { Filters: tagFilters(markFilter(this.type, where)) }
      const rows = await cloud.pages('ec2', 'DescribeLaunchTemplates', input, answer => answer.LaunchTemplates)
      return rows.flatMap(row => found(row.LaunchTemplateId, tagsIn(row.Tags), row.CreateTime))
    }
    const place = 'id' in where ? { LaunchTemplateIds: [where.id] } : { LaunchTemplateNames: [where.input!.name] }
    const answer = await orAbsent(() => cloud.call('ec2', 'DescribeLaunchTemplates', place))
    const row = answer?.LaunchTemplates?.[0]
    return found(row?.LaunchTemplateId, tagsIn(row?.Tags), row?.CreateTime)
  },
  async create(cloud, input, mark) {
    const data = await dataOf(cloud, input)
    const { LaunchTemplate } = await cloud.call('ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: input.name,
      LaunchTemplateData: data,
      VersionDescription: versionName(data),
      ...tagged('launch-template', named(input.name, mark.tags)),
    })
    return LaunchTemplate?.LaunchTemplateId ?? ''
  },
  async settle(cloud, id, input, mark) {
    const data = await dataOf(cloud, input)
    const name = versionName(data)
    const read = () => readVersions(cloud, id)
    const options = { what: `the launch template ${id}`, within: 5 * minute }
    const version = await lookAndDo(cloud, async () => {
      const versions = await settled(cloud, read, list => list.length > 0, options)
      const known = versions.find(row => row.VersionDescription === name)
      if (known) return known.VersionNumber
      const answer = await cloud.call('ec2', 'CreateLaunchTemplateVersion', {
        LaunchTemplateId: id,
        LaunchTemplateData: data,
        VersionDescription: name,
        ClientToken: `${mark.token}-${name.split(' ')[1]}`,
      })
      return answer.LaunchTemplateVersion?.VersionNumber
    })
    return { id, version: String(version) }
  },
  remove: (cloud, id) =>
    removed(cloud, () => cloud.call('ec2', 'DeleteLaunchTemplate', { LaunchTemplateId: id }, repeatable), 5 * minute),
}

async function dataOf(cloud: Aws, input: LaunchTemplateIn) {
  return {
    ImageId: input.imageId,
    InstanceType: input.type as 't4g.micro',
    SecurityGroupIds: input.securityGroupIds,
    ...(input.keyName && { KeyName: input.keyName }),
    ...(input.instanceProfile && { IamInstanceProfile: { Name: input.instanceProfile } }),
    ...(input.userData && { UserData: userData(cloud, input) }),
    MetadataOptions: metadata,
    BlockDeviceMappings: [await rootVolume(cloud, input.imageId, input.volumeSize)],
    TagSpecifications: (['instance', 'volume'] as const).map(ResourceType => ({
      ResourceType,
      Tags: tagList({ Name: input.name, ...input.instanceTags }),
    })),
  }
}

/** Versions carry no tags: the description says by hash what is in one. */
function versionName(data: object): string {
  return `stackwright ${createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 24)}`
}

function readVersions(cloud: Aws, id: string) {
  const input = { LaunchTemplateId: id }
  return cloud.pages('ec2', 'DescribeLaunchTemplateVersions', input, answer => answer.LaunchTemplateVersions)
}
