import { partition } from '@aws-sdk/core/client'
import type { Choice } from '../../answers/question.ts'
import { makePrivateKey, PRIVATE_KEY, publicKeyOf } from './chapters/keys.ts'
import type { Arch, Engine, Market, Spec } from './market.ts'
import { byClassSize, byFitness, nameOfClass, nameOfType, ruledOut, supported } from './ranking.ts'

/** What the machines and the database shall be, as far as it is known yet: decides which zones can have it. */
export interface Wish {
  /** Of machines in both zones. */
  types: string[]
  engine: Engine
  version?: string
  class?: string
}

/** What the connected cloud tells the questions: what there is to choose, and what to suggest. */
export interface AwsLive {
  market: Market
  region: string
  account: string
  regionChoices(): Promise<Choice[]>
  /** Zones that have all of the wish first. */
  zones(wish: Wish): Promise<string[]>
  zoneChoices(wish: Wish): Promise<Choice[]>
  /** Types sold in all these zones, what fits first. */
  typeChoices(zones: string[]): Promise<Choice[]>
  /** The first of `prefer` that these zones sell, or anything that fits. */
  defaultType(zones: string[], prefer: string[]): Promise<string | undefined>
  imageChoices(type: string): Promise<Choice[]>
  defaultImage(type: string): Promise<string | undefined>
  versionChoices(engine: Engine): Promise<Choice[]>
  defaultVersion(engine: Engine): Promise<string | undefined>
  classChoices(engine: Engine, version: string, zones: string[]): Promise<Choice[]>
  defaultClass(engine: Engine, version: string, zones: string[], prefer: string[]): Promise<string | undefined>
  /** The public hosted zone that answers for a domain: the one with the longest fitting name. */
  zoneFor(domain: string): Promise<{ id: string; name: string } | undefined>
  domainChoices(): Promise<Choice[]>
  /** The public half of a key made once for this stack; its private half is in the secret store. */
  generatedKey(stack: string): Promise<string>
}

interface Place {
  region: string
  account: string
  keep(name: string, make: () => string): Promise<string>
}

/** What the questions ask the connected region while they are asked. Its promises fail with the market's Problems. */
export function openLive(market: Market, { region, account, keep }: Place): AwsLive {
  return {
    market,
    region,
    account,
    regionChoices: async () => (await market.regions()).map(value => ({ value, name: nameOfRegion(value) })),
    zones: wish => zonesFor(market, wish).then(({ zones }) => zones),
    async zoneChoices(wish) {
      const { zones, fitting } = await zonesFor(market, wish)
      return zones.map((zone, i) => ({
        value: zone,
        name: zone,
        ...(i >= fitting && { hint: 'does not sell all that is chosen' }),
      }))
    },
    typeChoices: async zones =>
      (await typesIn(market, zones)).map(spec => ({ value: spec.id, name: nameOfType(spec) })),
    async defaultType(zones, prefer) {
      const sold = (await typesIn(market, zones)).map(({ id }) => id)
      return prefer.find(type => sold.includes(type)) ?? sold[0]
    },
    async imageChoices(type) {
      const arch = await archOf(market, type)
      const id = await market.newestImage(arch)
      return id ? [{ value: id, name: `Amazon Linux 2023 (${arch})`, hint: id }] : []
    },
    defaultImage: async type => market.newestImage(await archOf(market, type)),
    versionChoices: async engine =>
      (await market.versions(engine))
        .filter(({ id }) => supported(engine, id))
        .map(({ id, usual }) => ({ value: id, name: id, ...(usual && { hint: 'the usual one' }) })),
    async defaultVersion(engine) {
      const versions = (await market.versions(engine)).filter(({ id }) => supported(engine, id))
      return (versions.find(({ usual }) => usual) ?? versions[0])?.id
    },
    classChoices: async (engine, version, zones) =>
      (await classesIn(market, engine, version, zones)).map(id => ({ value: id, name: nameOfClass(id) })),
    async defaultClass(engine, version, zones, prefer) {
      const sold = await classesIn(market, engine, version, zones)
      return prefer.find(id => sold.includes(id)) ?? sold[0]
    },
    zoneFor: domain => zoneFor(market, domain),
    domainChoices: async () => (await market.hostedZones()).map(({ name }) => ({ value: name, name })),
    generatedKey: async stack => publicKeyOf(await keep(PRIVATE_KEY, makePrivateKey), stack),
  }
}

/** EC2 tells a region's code only; where that is the SDK knows, unless the region is newer than it. */
function nameOfRegion(region: string): string {
  const { description } = partition(region) as { description?: string }
  return description ? `${region.padEnd(16)} ${description}` : region
}

/** Classes sold in all these zones (anywhere, when none are given), the smallest first. */
export async function classesIn(market: Market, engine: Engine, version: string, zones: string[]): Promise<string[]> {
  const classes = await market.classes(engine, version)
  return classes
    .filter(({ id, zones: has }) => !ruledOut(id) && zones.every(zone => has.includes(zone)))
    .map(({ id }) => id)
    .sort(byClassSize)
}

/** The processor architecture of an instance type; x86_64 where the cloud does not tell. */
export async function archOf(market: Market, type: string): Promise<Arch> {
  return (await market.specs(type || undefined)).get(type)?.arch ?? 'x86_64'
}

/** All zones, those that sell every wished type and the database first. */
async function zonesFor(market: Market, wish: Wish): Promise<{ zones: string[]; fitting: number }> {
  const [all, ...sold] = await Promise.all([
    market.zones(),
    ...wish.types.map(type => market.zonesOf(type)),
    ...(wish.class && wish.version ? [zonesOfClass(market, wish.engine, wish.version, wish.class)] : []),
  ])
  const fits = (zone: string) => sold.every(zones => zones.includes(zone))
  const fitting = all.filter(fits)
  return { zones: [...fitting, ...all.filter(zone => !fits(zone))], fitting: fitting.length }
}

async function zonesOfClass(market: Market, engine: Engine, version: string, wanted: string): Promise<string[]> {
  return (await market.classes(engine, version)).find(({ id }) => id === wanted)?.zones ?? []
}

async function typesIn(market: Market, zones: string[]): Promise<Spec[]> {
  const specs = [...(await market.specs()).values()]
  const sold = await Promise.all(specs.map(({ id }) => market.zonesOf(id)))
  const here = specs.filter((_, i) =>
    zones.length > 0 ? zones.every(zone => sold[i]!.includes(zone)) : sold[i]!.length > 0,
  )
  return here.sort(byFitness)
}

async function zoneFor(market: Market, domain: string): Promise<{ id: string; name: string } | undefined> {
  const fitting = (await market.hostedZones()).filter(({ name }) => domain === name || domain.endsWith(`.${name}`))
  return fitting.sort((a, b) => b.name.length - a.name.length)[0]
}
