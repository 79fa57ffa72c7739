import { describe, expect, it } from 'vitest'
import { createFaults, parseFaults } from '../../../src/emulator/world/faults.ts'
import { call, codeOf, sandbox } from '../support.ts'

describe('fault specs', () => {
  it('are read with every word they may have', () => {
    expect(parseFaults('throttle=0.2, error=0.05,reset=0.05,slow=0.1:2000,seed=7')).toEqual({
      throttle: 0.2,
      error: 0.05,
      reset: 0.05,
      slow: 0.1,
      slowMs: 2000,
      seed: 7,
    })
  })

  it.each(['throtle=1', 'throttle=2', 'error=', 'slow=x', 'seed=-1', 'throttle=0.9,error=0.2'])(
    'are refused when wrong: %s',
    spec => {
      expect(() => parseFaults(spec)).toThrow(/\.$/)
    },
  )
})

describe('faults', () => {
  const run = (seed: number) => {
    const faults = createFaults(parseFaults(`throttle=0.2,error=0.2,reset=0.2,slow=0.5:10,seed=${seed}`))
    return Array.from({ length: 200 }, (_, nth) => faults.next(nth % 2 ? 'vpc.CreateVpc' : 'ecs.RunInstances'))
  }

  it('come again the same for the same seed, and differ for another', () => {
    expect(run(7)).toEqual(run(7))
    expect(run(7)).not.toEqual(run(8))
  })

  it('hit about as often as asked, before the work and after it, in every shape', () => {
    const met = run(3)
    for (const kind of ['throttle', 'error', 'reset']) {
      const hits = met.filter(fault => fault.is === kind).length
      expect(hits).toBeGreaterThan(20)
      expect(hits).toBeLessThan(60)
    }
    expect(new Set(met.filter(fault => fault.is === 'error').map(fault => fault.shape)).size).toBe(4)
    expect(new Set(met.filter(fault => fault.is === 'reset').map(fault => fault.when)).size).toBe(2)
    expect(met.filter(fault => fault.is === 'throttle').every(fault => fault.when === 'before')).toBe(true)
  })

  it('throttle before anything is made', async () => {
    const { url, inventory } = await sandbox({ faults: 'throttle=1' })
    expect(await codeOf(call(url, 'vpc.CreateVpc', { RegionId: 'ap-northeast-1' }))).toBe('Throttling.User')
    expect(inventory()).toEqual([])
  })

  it('sometimes leave the work done although the client heard nothing good, and a client token finds it again', async () => {
    const { url, inventory, setFaults } = await sandbox()
    const create = () => call(url, 'vpc.CreateVpc', { RegionId: 'ap-northeast-1', ClientToken: 'the-one' })
    let tries = 0
    for (let seed = 1; seed < 20 && inventory().length === 0; seed++) {
      setFaults(`reset=1,seed=${seed}`)
      expect(await codeOf(create())).toMatch(/ECONNRESET|hang up/)
      tries++
    }
    expect(tries).toBeLessThan(20)
    setFaults('')
    expect((await create()).VpcId).toBe(inventory()[0]?.id)
    expect(inventory()).toHaveLength(1)
  })

  it('count every call, and log what was answered without what was asked', async () => {
    const { url, log } = await sandbox({ faults: 'throttle=1' })
    await codeOf(call(url, 'vpc.CreateVpc', { RegionId: 'ap-northeast-1', Description: 'a secret' }))
    await codeOf(call(url, 'vpc.DescribeVpcs', { RegionId: 'ap-northeast-1' }))
    expect(log.counts()).toEqual({ 'vpc.CreateVpc': 1, 'vpc.DescribeVpcs': 1 })
    expect(log.last()).toEqual([
      { number: 1, action: 'vpc.CreateVpc', mutating: true, status: 400, code: 'Throttling.User' },
      { number: 2, action: 'vpc.DescribeVpcs', mutating: false, status: 400, code: 'Throttling.User' },
    ])
  })
})
