import type { Call, World } from '../../world/model.ts'
import { placesOf } from '../../world/places.ts'
import { firstAccount, secondAccount } from '../protocol/accounts.ts'
import { regions } from './catalog.ts'
import { everywhere } from './resources.ts'

const accounts = [firstAccount, secondAccount]

/** A call for each account and region, to look around with. */
export function everyPlace(world: World): Call[] {
  return placesOf(world, 'aws', { accounts, regions })
}

/** The same with the place of the services that have no regions (IAM, Route 53). */
export function everyPlaceAndGlobal(world: World): Call[] {
  return placesOf(world, 'aws', { accounts, regions: [...regions, { id: everywhere }] })
}
