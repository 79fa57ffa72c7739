import { describe, expect, test } from 'vitest'
import type { Values } from '../../../../src/answers/question.ts'
import { draw, type Sheet } from '../../../../src/engine/kind.ts'
import { scalingTier, type TierOf } from '../../../../src/providers/aws/parts/scaling-tier.ts'

const web: TierOf = {
  ...{ key: 'machine', tier: 'web', whose: 'machines', help: '', prefer: ['t4g.small'], server: 'Docker' },
  follows: true,
}
const ready = (address: string) => ({ address, get: (field: string) => ({ $ref: address, field }) }) as never

/** What a tier and its policy draw from these answers. */
function drawn(values: Values, of: TierOf = web) {
  const sheet: Sheet = { nodes: [], texts: new Map() }
  const on = { ...draw('machines', sheet), stack: 'demo', check: () => undefined }
  const setup = { script: '#!/bin/bash\n', env: {}, secrets: {} }
  const subnets = { tier: () => [{ id: 'subnet-1' }, { id: 'subnet-2' }], wayOut: [] } as never
  const places = { subnets, group: ready('machines/group'), profile: ready('machines/profile') }
  const given = { ...places, targets: ready('machines/targets'), setup, parameters: {}, needs: [] }
  const installed = scalingTier.draw(on, values, of, given)
  const front = { ...draw('balancer', sheet), stack: 'demo', check: () => undefined }
  const policy = { at: 'machines', balancer: ready('balancer/load-balancer'), targets: ready('machines/targets') }
  if (of.follows) scalingTier.follow(front, values, of, { ...policy, needs: [installed, ready('balancer/listener')] })
  const node = (address: string) => sheet.nodes.find(one => one.address === address)
  return { node, addresses: sheet.nodes.map(one => one.address) }
}

describe('A tier whose number follows a metric', () => {
  const questions = scalingTier.questions(web)
  const question = (key: string) => questions.find(one => one.key === key)!
  const asked = (values: Values) => questions.filter(one => one.when?.(values) ?? true).map(one => one.key)
  const usual = (key: string, values: Values = {}) => question(key).default!({ values } as never)

  test('asks for the metric, and for the target of that metric alone', () => {
    expect([usual('machine.metric'), usual('machine.targetCpu'), usual('machine.targetRequests')]).toEqual([
      'cpu',
      50,
      1000,
    ])
    expect(asked({ 'machine.metric': 'cpu' })).not.toContain('machine.targetRequests')
    expect(asked({ 'machine.metric': 'requests' })).not.toContain('machine.targetCpu')
  })

  test('says which bound a number of machines breaks', () => {
    const values = { 'machine.count': 3 }
    const wrong = (key: string, value: number) => question(key).check!(value, values)
    expect(wrong('machine.min', 4)).toBe('4 is more than the group starts with (machine.count is 3).')
    expect(wrong('machine.max', 2)).toBe('2 is less than the group starts with (machine.count is 3).')
    expect([wrong('machine.min', 1), wrong('machine.min', 3), wrong('machine.max', 3)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    for (const [key, value] of [
      ['machine.min', 0],
      ['machine.targetCpu', 0],
      ['machine.targetCpu', 101],
      ['machine.targetRequests', 0],
    ] as const)
      expect(wrong(key, value), key).toMatch(/from \d|at least/)
  })

  test('its policy waits for what sets the machines up, and for the listener', () => {
    const { node } = drawn({ 'machine.metric': 'requests', 'machine.targetRequests': 300 })
    expect(node('balancer/web-scaling')).toMatchObject({
      kind: { type: 'aws:scaling-policy' },
      within: 'machines/web-servers',
      input: {
        groupName: { $ref: 'machines/web-servers', field: 'name' },
        name: 'demo-web-load',
        targetRequests: 300,
        loadBalancerArn: { $ref: 'balancer/load-balancer', field: 'id' },
        targetGroupArn: { $ref: 'machines/targets', field: 'id' },
      },
    })
    expect(node('balancer/web-scaling')!.needs).toEqual(
      expect.arrayContaining(['machines/web-setup', 'balancer/listener', 'machines/targets']),
    )
    expect(drawn({ 'machine.targetCpu': 70 }).node('balancer/web-scaling')!.input).toEqual({
      groupName: { $ref: 'machines/web-servers', field: 'name' },
      name: 'demo-web-load',
      targetCpu: 70,
    })
  })

  test('what waits for its machines is content with the fewest there may be', () => {
    const values = { 'machine.count': 3, 'machine.min': 1, 'machine.max': 5 }
    const { node } = drawn(values)
    expect(node('machines/web-servers')!.input).toMatchObject({ min: 1, desired: 3, max: 5, scales: true })
    expect(node('machines/web-setup')!.input.targets).toMatchObject({ count: 1 })
    expect(scalingTier.fewest(values, web)).toBe(1)
    const { follows: _, ...fixed } = web
    const plain = drawn(values, fixed)
    expect(plain.node('machines/web-servers')!.input).not.toHaveProperty('scales')
    expect(plain.node('machines/web-setup')!.input.targets).toMatchObject({ count: 3 })
    expect(plain.addresses).toEqual(['machines/web-template', 'machines/web-servers', 'machines/web-setup'])
  })
})
