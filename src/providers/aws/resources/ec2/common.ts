import type { Aws } from '../../client.ts'
import { tagList } from '../../read.ts'

/** Metadata by IMDSv2 only. One hop: a container on the machine cannot reach its role. */
export const metadata = { HttpTokens: 'required', HttpPutResponseHopLimit: 1 } as const

/** The root volume: encrypted, gp3, deleted with the machine. `size` in GiB; 0: the image's own. */
export async function rootVolume(cloud: Aws, imageId: string, size: number) {
  const { Images } = await cloud.call('ec2', 'DescribeImages', { ImageIds: [imageId] })
  const name = Images?.[0]?.RootDeviceName ?? '/dev/xvda'
  const own = Images?.[0]?.BlockDeviceMappings?.find(row => row.DeviceName === name)?.Ebs?.VolumeSize
  const VolumeSize = size > 0 ? size : own
  const ebs = { VolumeType: 'gp3' as const, DeleteOnTermination: true, Encrypted: true }
  return { DeviceName: name, Ebs: { ...ebs, ...(VolumeSize && { VolumeSize }) } }
}

/** All instances that match the filters of DescribeInstances. */
export function instancesWith(cloud: Aws, filters: { Name: string; Values: string[] }[]) {
  return cloud.pages('ec2', 'DescribeInstances', { Filters: filters }, answer =>
    answer.Reservations?.flatMap(reservation => reservation.Instances ?? []),
  )
}

/** Tags at creation, as every call of EC2 takes them. */
export function tagged<Type extends string>(type: Type, tags: Record<string, string>) {
  return { TagSpecifications: [{ ResourceType: type, Tags: tagList(tags) }] }
}
