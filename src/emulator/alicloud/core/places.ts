import type { Call, World } from '../../world/model.ts'
import { placesOf } from '../../world/places.ts'
import { firstAccount, secondAccount } from '../protocol/accounts.ts'
import { regions } from './catalog.ts'

/** A call for each account and region, to look around with. */
export function everyPlace(world: World): Call[] {
  return placesOf(world, 'alicloud', { accounts: [firstAccount, secondAccount], regions })
}
