import { afterEach, expect, test } from 'vitest'
import { instance } from '../../../../src/providers/alicloud/resources/ecs/instance.ts'
import { securityGroup } from '../../../../src/providers/alicloud/resources/ecs/security-group.ts'
import { vpc } from '../../../../src/providers/alicloud/resources/vpc/vpc.ts'
import { vswitch } from '../../../../src/providers/alicloud/resources/vpc/vswitch.ts'
import type { Out } from '../../../support/bench.ts'
import { foreigner } from '../../../support/foreigner.ts'
import { type Bench, make, markFor, openBench } from '../support.ts'
import { buildTutorial } from './tutorial.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

test('a removal names what somebody else put in the way, and leaves that alone', async () => {
  bench = await openBench()
  const { cloud, sandbox } = bench
  const mine = await make(cloud, vpc, 'network/vpc', { name: 'mine', cidr: '172.16.0.0/12', description: '' })
  const theirs = await (await foreigner(sandbox.url)).securityGroup(mine.id, 'theirs', {})
  const removal = vpc.remove(cloud, mine.id, undefined, markFor(vpc, 'network/vpc'))
  await expect(removal).rejects.toMatchObject({ list: [`Blocked by: Security group ${theirs} (theirs).`] })
  expect(sandbox.inventory().map(thing => thing.id)).toContain(theirs)
}, 60_000)

test('a machine in the way of its VSwitch and of its security group is named', async () => {
  bench = await openBench()
  const { cloud } = bench
  const ids: Record<string, string> = {}
  await buildTutorial(bench, async (kind, address, input) => {
    const out = await make<Out>(cloud, kind, address, input)
    ids[kind.type] ??= out.id
    return out
  })
  const machine = `Blocked by: ECS instance ${ids[instance.type]} (shop-1).`
  const removals = [
    vswitch.remove(cloud, ids[vswitch.type]!, undefined, markFor(vswitch, 'subnets/vswitch-1')),
    securityGroup.remove(cloud, ids[securityGroup.type]!, undefined, markFor(securityGroup, 'machines/group')),
  ]
  for (const removal of await Promise.allSettled(removals)) {
    expect(removal.status === 'rejected' && removal.reason.list).toContain(machine)
  }
}, 60_000)
