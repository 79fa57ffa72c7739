import { expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/base/json.ts'
import type { Alicloud } from '../../../../src/providers/alicloud/cloud.ts'
import { rows, str } from '../../../../src/providers/alicloud/read.ts'
import { kinds } from '../../../../src/providers/alicloud/resources/index.ts'
import { markFor } from '../../../support/bench.ts'
import { type Made, type Proof, proveKinds } from '../../contract.ts'
import { openBench } from '../support.ts'
import { buildTutorial } from './tutorial.ts'

proveKinds({
  cloud: 'Alibaba Cloud',
  openBench,
  kinds,
  everything: buildTutorial,
  // Cloud Assistant's command is sent again with its token, which answers for the first run.
  sentAgain: ['ecs.RunCommand'],
  untagged: ['database/user', 'database/database'],
  lost: [
    ...['CreateVpc', 'RunInstances', 'ImportKeyPair', 'CreateDBInstance', 'CreateAccount'],
    ...['CreateDatabase', 'CreateVServerGroup', 'CreateLoadBalancerHTTPListener', 'RunCommand'],
  ],
  more: setOnTheLiving,
})

function setOnTheLiving(at: Parameters<NonNullable<Proof<Alicloud>['more']>>[0]): void {
  const settle = ({ kind, address, out, input }: Made, changes: JsonObject) =>
    kind.settle(at().bench.cloud, out.id, { ...input, ...changes }, markFor(kind, address))

  test('changed rules are set on the living security group', async () => {
    const rules = at().made('machines/rules')
    await settle(rules, { rules: [{ protocol: 'tcp', ports: '80/80', from: '0.0.0.0/0', description: 'HTTP' }] })
    const attribute = await at().bench.cloud.call('ecs', 'DescribeSecurityGroupAttribute', {
      SecurityGroupId: String(rules.input.groupId),
      Direction: 'ingress',
    })
    expect(rows(attribute, 'Permissions.Permission').map(row => str(row, 'PortRange'))).toEqual(['80/80'])
  })

  test('a changed weight is set on the living backend', async () => {
    const server = at().made('balancer/backend-1')
    await settle(server, { weight: 50 })
    const group = await at().bench.cloud.call('slb', 'DescribeVServerGroupAttribute', {
      VServerGroupId: String(server.input.groupId),
    })
    expect(rows(group, 'BackendServers.BackendServer').map(row => row.Weight)).toEqual([50])
  })

  test('a changed health check is set on the living listener', async () => {
    const listener = at().made('balancer/listener')
    await settle(listener, { health: { ...(listener.input.health as JsonObject), interval: 9 } })
    const now = await at().bench.cloud.call('slb', 'DescribeLoadBalancerHTTPListenerAttribute', {
      LoadBalancerId: String(listener.input.loadBalancerId),
      ListenerPort: 80,
    })
    expect(now.HealthCheckInterval).toBe(9)
    expect(now.Status).toBe('running')
  })

  test('an adopted account gets its password set again', async () => {
    const before = at().bench.calls()['rds.ResetAccountPassword'] ?? 0
    await settle(at().made('database/user'), { password: { $secret: 'database.password', version: 2 } })
    expect(at().bench.calls()['rds.ResetAccountPassword']).toBe(before + 1)
  })
}
