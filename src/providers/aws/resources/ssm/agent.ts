import type { Aws } from '../../client.ts'
import { minute, second, until } from '../common.ts'

/** Waits, at most 15 minutes, until the Systems Manager agent is online on each of these machines. */
export async function untilOnline(cloud: Aws, instanceIds: string[]): Promise<void> {
  const input = { Filters: [{ Key: 'InstanceIds', Values: instanceIds }] }
  const read = () => cloud.pages('ssm', 'DescribeInstanceInformation', input, answer => answer.InstanceInformationList)
  const online = (rows: Awaited<ReturnType<typeof read>>) =>
    instanceIds.every(id => rows.some(row => row.InstanceId === id && row.PingStatus === 'Online'))
  const what = `the Systems Manager agent on ${instanceIds.join(', ')} (it needs its role and a way to the Internet)`
  await until(cloud, read, online, { what, within: 15 * minute, every: 2 * second })
}
