import { CloudProblem, Exit, hasOutcome } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { memoizer } from '../../base/memoize.ts'
import type { Catalog } from './catalog.ts'
import { databaseCatalog } from './catalog-databases.ts'
import { machineCatalog } from './catalog-machines.ts'
import type { Alicloud } from './cloud.ts'
import { rows, str, tagsIn } from './read.ts'

/** The catalog of the connected region; each question is asked once a connection. */
export function openCatalog(cloud: Alicloud): Catalog {
  const regions = () => cloud.call('ecs', 'DescribeRegions')
  const memoize = memoizer(error => beforehand(error, cloud.region, regions))
  return {
    ...machineCatalog(cloud, memoize),
    ...databaseCatalog(cloud, memoize),
    regions: () =>
      memoize('regions', async () => {
        const answer = await regions()
        return rows(answer, 'Regions.Region').map(row => ({ id: str(row, 'RegionId'), name: str(row, 'LocalName') }))
      }),
    balancerZones: () => memoize('balancer zones', () => zonePairs(cloud)),
    keyPair: name =>
      memoize(`key pair ${name}`, async () => {
        const answer = await cloud.call('ecs', 'DescribeKeyPairs', { KeyPairName: name })
        const found = rows(answer, 'KeyPairs.KeyPair').find(row => str(row, 'KeyPairName') === name)
        return found && tagsIn(found)
      }),
  }
}

async function zonePairs(cloud: Alicloud): Promise<{ primary: string; backup: string }[]> {
  const answer = await cloud.call('slb', 'DescribeAvailableResource')
  const pairs = rows(answer, 'AvailableResources.AvailableResource')
  return pairs
    .map(row => ({ primary: str(row, 'MasterZoneId'), backup: str(row, 'SlaveZoneId') }))
    .filter(pair => pair.primary && pair.backup && pair.primary !== pair.backup)
}

/** A refused look-up comes before the start: nothing was made. A wrong region is named with the right ones. */
async function beforehand(error: unknown, region: string, ask: () => Promise<JsonObject>): Promise<unknown> {
  if (!hasOutcome(error, 'refused')) return error
  const { why, next, code, requestId } = error
  const parts = { exit: Exit.preflight, ...(code && { code }), ...(requestId && { requestId }) }
  if (code !== 'InvalidRegionId.NotFound') {
    return new CloudProblem('refused', { ...parts, what: error.what, ...(why && { why }), ...(next && { next }) })
  }
  const ids = await ask()
    .then(answer => rows(answer, 'Regions.Region').map(row => str(row, 'RegionId')))
    .catch(() => [])
  return new CloudProblem('refused', {
    ...parts,
    what: `Alibaba Cloud has no region ${region}, or this account has no access to it.`,
    next: ids.length > 0 ? `Choose one with --region: ${ids.join(', ')}.` : 'Choose another one with --region.',
  })
}
