import type { Values } from '../../../../answers/question.ts'
import { list, some } from '../../../sentences.ts'
import type { Catalog, DbOffer, Selection } from '../../catalog.ts'
import type { AlicloudLookups } from '../../lookups.ts'
import { classesIn, offerIn } from '../../lookups-databases.ts'
import { byVersion } from '../../ranking.ts'
import { number, text, vswitchIndex } from '../names.ts'
import { selectionOf } from '../selection.ts'

/** RDS offers this database in its zone, with this class and storage. */
export async function databaseOffered({ catalog }: AlicloudLookups, values: Values): Promise<string[]> {
  const selection = selectionOf(values)
  const n = vswitchIndex(values, 'database.vswitch') + 1
  const zone = text(values, `vswitch${n}.zone`)
  const offered = await catalog.databases(selection.engine, selection.dbBilling)
  const offers = offered.get(zone) ?? []
  if (offers.length === 0) {
    const others = [...offered].filter(([, list]) => list.length > 0).map(([other]) => other)
    return [
      `database.vswitch: RDS ${selection.engine} is not available in ${zone}. ${list(others)} offer it (vswitch${n}.zone).`,
    ]
  }
  const offer = await offerIn(catalog, zone, selection)
  if (!offer) return [noSuchOffer(zone, selection, offers)]
  const classes = await classesIn(catalog, zone, selection)
  const wanted = classes.find(({ id }) => id === selection.class)
  if (!wanted) {
    const elsewhere = await zonesOffering(
      catalog,
      selection,
      [...offered.keys()].filter(other => other !== zone),
    )
    return [
      `database.class: ${selection.class} is not available in ${zone} for ${selection.engine} ${offer.version} ${offer.category} ${offer.storageType}. ` +
        `Choose ${some(classes.map(({ id }) => id))}${elsewhere.length > 0 ? `, or the zone ${list(elsewhere)} (vswitch${n}.zone)` : ''}.`,
    ]
  }
  const size = number(values, 'database.storage', 20)
  const good = size >= wanted.min && size <= wanted.max && size % wanted.step === 0
  return good
    ? []
    : [
        `database.storage: ${wanted.id} comes with ${wanted.min} to ${wanted.max} GB in steps of ${wanted.step}, not ${size}.`,
      ]
}

function noSuchOffer(zone: string, selection: Selection, offers: DbOffer[]): string {
  const asked = `${selection.engine} ${selection.version} ${selection.category} with ${selection.storageType}`
  const versions = [...new Set(offers.map(({ version }) => version))].sort(byVersion)
  if (!versions.includes(selection.version ?? '')) {
    return `database.version: RDS does not offer ${selection.engine} ${selection.version} in ${zone}. Choose ${list(versions)}.`
  }
  const same = offers.filter(({ version }) => version === selection.version)
  const pairs = same.map(({ category, storageType }) => `${category} with ${storageType}`)
  return `database.category: RDS does not offer ${asked} in ${zone}. Choose ${list(pairs)} (database.category, database.storageType).`
}

async function zonesOffering(catalog: Catalog, selection: Selection, zones: string[]): Promise<string[]> {
  const has = await Promise.all(
    zones.map(async zone => (await classesIn(catalog, zone, selection)).some(({ id }) => id === selection.class)),
  )
  return zones.filter((_, i) => has[i])
}
