import type { Choice } from '../../answers/question.ts'
import type { Catalog, DbClass, DbOffer, Selection } from './catalog.ts'
import { byClassSize, byList, byOffer, byVersion, STORAGE_NAMES, STORAGES, sizeOfClass } from './ranking.ts'

/** What the RDS page offers in a zone: versions, storage types and classes that go together. */
export function databases(catalog: Catalog) {
  const nearest = (zone: string, selection: Selection) => nearestOffer(catalog, zone, selection)
  return {
    versionChoices: async (zone: string, selection: Selection): Promise<Choice[]> =>
      distinct((await offersIn(catalog, zone, without(selection, 'version'))).map(({ version }) => version))
        .sort(byVersion)
        .map(version => ({ value: version, name: `${selection.engine} ${version.replace(/\.0$/, '')}` })),
    defaultVersion: async (zone: string, selection: Selection) =>
      (await nearest(zone, without(selection, 'version')))?.offer.version,
    defaultCategory: async (zone: string, selection: Selection) =>
      (await nearest(zone, without(selection, 'category')))?.offer.category,
    storageChoices: async (zone: string, selection: Selection): Promise<Choice[]> =>
      distinct((await offersIn(catalog, zone, without(selection, 'storageType'))).map(({ storageType }) => storageType))
        .sort(byList(STORAGES))
        .map(type => ({ value: type, name: STORAGE_NAMES[type] ?? type, hint: type })),
    defaultStorage: async (zone: string, selection: Selection) =>
      (await nearest(zone, without(selection, 'storageType')))?.offer.storageType,
    classChoices: async (zone: string, selection: Selection): Promise<Choice[]> =>
      (await classesIn(catalog, zone, selection)).map(({ id }) => ({ value: id, name: nameOfClass(id) })),
    defaultClass: async (zone: string, selection: Selection) => (await nearestClasses(catalog, zone, selection))[0]?.id,
    async smallestStorage(zone: string, selection: Selection) {
      const found = (await nearestClasses(catalog, zone, selection)).find(
        ({ id }) => !selection.class || id === selection.class,
      )
      return found && Math.max(20, Math.ceil(found.min / 5) * 5)
    },
  }
}

/** The best offer of RDS in a zone that matches the selection. Undefined when none does. */
export async function offerIn(catalog: Catalog, zone: string, selection: Selection): Promise<DbOffer | undefined> {
  return (await offersIn(catalog, zone, selection)).sort(byOffer)[0]
}

/** Classes of the best offer in a zone, smallest first. */
export async function classesIn(catalog: Catalog, zone: string, selection: Selection): Promise<DbClass[]> {
  const offer = await offerIn(catalog, zone, selection)
  if (!offer) return []
  const classes = await catalog.classes(zone, selection.engine, offer, selection.dbBilling)
  return [...classes].sort((a, b) => byClassSize(a.id, b.id))
}

/**
 * The offer nearest to a selection: in the zone, else in any zone, else without the parts that clash.
 * A default must not be missing because another answer is wrong: preflight names that answer.
 */
async function nearestOffer(
  catalog: Catalog,
  zone: string,
  selection: Selection,
): Promise<{ zone: string; offer: DbOffer } | undefined> {
  const { version: _, category: __, storageType: ___, ...bare } = selection
  const zones = [...(await catalog.databases(selection.engine, selection.dbBilling)).keys()]
  const here = zones.filter(one => one === zone)
  for (const [places, wanted] of [
    [here, selection],
    [zones, selection],
    [here, bare],
    [zones, bare],
  ] as [string[], Selection][]) {
    for (const place of places) {
      const offer = await offerIn(catalog, place, wanted)
      if (offer) return { zone: place, offer }
    }
  }
  return undefined
}

async function offersIn(catalog: Catalog, zone: string, selection: Selection): Promise<DbOffer[]> {
  const all = (await catalog.databases(selection.engine, selection.dbBilling)).get(zone) ?? []
  return all.filter(
    offer =>
      (!selection.version || offer.version === selection.version) &&
      (!selection.category || offer.category === selection.category) &&
      (!selection.storageType || offer.storageType === selection.storageType),
  )
}

async function nearestClasses(catalog: Catalog, zone: string, selection: Selection): Promise<DbClass[]> {
  const found = await nearestOffer(catalog, zone, selection)
  return found ? classesIn(catalog, found.zone, { ...selection, ...found.offer }) : []
}

function without(selection: Selection, field: 'version' | 'category' | 'storageType'): Selection {
  const { [field]: _, ...rest } = selection
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
