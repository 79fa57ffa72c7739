import type { Values } from '../../answers/question.ts'
import { number, numbered, placesOf, text, vswitchIndex } from './chapters/names.ts'
import { wishOf } from './chapters/wish.ts'
import type { AlicloudLive } from './live.ts'
import { classesIn, offerIn } from './live-databases.ts'
import type { Wish } from './market.ts'
import { byVersion } from './ranking.ts'

/**
 * Everything the cloud would refuse in the middle of a run, found before its start. Each sentence names the answer to
 * change and values that would work. Reads only, and only about what is to be made (all when nothing says):
 * what is there already needs no stock.
 */
export async function preflight(
  live: AlicloudLive,
  values: Values,
  makesPlace: (place: { address: string }) => boolean = () => true,
): Promise<string[]> {
  const wish = wishOf(values)
  const makes = (address: string) => makesPlace({ address })
  const places = placesOf(values).filter((_, i) => makes(`machines/${numbered('instance', i + 1)[i]}`))
  const zones = [...new Set(places.map(place => text(values, `vswitch${place + 1}.zone`)))]
  const machines = [typeInStock, imageFits, diskFits].map(check => () => check(live, values, wish, zones))
  const checks = [
    ...(makes('subnets/vswitch-1') || makes('subnets/vswitch-2') ? [() => zonesExist(live, values, wish)] : []),
    ...(zones.length > 0 ? machines : []),
    ...(makes('database/instance') ? [() => databaseSold(live, values, wish)] : []),
    ...(makes('machines/key-pair') ? [() => keyNameFree(live, values)] : []),
    ...(makes('balancer/load-balancer') ? [() => balancerZones(live, values)] : []),
  ]
  return (await Promise.all(checks.map(check => check()))).flat()
}

async function zonesExist({ market }: AlicloudLive, values: Values, wish: Wish): Promise<string[]> {
  const zones = [...(await market.stock(wish.billing)).keys()].sort()
  return ['vswitch1.zone', 'vswitch2.zone']
    .filter(key => !zones.includes(text(values, key)))
    .map(key => `${key}: this region has no zone ${text(values, key)}. It has ${list(zones)}.`)
}

async function typeInStock(live: AlicloudLive, values: Values, wish: Wish, zones: string[]): Promise<string[]> {
  const { type = '' } = wish
  const [stock, specs] = await Promise.all([live.market.stock(wish.billing), live.market.specs()])
  if (!specs.has(type)) {
    const others = await live.typeChoices(known(zones, stock), wish)
    return [
      `machine.type: there is no instance type ${type} in this region. In stock are for example ${some(others.map(({ value }) => String(value)))}.`,
    ]
  }
  const lacking = known(zones, stock).filter(zone => !stock.get(zone)?.has(type))
  if (lacking.length === 0) return []
  const elsewhere = [...stock].filter(([, types]) => types.has(type)).map(([zone]) => zone)
  const others = await live.typeChoices(known(zones, stock), wish)
  return [
    `machine.type: ${type} is out of stock in ${list(lacking)}. ` +
      (elsewhere.length > 0
        ? `${list(elsewhere)} ${elsewhere.length > 1 ? 'have' : 'has'} it (${zoneKey(values, lacking[0])}); `
        : '') +
      `in ${list(lacking)} there are for example ${some(others.map(({ value }) => String(value)))} (machine.type).`,
  ]
}

async function imageFits(live: AlicloudLive, values: Values, { type = '' }: Wish): Promise<string[]> {
  const id = text(values, 'machine.image')
  const [image, specs] = await Promise.all([live.market.image(id), live.market.specs()])
  const others = async () => some((await live.imageChoices(type)).map(({ value }) => String(value)))
  if (!image) return [`machine.image: there is no image ${id} in this region. Choose for example ${await others()}.`]
  const problems: string[] = []
  const arch = specs.get(type)?.arch
  if (arch && image.arch !== arch) {
    problems.push(
      `machine.image: ${id} is made for ${image.arch}, ${type} (machine.type) runs ${arch}. Choose for example ${await others()}.`,
    )
  }
  if (!image.linux) problems.push(`machine.image: ${id} is not Linux. Choose for example ${await others()}.`)
  if (number(values, 'machine.diskSize', 40) < image.size) {
    problems.push(`machine.diskSize: ${id} (machine.image) needs a system disk of ${image.size} GiB or more.`)
  }
  return problems
}

async function diskFits(live: AlicloudLive, values: Values, wish: Wish, places: string[]): Promise<string[]> {
  const { type = '' } = wish
  const category = text(values, 'machine.diskCategory')
  const size = number(values, 'machine.diskSize', 40)
  const stock = await live.market.stock(wish.billing)
  // A type without stock has no disks either: that is said once, at the type.
  const zones = places.filter(zone => stock.get(zone)?.has(type))
  const problems = await Promise.all(
    zones.map(async zone => {
      const disks = await live.market.disks(zone, type, wish.billing)
      const disk = disks.find(one => one.category === category)
      if (!disk) {
        return `machine.diskCategory: ${type} cannot have ${category} in ${zone}. Choose ${list(disks.map(one => one.category))}.`
      }
      if (size >= disk.min && size <= disk.max) return ''
      return `machine.diskSize: a ${category} system disk has ${disk.min} to ${disk.max} GiB; ${size} is asked for.`
    }),
  )
  return [...new Set(problems.filter(Boolean))]
}

