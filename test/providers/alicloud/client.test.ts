import { describe, expect, test } from 'vitest'
import { type CloudProblem, Problem } from '../../../src/base/errors.ts'
import { until } from '../../../src/providers/waiting.ts'
import {
  codeless,
  cut,
  failing,
  good,
  html,
  type Reply,
  reset,
  secretValue,
  send,
  stalled,
  throttled,
  trickling,
  wire,
} from './scripted.ts'

describe('a call comes through what is only passing', () => {
  test('throttling is always waited out, also for a create without a token', async () => {
    const { cloud, seen, events } = await wire([throttled, throttled, throttled, good({ KeyPairName: 'k' })])
    expect(await cloud.call('ecs', 'ImportKeyPair', { KeyPairName: 'k' })).toMatchObject({ KeyPairName: 'k' })
    expect(seen).toHaveLength(4)
    expect(events).toContainEqual({ is: 'throttled', limit: 8 })
  })

  test('a create with a token is sent again unchanged after a lost answer, an HTML page and a 500 without a code', async () => {
    const { cloud, seen } = await wire([
      reset,
      html,
      codeless,
      failing(503, 'ServiceUnavailable'),
      good({ VpcId: 'vpc-1' }),
    ])
    const params = { VpcName: 'a', ClientToken: 't', Tag: [{ Key: 'k', Value: 'v' }] }
    expect(await cloud.call('vpc', 'CreateVpc', params)).toMatchObject({ VpcId: 'vpc-1' })
    expect(seen).toHaveLength(5)
    const fixed = seen.map(sent => {
      const own = Object.fromEntries(sent)
      for (const changing of ['SignatureNonce', 'Signature', 'Timestamp']) delete own[changing]
      return own
    })
    for (const other of fixed) expect(other).toEqual(fixed[0])
    expect(new Set(seen.map(sent => sent.get('SignatureNonce'))).size).toBe(5)
  })

  test('a read is repeated', async () => {
    const { cloud, seen } = await wire([reset, html, good({ Status: 'Available' })])
    expect(await cloud.call('vpc', 'DescribeVpcAttribute', { VpcId: 'v' })).toMatchObject({ Status: 'Available' })
    expect(seen).toHaveLength(3)
  })

  test('an answer that breaks off, stalls or trickles is asked for again', { timeout: 90_000 }, async () => {
    for (const half of [cut, stalled, trickling]) {
      const { cloud, seen } = await wire([half, good({ Status: 'Available' })])
      expect(await cloud.call('vpc', 'DescribeVpcAttribute', { VpcId: 'v' })).toMatchObject({ Status: 'Available' })
      expect(seen).toHaveLength(2)
    }
  })

  test('busy is waited for', async () => {
    const { cloud, seen } = await wire([failing(400, 'TaskConflict'), failing(400, 'IncorrectVSwitchStatus'), good({})])
    await cloud.call('vpc', 'CreateVSwitch', { ClientToken: 't' })
    expect(seen).toHaveLength(3)
  })
})

describe('a call says honestly what is not known', () => {
  test('a create without a token is sent once when the answer is lost', async () => {
    for (const reply of [reset, html, codeless, failing(500, 'InternalError')]) {
      const { cloud, seen } = await wire([reply])
      await expect(cloud.call('slb', 'CreateVServerGroup', { LoadBalancerId: 'lb' })).rejects.toMatchObject({
        outcome: 'unknown',
      })
      expect(seen).toHaveLength(1)
    }
  })

  test('a refusal is a refusal, with code, request id and a next step', async () => {
    const { cloud } = await wire([failing(403, 'OperationDenied.NoStock')])
    await expect(cloud.call('ecs', 'RunInstances', { ClientToken: 't' })).rejects.toMatchObject({
      outcome: 'refused',
      code: 'OperationDenied.NoStock',
      requestId: 'REQ-1',
      next: expect.stringContaining('machine.type'),
    })
  })

  test('what is missing is gone for a removal and a refusal for a create', async () => {
    const { cloud } = await wire([failing(404, 'InvalidVpcId.NotFound'), failing(404, 'InvalidVpcId.NotFound')])
    await expect(cloud.call('vpc', 'DeleteVpc', { VpcId: 'v' })).rejects.toMatchObject({ outcome: 'notFound' })
    await expect(cloud.call('vpc', 'CreateVSwitch', { ClientToken: 't' })).rejects.toMatchObject({ outcome: 'refused' })
  })

  test('a missing permission names the action', async () => {
    const { cloud } = await wire([failing(403, 'Forbidden.RAM')])
    const error = await cloud.call('vpc', 'CreateVpc', { ClientToken: 't' }).catch(caught => caught as CloudProblem)
    expect(error.message).toContain('CreateVpc')
  })
})

