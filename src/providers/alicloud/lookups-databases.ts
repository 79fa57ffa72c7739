import type { Choice } from '../../answers/question.ts'
import type { DbClass, DbOffer, Market, Wish } from './catalog.ts'
import { byClassSize, byList, byOffer, byVersion, STORAGE_NAMES, STORAGES, sizeOfClass } from './ranking.ts'

/** What the RDS page offers in a zone: versions, storage types and classes that go together. */
export function databases(market: Market) {
  const nearest = (zone: string, wish: Wish) => nearestOffer(market, zone, wish)
  return {
    versionChoices: async (zone: string, wish: Wish): Promise<Choice[]> =>
      distinct((await offersIn(market, zone, without(wish, 'version'))).map(({ version }) => version))
        .sort(byVersion)
        .map(version => ({ value: version, name: `${wish.engine} ${version.replace(/\.0$/, '')}` })),
    defaultVersion: async (zone: string, wish: Wish) => (await nearest(zone, without(wish, 'version')))?.offer.version,
    defaultCategory: async (zone: string, wish: Wish) =>
      (await nearest(zone, without(wish, 'category')))?.offer.category,
    storageChoices: async (zone: string, wish: Wish): Promise<Choice[]> =>
      distinct((await offersIn(market, zone, without(wish, 'storageType'))).map(({ storageType }) => storageType))
        .sort(byList(STORAGES))
        .map(type => ({ value: type, name: STORAGE_NAMES[type] ?? type, hint: type })),
    defaultStorage: async (zone: string, wish: Wish) =>
      (await nearest(zone, without(wish, 'storageType')))?.offer.storageType,
    classChoices: async (zone: string, wish: Wish): Promise<Choice[]> =>
      (await classesIn(market, zone, wish)).map(({ id }) => ({ value: id, name: nameOfClass(id) })),
    defaultClass: async (zone: string, wish: Wish) => (await nearestClasses(market, zone, wish))[0]?.id,
    async smallestStorage(zone: string, wish: Wish) {
      const found = (await nearestClasses(market, zone, wish)).find(({ id }) => !wish.class || id === wish.class)
      return found && Math.max(20, Math.ceil(found.min / 5) * 5)
    },
  }
}

/** The best offer of RDS in a zone that agrees with what is wished. */
export async function offerIn(market: Market, zone: string, wish: Wish): Promise<DbOffer | undefined> {
  return (await offersIn(market, zone, wish)).sort(byOffer)[0]
}

/** Classes of the best offer in a zone, smallest first. */
export async function classesIn(market: Market, zone: string, wish: Wish): Promise<DbClass[]> {
  const offer = await offerIn(market, zone, wish)
  if (!offer) return []
  const classes = await market.classes(zone, wish.engine, offer, wish.dbBilling)
  return [...classes].sort((a, b) => byClassSize(a.id, b.id))
}

/**
 * The nearest thing to a wish that is sold at all: in the zone, else in any zone, else without the parts that clash.
 * A default must not be missing because another answer is wrong: the preflight says which one that is.
 */
async function nearestOffer(
  market: Market,
  zone: string,
  wish: Wish,
): Promise<{ zone: string; offer: DbOffer } | undefined> {
  const { version: _, category: __, storageType: ___, ...bare } = wish
  const zones = [...(await market.databases(wish.engine, wish.dbBilling)).keys()]
  const here = zones.filter(one => one === zone)
  for (const [places, wanted] of [
    [here, wish],
    [zones, wish],
    [here, bare],
    [zones, bare],
  ] as [string[], Wish][]) {
    for (const place of places) {
      const offer = await offerIn(market, place, wanted)
      if (offer) return { zone: place, offer }
    }
  }
  return undefined
}

async function offersIn(market: Market, zone: string, wish: Wish): Promise<DbOffer[]> {
  const all = (await market.databases(wish.engine, wish.dbBilling)).get(zone) ?? []
  return all.filter(
    offer =>
      (!wish.version || offer.version === wish.version) &&
      (!wish.category || offer.category === wish.category) &&
      (!wish.storageType || offer.storageType === wish.storageType),
  )
}

async function nearestClasses(market: Market, zone: string, wish: Wish): Promise<DbClass[]> {
  const found = await nearestOffer(market, zone, wish)
  return found ? classesIn(market, found.zone, { ...wish, ...found.offer }) : []
}

function without(wish: Wish, field: 'version' | 'category' | 'storageType'): Wish {
  const { [field]: _, ...rest } = wish
  return rest
}

function distinct(items: string[]): string[] {
  return [...new Set(items)]
}

function nameOfClass(id: string): string {
  const size = sizeOfClass(id)
  return size?.memory
    ? `${id.padEnd(24)} ${String(size.cores).padStart(3)} vCPU ${String(size.memory).padStart(5)} GiB`
    : id
}
