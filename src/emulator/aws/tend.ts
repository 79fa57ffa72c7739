import { placesOf } from '../world/input.ts'
import type { Call, Operation, World } from '../world/model.ts'
import { regions } from './core/catalog.ts'
import { all } from './core/input.ts'
import { firstAccount, secondAccount } from './protocol/accounts.ts'
import { act } from './services/autoscaling/reconcile.ts'

/**
 * What goes on by itself: Auto Scaling groups keep their size. Nothing runs in the background, so the world is
 * brought to the present before it is looked at.
 */
export function tend(call: Call): void {
  for (const group of all(call, 'auto-scaling-group')) act(call, group)
}

/** The same for every account and region: before the inventory, a front door, or the machines behind it. */
export function tendAll(world: World): void {
  for (const call of awsPlaces(world)) tend(call)
}

/** The operations, each of which finds the world brought to the present. */
export function tended(operations: Record<string, Operation>): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, run]): [string, Operation] => [
      name,
      (input, call) => {
        tend(call)
        return run(input, call)
      },
    ]),
  )
}

/** A call for each account and region, to look around with. */
export function awsPlaces(world: World): Call[] {
  return placesOf(world, 'aws', { accounts: [firstAccount, secondAccount], regions })
}
