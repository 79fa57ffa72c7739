import type { Call, World } from './model.ts'

/** A call for each account and region, to look around with. */
export function placesOf(
  world: World,
  cloud: Call['cloud'],
  { accounts, regions }: { accounts: string[]; regions: { id: string }[] },
): Call[] {
  const nothing = { product: '', action: '', requestId: '' }
  return accounts.flatMap(account => regions.map(({ id }) => ({ ...nothing, cloud, region: id, account, world })))
}
