import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, serve } from '../../../src/commands/emulator.ts'
import { emptyFolder } from '../../support/folder.ts'
import { upHere } from '../../support/stack.ts'

/** Slow enough that a call sent too early meets what is still under way. */
const SPEED = 50

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await serve({ speed: SPEED, seed: 1 })
})
afterEach(() => sandbox.close())

const everything = {
  'vpc.CreateVpc': 1,
  'vpc.CreateVSwitch': 2,
  'ecs.CreateSecurityGroup': 1,
  'ecs.AuthorizeSecurityGroup': 1,
  'ecs.ImportKeyPair': 1,
  'ecs.RunInstances': 2,
  // The machine's key and its setup, for each.
  'ecs.RunCommand': 4,
  'rds.CreateDBInstance': 1,
  'rds.ModifySecurityIps': 1,
  'rds.CreateAccount': 2,
  'rds.CreateDatabase': 1,
  'rds.GrantAccountPrivilege': 1,
  'slb.CreateLoadBalancer': 1,
  'slb.CreateVServerGroup': 1,
  'slb.CreateLoadBalancerHTTPListener': 1,
  'slb.StartLoadBalancerListener': 1,
}

describe('a clean up', () => {
  it('sends one call for each thing it makes, when the cloud is free to take it: none is refused', async () => {
    const folder = await emptyFolder()
    await upHere({ folder, url: sandbox.url, speed: SPEED, answers: { 'machine.count': '2' } })
    const sent = sandbox.log.last().filter(call => call.mutating)
    expect(sent.filter(call => call.code !== '').map(call => `${call.action} ${call.code}`)).toEqual([])
    const counts: Record<string, number> = {}
    for (const { action } of sent) counts[action] = (counts[action] ?? 0) + 1
    // Machines that are ready at the same time are put behind the load balancer together.
    const { 'slb.AddVServerGroupBackendServers': added, ...others } = counts
    expect(others).toEqual(everything)
    expect([1, 2]).toContain(added)
  }, 60_000)
})