async function databaseSold({ market }: AlicloudLive, values: Values, wish: Wish): Promise<string[]> {
  const n = vswitchIndex(values, 'database.vswitch') + 1
  const zone = text(values, `vswitch${n}.zone`)
  const sold = await market.databases(wish.engine, wish.dbBilling)
  const offers = sold.get(zone) ?? []
  if (offers.length === 0) {
    const others = [...sold].filter(([, list]) => list.length > 0).map(([other]) => other)
    return [`database.vswitch: RDS ${wish.engine} is not sold in ${zone}. ${list(others)} sell it (vswitch${n}.zone).`]
  }
  const offer = await offerIn(market, zone, wish)
  if (!offer) return [noSuchOffer(zone, wish, offers)]
  const classes = await classesIn(market, zone, wish)
  const wanted = classes.find(({ id }) => id === wish.class)
  if (!wanted) {
    const elsewhere = await zonesSelling(
      market,
      wish,
      [...sold.keys()].filter(other => other !== zone),
    )
    return [
      `database.class: ${wish.class} is not sold in ${zone} for ${wish.engine} ${offer.version} ${offer.category} ${offer.storageType}. ` +
        `Choose ${some(classes.map(({ id }) => id))}${elsewhere.length > 0 ? `, or the zone ${list(elsewhere)} (vswitch${n}.zone)` : ''}.`,
    ]
  }
  const size = number(values, 'database.storage', 20)
  const good = size >= wanted.min && size <= wanted.max && size % wanted.step === 0
  return good
    ? []
    : [
        `database.storage: ${wanted.id} is sold with ${wanted.min} to ${wanted.max} GB in steps of ${wanted.step}; ${size} is asked for.`,
      ]
}

function noSuchOffer(
  zone: string,
  wish: Wish,
  offers: { version: string; category: string; storageType: string }[],
): string {
  const asked = `${wish.engine} ${wish.version} ${wish.category} with ${wish.storageType}`
  const versions = [...new Set(offers.map(({ version }) => version))].sort(byVersion)
  if (!versions.includes(wish.version ?? '')) {
    return `database.version: RDS does not sell ${wish.engine} ${wish.version} in ${zone}. Choose ${list(versions)}.`
  }
  const same = offers.filter(({ version }) => version === wish.version)
  const pairs = same.map(({ category, storageType }) => `${category} with ${storageType}`)
  return `database.category: RDS does not sell ${asked} in ${zone}. Choose ${list(pairs)} (database.category, database.storageType).`
}

async function zonesSelling(market: AlicloudLive['market'], wish: Wish, zones: string[]): Promise<string[]> {
  const has = await Promise.all(
    zones.map(async zone => (await classesIn(market, zone, wish)).some(({ id }) => id === wish.class)),
  )
  return zones.filter((_, i) => has[i])
}

/** Key pairs are told apart by name alone: one that is not ours would be used for our machines, or block the import. */
async function keyNameFree({ market }: AlicloudLive, values: Values): Promise<string[]> {
  const name = text(values, 'machine.keyName')
  if (text(values, 'machine.login') === 'password' || !name) return []
  const tags = await market.keyPair(name)
  if (!tags || tags['stackwright:stack']) return []
  return [`machine.keyName: this region has a key pair ${name} that stackwright did not make. Choose another name.`]
}

async function balancerZones({ market }: AlicloudLive, values: Values): Promise<string[]> {
  const primary = text(values, 'balancer.primaryZone')
  const backup = text(values, 'balancer.backupZone')
  const pairs = await market.balancerZones()
  if (pairs.some(pair => pair.primary === primary && pair.backup === backup)) return []
  const backups = pairs.filter(pair => pair.primary === primary).map(pair => pair.backup)
  if (backups.length > 0) {
    return [
      `balancer.backupZone: a load balancer in ${primary} cannot have ${backup} as its backup zone. Choose ${list(backups)}.`,
    ]
  }
  const primaries = [...new Set(pairs.map(pair => pair.primary))]
  return [`balancer.primaryZone: load balancers cannot be in ${primary}. Choose ${list(primaries)}.`]
}

/** Unknown zones are told once, by zonesExist. */
function known(zones: string[], stock: Map<string, unknown>): string[] {
  return zones.filter(zone => stock.has(zone))
}

function zoneKey(values: Values, zone: string | undefined): string {
  return text(values, 'vswitch2.zone') === zone ? 'vswitch2.zone' : 'vswitch1.zone'
}

function some(items: string[]): string {
  return items.length > 0 ? items.slice(0, 3).join(', ') : 'nothing'
}

function list(items: string[]): string {
  const distinct = [...new Set(items)]
  return distinct.length > 1 ? `${distinct.slice(0, -1).join(', ')} or ${distinct.at(-1)}` : (distinct[0] ?? 'nothing')
}
