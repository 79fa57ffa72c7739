import { afterEach, expect, test } from 'vitest'
import { benchBehind, buildOnce, emptyAgain } from '../../../support/lossy.ts'
import { buildEverything } from '../stack.ts'
import { openBench } from '../support.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

test('the first answer to every changing call is lost after the work was done, and yet there is one of each', async () => {
  const lost = new Set<string>()
  const bench = await benchBehind(openBench, (action, nth) => {
    if (nth > 1 || /^(Describe|List|Get|HEAD)/i.test(action)) return false
    lost.add(action)
    return true
  })
  open.push(bench.close)
  const made = await buildOnce(bench, buildEverything)
  expect([...lost]).toEqual(
    expect.arrayContaining(['CreateVpc', 'AllocateAddress', 'RunInstances', 'ImportKeyPair', 'CreateNatGateway']),
  )
  expect([...lost]).toEqual(
    expect.arrayContaining(['CreateRole', 'CreateDBCluster', 'CreateLoadBalancer', 'CreateListener', 'SendCommand']),
  )
  // Run Command has no token: the history tells that it was sent.
  expect(bench.sandbox.log.counts()['ssm.SendCommand']).toBe(2)
  await emptyAgain(bench, made)
})

test('through a storm of throttling, errors and broken connections there is one of each, and nothing is left', async () => {
  const bench = await openBench({ faults: 'throttle=0.2,error=0.05,reset=0.05,seed=3' })
  open.push(bench.close)
  await emptyAgain(bench, await buildOnce(bench, buildEverything))
})