describe('no secret leaves in a request line or an error', () => {
  test('everything travels in the body', async () => {
    let line = ''
    const look: Reply = (response, params) => {
      line = `${response.req.method} ${response.req.url}`
      good({})(response, params)
    }
    const { cloud, seen } = await wire([look])
    await cloud.call('rds', 'CreateAccount', { AccountPassword: cloud.reveal({ $secret: 's' }) })
    expect(line).toBe('POST /')
    expect(seen[0]!.get('AccountPassword')).toBe(secretValue)
  })

  test('a message of the cloud is redacted where it quotes a secret, and signature errors are not quoted at all', async () => {
    const quoting: Reply = response =>
      send(response, 400, { Code: 'InvalidPassword', Message: `bad: ${secretValue}`, RequestId: 'R' })
    const signature: Reply = response =>
      send(response, 400, {
        Code: 'SignatureDoesNotMatch',
        Message: `server string: POST&${secretValue}`,
        RequestId: 'R',
      })
    for (const reply of [quoting, signature]) {
      const { cloud } = await wire([reply])
      const params = { AccountPassword: cloud.reveal({ $secret: 's' }) }
      const error: unknown = await cloud.call('rds', 'CreateAccount', params).catch(caught => caught)
      expect(error).toBeInstanceOf(Problem)
      const everything = [error, (error as Error).message, (error as Error).stack, JSON.stringify(error)]
        .map(String)
        .join()
      expect(everything).not.toContain(secretValue)
      expect(everything).not.toContain('server string')
    }
  })
})

describe('waiting', () => {
  test('an interruption ends a wait at once with exit 130, and nothing more is sent', async () => {
    const { cloud, seen, drain } = await wire([])
    const sleeping = cloud.sleep(3_600_000)
    drain.abort()
    await expect(sleeping).rejects.toMatchObject({ exit: 130 })
    await expect(cloud.call('vpc', 'DescribeVpcs')).rejects.toMatchObject({ exit: 130 })
    expect(seen).toHaveLength(0)
  })

  test('until reads until it is done, and says what it waited for when that takes too long', async () => {
    const { cloud } = await wire([])
    let reads = 0
    const done = await until(
      cloud,
      async () => ++reads,
      value => value === 5,
      { what: 'five', within: 60_000 },
    )
    expect(done).toBe(5)
    const never = until(
      cloud,
      async () => 0,
      () => false,
      { what: 'the moon', within: 100 },
    )
    await expect(never).rejects.toThrow('the moon')
  })

  test('work of one key runs in sequence, and a failure does not block it', async () => {
    const { cloud } = await wire([])
    const order: string[] = []
    const slow = cloud.serialize('a', async () => {
      await cloud.sleep(20_000)
      order.push('slow')
    })
    const failing = cloud.serialize('a', async () => {
      order.push('failing')
      throw new Error('no')
    })
    const last = cloud.serialize('a', async () => void order.push('last'))
    const other = cloud.serialize('b', async () => void order.push('other'))
    await Promise.allSettled([slow, failing, last, other])
    expect(order).toEqual(['other', 'slow', 'failing', 'last'])
  })

  test('the next work of a key waits until the cloud is through with the one before, whose answer is there at once', async () => {
    const { cloud } = await wire([])
    const order: string[] = []
    const through = async (answer: string) => {
      await cloud.sleep(20_000)
      order.push(`through with ${answer}`)
      throw new Error('nobody wants to know')
    }
    const first = cloud.serialize('a', async () => 'one', through).then(answer => order.push(`told ${answer}`))
    const second = cloud.serialize('a', async () => order.push('two'))
    await Promise.all([first, second])
    expect(order).toEqual(['told one', 'through with one', 'two'])
  })

  test('what two want at the same time is done once', async () => {
    const { cloud } = await wire([])
    let done = 0
    const work = async () => {
      await cloud.sleep(1000)
      return ++done
    }
    expect(await Promise.all([cloud.coalesce('a', work), cloud.coalesce('a', work)])).toEqual([1, 1])
    expect(await cloud.coalesce('a', work)).toBe(2)
  })
})

describe('lists', () => {
  test('are read page by page, by number and by token', async () => {
    const page = (from: number, count: number, more: object): Reply =>
      good({ L: { R: Array.from({ length: count }, (_, n) => ({ id: from + n })) }, ...more })
    const numbered = await wire([page(1, 2, { TotalCount: 3 }), page(3, 1, { TotalCount: 3 })])
    const paging = { by: 'number', size: 2 } as const
    expect(await numbered.cloud.pages('vpc', 'DescribeVpcs', {}, 'L.R', paging)).toHaveLength(3)
    expect(numbered.seen.map(sent => sent.get('PageNumber'))).toEqual(['1', '2'])
    const tokens = await wire([
      page(1, 2, { NextToken: 'n' }),
      page(3, 0, { NextToken: 'm' }),
      page(3, 1, { NextToken: '' }),
    ])
    expect(await tokens.cloud.pages('ecs', 'DescribeInstances', {}, 'L.R', { by: 'token', size: 2 })).toHaveLength(3)
    expect(tokens.seen.map(sent => sent.get('NextToken'))).toEqual([null, 'n', 'm'])
  })
})
