import type { Choice } from '../../answers/question.ts'
import type { Catalog, Selection } from './catalog.ts'
import { classesIn, databases } from './lookups-databases.ts'
import { machines } from './lookups-machines.ts'
import { byFitness, suggestible } from './ranking.ts'
import { makePrivateKey, PRIVATE_KEY, publicKeyOf } from './ssh-keys.ts'

/** What the connected cloud tells the questions: what there is to choose, and what to suggest. Zones given as `''` or `[]` mean "any zone". */
export interface AlicloudLookups {
  catalog: Catalog
  regionChoices(): Promise<Choice[]>
  zoneChoices(selection: Selection): Promise<Choice[]>
  /** Zones that have the machines as well as the database, best first, then the other ones. `both`: how many have both. */
  zonesWithBoth(selection: Selection): Promise<{ zones: string[]; both: number }>
  typeChoices(zones: string[], selection: Selection): Promise<Choice[]>
  defaultType(zones: string[], selection: Selection): Promise<string | undefined>
  imageChoices(type: string): Promise<Choice[]>
  defaultImage(type: string): Promise<string | undefined>
  diskChoices(zones: string[], selection: Selection): Promise<Choice[]>
  defaultDisk(zones: string[], selection: Selection): Promise<string | undefined>
  versionChoices(zone: string, selection: Selection): Promise<Choice[]>
  defaultVersion(zone: string, selection: Selection): Promise<string | undefined>
  defaultCategory(zone: string, selection: Selection): Promise<string | undefined>
  storageChoices(zone: string, selection: Selection): Promise<Choice[]>
  defaultStorage(zone: string, selection: Selection): Promise<string | undefined>
  classChoices(zone: string, selection: Selection): Promise<Choice[]>
  defaultClass(zone: string, selection: Selection): Promise<string | undefined>
  /** GB: at least 20, more where the class wants more. */
  smallestStorage(zone: string, selection: Selection): Promise<number | undefined>
  primaryZoneChoices(): Promise<Choice[]>
  backupZoneChoices(primary: string): Promise<Choice[]>
  defaultBalancerZones(first: string, second: string): Promise<{ primary: string; backup: string } | undefined>
  defaultBackupZone(primary: string, first: string, second: string): Promise<string | undefined>
  /** The public half of a key made once for this stack; its private half is in the secret store. */
  generatedKey(stack: string): Promise<string>
}

type Keep = (name: string, make: () => string) => Promise<string>

/** What the questions ask the connected region while they are asked. Its promises fail with the catalog's Problems. */
export function openLookups(catalog: Catalog, keep: Keep): AlicloudLookups {
  return {
    catalog,
    ...machines(catalog),
    ...databases(catalog),
    ...balancers(catalog),
    regionChoices: async () =>
      (await catalog.regions()).map(({ id, name }) => ({ value: id, name: `${id.padEnd(16)} ${name}` })),
    zonesWithBoth: selection => zonesWithBoth(catalog, selection),
    async zoneChoices(selection) {
      const { zones, both } = await zonesWithBoth(catalog, selection)
      const what = `${selection.type ?? 'machines'} and RDS ${selection.engine}`
      return zones.map((zone, i) => ({
        value: zone,
        name: zone,
        hint: i < both ? `has ${what}` : `does not have both ${what}`,
      }))
    },
    generatedKey: async stack => publicKeyOf(await keep(PRIVATE_KEY, makePrivateKey), stack),
  }
}

/** The best type that is in stock in two zones with the database decides; otherwise the one in most of them. */
async function zonesWithBoth(catalog: Catalog, selection: Selection): Promise<{ zones: string[]; both: number }> {
  const [stock, databaseZones, pairs] = await Promise.all([
    catalog.stock(selection.billing),
    zonesWithDatabase(catalog, selection),
    catalog.balancerZones(),
  ])
  const all = [...stock.keys()].sort()
  const sets = (await candidates(catalog, selection)).map(type =>
    all.filter(zone => stock.get(zone)?.has(type) && databaseZones.has(zone)),
  )
  const both = sets.find(zones => zones.length >= 2) ?? sets.find(zones => zones.length > 0) ?? []
  // A load balancer in these same two zones spares requests the way through a third.
  const fits = (zone: string) => pairs.some(pair => pair.primary === zone && both.includes(pair.backup))
  const ordered = [...both].sort((a, b) => Number(fits(b)) - Number(fits(a)))
  const rest = all.filter(zone => !both.includes(zone))
  // Where none has both, a zone with the database is the better second: nearly every zone has machines.
  rest.sort((a, b) => Number(databaseZones.has(b)) - Number(databaseZones.has(a)))
  return { zones: [...ordered, ...rest], both: both.length }
}

async function zonesWithDatabase(catalog: Catalog, selection: Selection): Promise<Set<string>> {
  const zones = [...(await catalog.databases(selection.engine, selection.dbBilling)).keys()]
  const has = await Promise.all(
    zones.map(async zone => {
      const classes = await classesIn(catalog, zone, selection)
      return selection.class ? classes.some(({ id }) => id === selection.class) : classes.length > 0
    }),
  )
  return new Set(zones.filter((_, i) => has[i]))
}

/** Types to suggest, best first: the selected one, or all sensible ones. */
async function candidates(catalog: Catalog, selection: Selection): Promise<string[]> {
  if (selection.type) return [selection.type]
  const specs = [...(await catalog.specs()).values()]
  const sensible = specs.filter(suggestible)
  return (sensible.length > 0 ? sensible : specs).sort(byFitness).map(({ id }) => id)
}

function balancers(catalog: Catalog) {
  const zones = (list: string[]): Choice[] => [...new Set(list)].sort().map(zone => ({ value: zone, name: zone }))
  return {
    primaryZoneChoices: async () => zones((await catalog.balancerZones()).map(({ primary }) => primary)),
    backupZoneChoices: async (primary: string) =>
      zones((await catalog.balancerZones()).filter(pair => pair.primary === primary).map(({ backup }) => backup)),
    async defaultBalancerZones(first: string, second: string) {
      const pairs = await catalog.balancerZones()
      const own = (zone: string) => zone === first || zone === second
      return (
        pairs.find(({ primary, backup }) => primary === first && backup === second) ??
        pairs.find(({ primary, backup }) => own(primary) && own(backup)) ??
        pairs.find(({ primary }) => own(primary)) ??
        pairs[0]
      )
    },
    async defaultBackupZone(primary: string, first: string, second: string) {
      const backups = (await catalog.balancerZones())
        .filter(pair => pair.primary === primary)
        .map(({ backup }) => backup)
      return [second, first].find(zone => backups.includes(zone)) ?? backups[0]
    },
  }
}
