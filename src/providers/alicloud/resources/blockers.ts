import type { JsonObject } from '../../../base/json.ts'
import type { Alicloud } from '../cloud.ts'
import { rows, str } from '../read.ts'
import type { Params } from '../wire.ts'

/** What blocks a removal, by the names people find in the console. [] when it is nothing that they could delete. */
export type Blockers = (cloud: Alicloud, id: string) => Promise<string[]>

/** VSwitches and security groups in a VPC. */
export const inVpc: Blockers = async (cloud, id) => {
  const [vswitches, groups] = await Promise.all([
    cloud.pages('vpc', 'DescribeVSwitches', { VpcId: id }, 'VSwitches.VSwitch'),
    cloud.pages('ecs', 'DescribeSecurityGroups', { VpcId: id }, 'SecurityGroups.SecurityGroup'),
  ])
  return [
    ...vswitches.map(row => named('VSwitch', str(row, 'VSwitchId'), str(row, 'VSwitchName'))),
    ...groups
      // Groups that a service made for itself are deleted with the service.
      .filter(row => str(row, 'ServiceManaged') !== 'true')
      .map(row => named('Security group', str(row, 'SecurityGroupId'), str(row, 'SecurityGroupName'))),
  ]
}

/** Machines, load balancers and databases in a VSwitch. */
export const inVSwitch: Blockers = async (cloud, id) => {
  const balancers = await cloud.pages('slb', 'DescribeLoadBalancers', { VSwitchId: id }, 'LoadBalancers.LoadBalancer')
  const databases = await cloud.pages('rds', 'DescribeDBInstances', { VSwitchId: id }, 'Items.DBInstance')
  return [
    ...(await machinesWith(cloud, { VSwitchId: id })),
    ...balancers.map(row => named('Load balancer', str(row, 'LoadBalancerId'), str(row, 'LoadBalancerName'))),
    ...databases.map(row => named('RDS instance', str(row, 'DBInstanceId'), str(row, 'DBInstanceDescription'))),
  ]
}

/** Machines in a security group. */
export const inSecurityGroup: Blockers = (cloud, id) => machinesWith(cloud, { SecurityGroupId: id })

/** Machines, by their network interfaces: an interface without a machine belongs to a service and is deleted with it. */
async function machinesWith(cloud: Alicloud, where: Params): Promise<string[]> {
  const list = 'NetworkInterfaceSets.NetworkInterfaceSet'
  const ports = await cloud.pages('ecs', 'DescribeNetworkInterfaces', where, list, { by: 'token', size: 100 })
  const ids = [...new Set(ports.map(port => str(port, 'InstanceId')).filter(id => id.startsWith('i-')))]
  const machines: JsonObject[] = []
  for (let from = 0; from < ids.length; from += 100) {
    const params = { InstanceIds: JSON.stringify(ids.slice(from, from + 100)), MaxResults: 100 }
    machines.push(...rows(await cloud.call('ecs', 'DescribeInstances', params), 'Instances.Instance'))
  }
  return machines.map(row => named('ECS instance', str(row, 'InstanceId'), str(row, 'InstanceName')))
}

function named(title: string, id: string, name: string): string {
  return name && name !== id ? `${title} ${id} (${name})` : `${title} ${id}`
}
