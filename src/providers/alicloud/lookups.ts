import type { Choice } from '../../answers/question.ts'
import type { Market, Wish } from './catalog.ts'
import { makePrivateKey, PRIVATE_KEY, publicKeyOf } from './chapters/keys.ts'
import { classesIn, databases } from './lookups-databases.ts'
import { machines } from './lookups-machines.ts'
import { byFitness, suggestible } from './ranking.ts'

/** What the connected cloud tells the questions: what there is to choose, and what to suggest. Zones given as `''` or `[]` mean "wherever". */
export interface AlicloudLive {
  market: Market
  regionChoices(): Promise<Choice[]>
  zoneChoices(wish: Wish): Promise<Choice[]>
  /** Zones that have the machines as well as the database, best first, then the other ones. `both`: how many have both. */
  zonesWithBoth(wish: Wish): Promise<{ zones: string[]; both: number }>
  typeChoices(zones: string[], wish: Wish): Promise<Choice[]>
  defaultType(zones: string[], wish: Wish): Promise<string | undefined>
  imageChoices(type: string): Promise<Choice[]>
  defaultImage(type: string): Promise<string | undefined>
  diskChoices(zones: string[], wish: Wish): Promise<Choice[]>
  defaultDisk(zones: string[], wish: Wish): Promise<string | undefined>
  versionChoices(zone: string, wish: Wish): Promise<Choice[]>
  defaultVersion(zone: string, wish: Wish): Promise<string | undefined>
  defaultCategory(zone: string, wish: Wish): Promise<string | undefined>
  storageChoices(zone: string, wish: Wish): Promise<Choice[]>
  defaultStorage(zone: string, wish: Wish): Promise<string | undefined>
  classChoices(zone: string, wish: Wish): Promise<Choice[]>
  defaultClass(zone: string, wish: Wish): Promise<string | undefined>
  /** GB: at least 20, more where the class wants more. */
  smallestStorage(zone: string, wish: Wish): Promise<number | undefined>
  primaryZoneChoices(): Promise<Choice[]>
  backupZoneChoices(primary: string): Promise<Choice[]>
  defaultBalancerZones(first: string, second: string): Promise<{ primary: string; backup: string } | undefined>
  defaultBackupZone(primary: string, first: string, second: string): Promise<string | undefined>
  /** The public half of a key made once for this stack; its private half is in the secret store. */
  generatedKey(stack: string): Promise<string>
}

type Keep = (name: string, make: () => string) => Promise<string>

/** What the questions ask the connected region while they are asked. Its promises fail with the market's Problems. */
export function openLive(market: Market, keep: Keep): AlicloudLive {
  return {
    market,
    ...machines(market),
    ...databases(market),
    ...balancers(market),
    regionChoices: async () =>
      (await market.regions()).map(({ id, name }) => ({ value: id, name: `${id.padEnd(16)} ${name}` })),
    zonesWithBoth: wish => zonesWithBoth(market, wish),
    async zoneChoices(wish) {
      const { zones, both } = await zonesWithBoth(market, wish)
      const what = `${wish.type ?? 'machines'} and RDS ${wish.engine}`
      return zones.map((zone, i) => ({
        value: zone,
        name: zone,
        hint: i < both ? `has ${what}` : `has not both ${what}`,
      }))
    },
    generatedKey: async stack => publicKeyOf(await keep(PRIVATE_KEY, makePrivateKey), stack),
  }
}

/** The best type that is in stock in two zones with the database decides; otherwise the one in most of them. */
async function zonesWithBoth(market: Market, wish: Wish): Promise<{ zones: string[]; both: number }> {
  const [stock, databaseZones, pairs] = await Promise.all([
    market.stock(wish.billing),
    zonesWithDatabase(market, wish),
    market.balancerZones(),
  ])
  const all = [...stock.keys()].sort()
  const sets = (await candidates(market, wish)).map(type =>
    all.filter(zone => stock.get(zone)?.has(type) && databaseZones.has(zone)),
  )
  const both = sets.find(zones => zones.length >= 2) ?? sets.find(zones => zones.length > 0) ?? []
  // A load balancer that can stand in these two zones saves the requests a walk.
  const fits = (zone: string) => pairs.some(pair => pair.primary === zone && both.includes(pair.backup))
  const ordered = [...both].sort((a, b) => Number(fits(b)) - Number(fits(a)))
  const rest = all.filter(zone => !both.includes(zone))
  // Where none has both, one with the database is the better second: machines are sold nearly everywhere.
  rest.sort((a, b) => Number(databaseZones.has(b)) - Number(databaseZones.has(a)))
  return { zones: [...ordered, ...rest], both: both.length }
}

async function zonesWithDatabase(market: Market, wish: Wish): Promise<Set<string>> {
  const zones = [...(await market.databases(wish.engine, wish.dbBilling)).keys()]
  const has = await Promise.all(
    zones.map(async zone => {
      const classes = await classesIn(market, zone, wish)
      return wish.class ? classes.some(({ id }) => id === wish.class) : classes.length > 0
    }),
  )
  return new Set(zones.filter((_, i) => has[i]))
}

/** Types to suggest, best first: the wished one, or all sensible ones. */
async function candidates(market: Market, wish: Wish): Promise<string[]> {
  if (wish.type) return [wish.type]
  const specs = [...(await market.specs()).values()]
  const sensible = specs.filter(suggestible)
  return (sensible.length > 0 ? sensible : specs).sort(byFitness).map(({ id }) => id)
}

function balancers(market: Market) {
  const zones = (list: string[]): Choice[] => [...new Set(list)].sort().map(zone => ({ value: zone, name: zone }))
  return {
    primaryZoneChoices: async () => zones((await market.balancerZones()).map(({ primary }) => primary)),
    backupZoneChoices: async (primary: string) =>
      zones((await market.balancerZones()).filter(pair => pair.primary === primary).map(({ backup }) => backup)),
    async defaultBalancerZones(first: string, second: string) {
      const pairs = await market.balancerZones()
      const own = (zone: string) => zone === first || zone === second
      return (
        pairs.find(({ primary, backup }) => primary === first && backup === second) ??
        pairs.find(({ primary, backup }) => own(primary) && own(backup)) ??
        pairs.find(({ primary }) => own(primary)) ??
        pairs[0]
      )
    },
    async defaultBackupZone(primary: string, first: string, second: string) {
      const backups = (await market.balancerZones())
        .filter(pair => pair.primary === primary)
        .map(({ backup }) => backup)
      return [second, first].find(zone => backups.includes(zone)) ?? backups[0]
    },
  }
}
