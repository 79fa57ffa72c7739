import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  answer,
  build,
  correct,
  correctTheNetwork,
  type Desk,
  enterUntil,
  expectRepeated,
  openDesk,
  printedCommand,
  stopAt,
} from './by-hand.ts'

let desk: Desk
beforeAll(() => {
  desk = openDesk()
})
afterAll(() => desk.close())

it('a stack is built by hand with an invalid answer, a step back, a stop and a correction; the printed command and file repeat its plan', async () => {
  const folder = desk.folder('by-hand')
  const start = () => desk.up(folder, ['--stack', 'shop'])
  const first = start()
  await correctTheNetwork(first, 'VSwitch name', '10.20.0.0/16')
  await stopAt(first, folder, 'Quantity')

  const second = start()
  await enterUntil(second, 'Quantity')
  await enterUntil(second, 'Database name')
  answer(second, 'shop_db')
  await enterUntil(second, 'All right?')
  expect(second.history()).toMatch(/SSH \(port 22\) is open to the whole internet[^?]*--set\s+machine\.sshFrom=/)
  await correct(second, 'VPC name', 'our-network')
  await build(second)
  expect(await second.exit(60_000)).toBe(0)

  expect(printedCommand(second)).toContain('--set vpc.cidr=10.20.0.0/16')
  expect(printedCommand(second)).not.toContain('ssh-rsa')
  expectRepeated(desk, second, folder)
}, 180_000)
