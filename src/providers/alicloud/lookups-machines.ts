import type { Choice } from '../../answers/question.ts'
import type { Billing, Catalog, Image, Selection, Spec } from './catalog.ts'
import { FAMILIES, type Family } from './families.ts'
import { byFitness, byList, DISK_NAMES, DISKS, nameOfType, suggestible } from './ranking.ts'

/** A disk that every current type can have: the default where nothing can be found out. */
const USUAL_DISK = 'cloud_essd'

/** What the instance page offers: types with stock in all the machines' zones, images that run on a type, its disks. */
export function machines(catalog: Catalog) {
  return {
    typeChoices: async (zones: string[], { billing }: Selection): Promise<Choice[]> =>
      (await inAll(catalog, zones, billing)).map(spec => ({ value: spec.id, name: nameOfType(spec) })),
    defaultType: async (zones: string[], { billing }: Selection) =>
      (await firstOf([zones, ...zones.map(zone => [zone]), []], places => inAll(catalog, places, billing)))?.id,
    imageChoices: async (type: string): Promise<Choice[]> =>
      (await imagesFor(catalog, type)).map(({ family, image }) => ({
        value: image.id,
        name: family.name,
        hint: `${image.id}; ${family.support}`,
      })),
    defaultImage: (type: string) => bestImage(catalog, type),
    diskChoices: async (zones: string[], selection: Selection): Promise<Choice[]> =>
      (await disksIn(catalog, zones, selection)).map(category => ({
        value: category,
        name: DISK_NAMES[category] ?? category,
        hint: category,
      })),
    defaultDisk: async (zones: string[], selection: Selection) =>
      (await disksIn(catalog, zones, selection))[0] ?? USUAL_DISK,
  }
}

/** Types with stock in all these zones, or anywhere when none are given; what fits first. */
async function inAll(catalog: Catalog, zones: string[], billing: Billing): Promise<Spec[]> {
  const [stock, specs] = await Promise.all([catalog.stock(billing), catalog.specs()])
  const anywhere = (id: string) => [...stock.values()].some(types => types.has(id))
  const known = [...specs.values()].filter(({ id }) =>
    zones.length > 0 ? zones.every(zone => stock.get(zone)?.has(id)) : anywhere(id),
  )
  return known.sort((a, b) => Number(suggestible(b)) - Number(suggestible(a)) || byFitness(a, b))
}

/** Categories the type can have in all zones that have it in stock. */
async function disksIn(catalog: Catalog, zones: string[], { type = '', billing }: Selection): Promise<string[]> {
  const stock = await catalog.stock(billing)
  const offering = [...stock.keys()].filter(zone => stock.get(zone)?.has(type))
  const here = zones.filter(zone => offering.includes(zone))
  const places = here.length > 0 ? here : offering.slice(0, 1)
  const lists = await Promise.all(places.map(zone => catalog.disks(zone, type, billing)))
  const shared = (lists[0] ?? []).filter(({ category }) =>
    lists.every(list => list.some(disk => disk.category === category)),
  )
  return shared.map(({ category }) => category).sort(byList(DISKS))
}

async function imagesFor(catalog: Catalog, type: string): Promise<{ family: Family; image: Image }[]> {
  const families = FAMILIES[await archOf(catalog, type)]
  const found = await Promise.all(families.map(async family => ({ family, image: await catalog.newest(family.id) })))
  return found.flatMap(({ family, image }) => (image ? [{ family, image }] : []))
}

/** The newest image of the first family the region has; as a rule that is one question to the cloud. */
async function bestImage(catalog: Catalog, type: string): Promise<string | undefined> {
  for (const family of FAMILIES[await archOf(catalog, type)]) {
    const image = await catalog.newest(family.id)
    if (image) return image.id
  }
  return undefined
}

async function archOf(catalog: Catalog, type: string): Promise<Spec['arch']> {
  return (await catalog.specs()).get(type)?.arch ?? 'x86_64'
}

async function firstOf<T, R>(tries: T[], list: (one: T) => Promise<R[]>): Promise<R | undefined> {
  for (const one of tries) {
    const [first] = await list(one)
    if (first) return first
  }
  return undefined
}
