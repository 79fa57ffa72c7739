import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/base/json.ts'
import type { AnyKind } from '../../../../src/engine/kind.ts'
import { rows, str } from '../../../../src/providers/alicloud/read.ts'
import { kinds, resources } from '../../../../src/providers/alicloud/resources/index.ts'
import type { Out } from '../../../support/bench.ts'
import { type Bench, make, markFor, openBench, removeWholly } from '../support.ts'
import { buildTutorial } from './tutorial.ts'

// One contract for every kind: made, found by id and by mark, settled as often as one likes, removed as often as one likes.

interface Made {
  kind: AnyKind
  address: string
  input: JsonObject
  out: Out
}

describe('every kind keeps the contract', () => {
  let bench: Bench
  const made: Made[] = []

  beforeAll(async () => {
    bench = await openBench()
  })
  afterAll(() => bench.close())

  async function build(kind: AnyKind, address: string, input: JsonObject): Promise<Out> {
    const out = await make<Out>(bench.cloud, kind, address, input)
    made.push({ kind, address, input, out })
    return out
  }

  test('the whole stack of the tutorial is made in order', async () => {
    await buildTutorial(bench, build)
    expect(made.map(({ kind }) => kind.type).sort()).toEqual(
      [...kinds.map(kind => kind.type), resources.vswitch.type, resources.dbAccount.type].sort(),
    )
  })

  test('settling it again changes nothing', async () => {
    const before = mutating(bench)
    for (const { kind, address, input, out } of made) {
      expect(await kind.settle(bench.cloud, out.id, input, markFor(kind, address))).toEqual(out)
    }
    // Cloud Assistant's command is sent again with its token, which answers the first run.
    const ran = mutating(bench).filter(
      ([name, count]) => (before.find(([other]) => other === name)?.[1] ?? 0) !== count,
    )
    expect(ran.map(([name]) => name)).toEqual(['ecs.RunCommand'])
  })

  test('it is found by its id, and by its mark where it carries tags', async () => {
    await bench.cloud.sleep(10_000)
    for (const { kind, address, input, out } of made) {
      expect([kind.type, (await kind.find(bench.cloud, { id: out.id, input })).map(({ id }) => id)]).toEqual([
        kind.type,
        [out.id],
      ])
      if (!kind.tagged) continue
      const found = await kind.find(bench.cloud, { stack: 'shop', address })
      expect([kind.type, found.map(({ id }) => id)]).toEqual([kind.type, [out.id]])
      expect(found[0]!.tags).toMatchObject(markFor(kind, address).tags)
      expect(await kind.find(bench.cloud, { stack: 'other' })).toEqual([])
    }
  })

  test('things without tags are known by the token in their description', async () => {
    for (const address of ['database/user', 'database/database']) {
      const { kind, input } = made.find(thing => thing.address === address)!
      const [found] = await kind.find(bench.cloud, { stack: 'shop', address, input })
      expect(found?.tags['stackwright:token']).toBe(markFor(kind, address).token)
    }
  })

  test('sending a create with a token again answers the same id', async () => {
    for (const { kind, address, input, out } of made) {
      if (kind.idempotency !== 'token') continue
      expect(await kind.create(bench.cloud, input, markFor(kind, address))).toBe(out.id)
    }
  })

  test('a name that is taken says so', async () => {
    for (const { kind, address, input } of made) {
      if (kind.idempotency !== 'uniqueName') continue
      await expect(kind.create(bench.cloud, input, markFor(kind, address))).rejects.toMatchObject({ outcome: 'exists' })
    }
  })

  test('changed rules, weights and health checks are set on the living thing', async () => {
    const { cloud } = bench
    const rules = made.find(({ address }) => address === 'machines/rules')!
    const fewer = {
      ...rules.input,
      rules: [{ protocol: 'tcp', ports: '80/80', from: '0.0.0.0/0', description: 'HTTP' }],
    }
    await rules.kind.settle(cloud, rules.out.id, fewer, markFor(rules.kind, rules.address))
    const attribute = await cloud.call('ecs', 'DescribeSecurityGroupAttribute', {
      SecurityGroupId: String(rules.input.groupId),
      Direction: 'ingress',
    })
    expect(rows(attribute, 'Permissions.Permission').map(row => str(row, 'PortRange'))).toEqual(['80/80'])

    const server = made.find(({ address }) => address === 'balancer/backend-1')!
    await server.kind.settle(
      cloud,
      server.out.id,
      { ...server.input, weight: 50 },
      markFor(server.kind, server.address),
    )
    const group = await cloud.call('slb', 'DescribeVServerGroupAttribute', {
      VServerGroupId: String(server.input.groupId),
    })
    expect(rows(group, 'BackendServers.BackendServer').map(row => row.Weight)).toEqual([50])

    const listener = made.find(({ address }) => address === 'balancer/listener')!
    const slower = { ...(listener.input.health as JsonObject), interval: 9 }
    const mark = markFor(listener.kind, listener.address)
    await listener.kind.settle(cloud, listener.out.id, { ...listener.input, health: slower }, mark)
    const { loadBalancerId } = listener.input as { loadBalancerId: string }
    const params = { LoadBalancerId: loadBalancerId, ListenerPort: 80 }
    const now = await cloud.call('slb', 'DescribeLoadBalancerHTTPListenerAttribute', params)
    expect(now.HealthCheckInterval).toBe(9)
    expect(now.Status).toBe('running')
  })

  test('an adopted account gets its password set again', async () => {
    const { kind, address, input, out } = made.find(thing => thing.address === 'database/user')!
    const changed = { ...input, password: { $secret: 'database.password', version: 2 } }
    const before = bench.calls()['rds.ResetAccountPassword'] ?? 0
    await kind.settle(bench.cloud, out.id, changed, markFor(kind, address))
    expect(bench.calls()['rds.ResetAccountPassword']).toBe(before + 1)
  })

  test('removed in reverse order nothing is left, and removing it again is no error', async () => {
    for (const { kind, address, input, out } of [...made].reverse()) {
      await removeWholly(bench.cloud, kind, out.id, address, input)
      expect([kind.type, await kind.remove(bench.cloud, out.id, input, markFor(kind, address))]).toEqual([
        kind.type,
        'gone',
      ])
    }
    await bench.cloud.sleep(30_000)
    expect(bench.sandbox.inventory()).toEqual([])
    for (const { kind, out, input } of made.filter(({ kind }) => kind.tagged)) {
      expect([kind.type, await kind.find(bench.cloud, { id: out.id, input })]).toEqual([kind.type, []])
    }
  })
})

function mutating(bench: Bench): [string, number][] {
  return Object.entries(bench.calls()).filter(([name]) => !/\.(Describe|List|Get)/.test(name))
}
