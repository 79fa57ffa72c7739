import { afterEach, describe, expect, test } from 'vitest'
import { connectAlicloud } from '../../../../src/providers/alicloud/client.ts'
import { rows, str } from '../../../../src/providers/alicloud/read.ts'
import { instance } from '../../../../src/providers/alicloud/resources/ecs/instance.ts'
import { dbInstance } from '../../../../src/providers/alicloud/resources/rds/db-instance.ts'
import { backend } from '../../../../src/providers/alicloud/resources/slb/backend.ts'
import { serverGroup } from '../../../../src/providers/alicloud/resources/slb/server-group.ts'
import type { Out } from '../../../support/bench.ts'
import { type Bench, make, openBench, removeWholly } from '../support.ts'
import { buildTutorial } from './tutorial.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

describe('what is paid ahead', () => {
  test('is said before buying', () => {
    const months = (billing: string) => instance.prepaid?.({ billing, months: 3, name: 'web' } as never)
    expect(months('subscription')).toContain('3 months')
    expect(months('payg')).toBeUndefined()
    expect(dbInstance.prepaid?.({ billing: 'subscription', months: 1, name: 'db' } as never)).toContain('1 month;')
  })

  test('is turned into pay-as-you-go and removed', async () => {
    const bench = await opened()
    const ids: Record<string, string> = {}
    await buildTutorial(bench, async (kind, address, input) => {
      const prepaid = 'billing' in input ? { ...input, billing: 'subscription', months: 1 } : input
      const out = await make<Out>(bench.cloud, kind, address, prepaid)
      ids[kind.type] = out.id
      return out
    })
    const { cloud } = bench
    const machine = await cloud.call('ecs', 'DescribeInstances', { InstanceIds: JSON.stringify([ids[instance.type]]) })
    expect(str(rows(machine, 'Instances.Instance')[0], 'InstanceChargeType')).toBe('PrePaid')
    await removeWholly(cloud, instance, ids[instance.type]!, 'machines/machine-1', {})
    await removeWholly(cloud, dbInstance, ids[dbInstance.type]!, 'database/instance', {})
    expect(bench.calls()).toMatchObject({ 'ecs.ModifyInstanceChargeType': 1, 'rds.TransformDBInstancePayType': 1 })
    expect(await instance.find(cloud, { id: ids[instance.type]! })).toEqual([])
  })
})

test('a final backup that the cloud would not keep stops the removal and says why', async () => {
  const bench = await opened()
  let id = ''
  await buildTutorial(bench, async (kind, address, input) => {
    const out = await make<Out>(bench.cloud, kind, address, input)
    if (kind === dbInstance) id = out.id
    return out
  })
  const removal = removeWholly(bench.cloud, dbInstance, id, 'database/instance', { finalBackup: true })
  await expect(removal).rejects.toThrow('final backup')
  expect(await dbInstance.find(bench.cloud, { id })).toHaveLength(1)
})

test('many backends travel together, a few calls for all of them', async () => {
  const bench = await opened()
  const ids: Record<string, string> = {}
  await buildTutorial(bench, async (kind, address, input) => {
    const out = await make<Out>(bench.cloud, kind, address, input)
    ids[kind.type] = out.id
    return out
  })
  const groupId = ids[serverGroup.type]!
  const instanceId = ids[instance.type]!
  const before = bench.calls()['slb.AddVServerGroupBackendServers'] ?? 0
  const ports = Array.from({ length: 30 }, (_, n) => 8000 + n)
  await Promise.all(
    ports.map(port =>
      make(bench.cloud, backend, `balancer/backend-${port}`, { groupId, instanceId, port, weight: 100 }),
    ),
  )
  const group = await bench.cloud.call('slb', 'DescribeVServerGroupAttribute', { VServerGroupId: groupId })
  expect(rows(group, 'BackendServers.BackendServer')).toHaveLength(31)
  expect(bench.calls()['slb.AddVServerGroupBackendServers']! - before).toBeLessThan(10)
})

describe('credentials that the cloud refuses stop everything before the start, with exit 4', () => {
  const cases: [string, NodeJS.ProcessEnv, string][] = [
    [
      'an unknown key',
      { ALIBABA_CLOUD_ACCESS_KEY_ID: 'nobody', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'x' },
      'aliyun configure',
    ],
    [
      'a wrong secret',
      { ALIBABA_CLOUD_ACCESS_KEY_ID: 'sandbox', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong-secret' },
      'aliyun configure',
    ],
    [
      'an expired token',
      {
        ALIBABA_CLOUD_ACCESS_KEY_ID: 'sandbox-sts',
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'sandbox-sts',
        ALIBABA_CLOUD_SECURITY_TOKEN: 'expired',
      },
      'ALIBABA_CLOUD_SECURITY_TOKEN',
    ],
  ]
  test.each(cases)('%s', async (_name, keys, next) => {
    const { sandbox } = await opened()
    const error: unknown = await connectWith({ ...keys, STACKWRIGHT_ALICLOUD_ENDPOINT: sandbox.url }).catch(
      caught => caught,
    )
    expect(error).toMatchObject({ exit: 4, next: expect.stringContaining(next) })
    expect(String((error as Error).stack)).not.toContain('wrong-secret')
  })

  test('and a live token is let in', async () => {
    const { sandbox } = await opened()
    const connected = await connectWith({
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'sandbox-sts',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'sandbox-sts',
      ALIBABA_CLOUD_SECURITY_TOKEN: 'live',
      STACKWRIGHT_ALICLOUD_ENDPOINT: sandbox.url,
    })
    expect(connected.account).toMatch(/^5\d+$/)
    connected.close()
  })

  test('as does a cloud that cannot be reached', async () => {
    const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'a', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'b' }
    const gone = connectWith({ ...env, STACKWRIGHT_ALICLOUD_ENDPOINT: 'http://127.0.0.1:1' })
    await expect(gone).rejects.toMatchObject({ exit: 4, what: expect.stringContaining('cannot be reached') })
  })
})

async function opened(): Promise<Bench> {
  const bench = await openBench()
  open.push(bench.close)
  return bench
}

function connectWith(env: NodeJS.ProcessEnv) {
  return connectAlicloud({
    region: 'ap-northeast-1',
    env,
    emit: () => {},
    drain: new AbortController().signal,
    reveal: () => '',
    keep: async (_name, make) => make(),
    texts: new Map(),
  })
}
