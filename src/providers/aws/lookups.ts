import { partition } from '@aws-sdk/core/client'
import type { Choice } from '../../answers/question.ts'
import type { Arch, Catalog, Spec } from './catalog.ts'
import type { DatabaseEngine } from './parts/rds/engines/engine.ts'
import { byClassSize, byFitness, nameOfClass, nameOfType, ruledOut } from './ranking.ts'
import { makePrivateKey, PRIVATE_KEY, publicKeyOf } from './ssh-keys.ts'

/** What the machines and the database shall be, as far as it is known yet: decides which zones can have it. */
export interface Selection {
  /** Of machines in both zones. */
  types: string[]
  engine: DatabaseEngine
  version?: string
  class?: string
}

/** What the connected cloud tells the questions: what there is to choose, and what to suggest. */
export interface AwsLookups {
  catalog: Catalog
  region: string
  account: string
  regionChoices(): Promise<Choice[]>
  /** Zones that have all of the selection first. */
  zones(selection: Selection): Promise<string[]>
  zoneChoices(selection: Selection): Promise<Choice[]>
  /** Types available in all these zones, the best fit first. */
  typeChoices(zones: string[]): Promise<Choice[]>
  /** The first of `prefer` that these zones offer, or anything that fits. */
  defaultType(zones: string[], prefer: string[]): Promise<string | undefined>
  imageChoices(type: string): Promise<Choice[]>
  defaultImage(type: string): Promise<string | undefined>
  versionChoices(engine: DatabaseEngine): Promise<Choice[]>
  defaultVersion(engine: DatabaseEngine): Promise<string | undefined>
  classChoices(engine: DatabaseEngine, version: string, zones: string[]): Promise<Choice[]>
  defaultClass(engine: DatabaseEngine, version: string, zones: string[], prefer: string[]): Promise<string | undefined>
  /** The public hosted zone that answers for a domain: the one with the longest fitting name. */
  zoneFor(domain: string): Promise<{ id: string; name: string } | undefined>
  domainChoices(): Promise<Choice[]>
  /** Issued certificates of the region, by the names they are for. */
  certificateChoices(): Promise<Choice[]>
  /** The public half of a key made once for this stack; its private half is in the secret store. */
  generatedKey(stack: string): Promise<string>
}

interface Place {
  region: string
  account: string
  keep(name: string, make: () => string): Promise<string>
}

/** What the questions ask the connected region while they are asked. Its promises fail with the catalog's Problems. */
export function openLookups(catalog: Catalog, { region, account, keep }: Place): AwsLookups {
  return {
    catalog,
    region,
    account,
    regionChoices: async () => (await catalog.regions()).map(value => ({ value, name: nameOfRegion(value) })),
    zones: selection => zonesFor(catalog, selection).then(({ zones }) => zones),
    async zoneChoices(selection) {
      const { zones, fitting } = await zonesFor(catalog, selection)
      return zones.map((zone, i) => ({
        value: zone,
        name: zone,
        ...(i >= fitting && { hint: 'does not offer everything chosen' }),
      }))
    },
    typeChoices: async zones =>
      (await typesIn(catalog, zones)).map(spec => ({ value: spec.id, name: nameOfType(spec) })),
    async defaultType(zones, prefer) {
      const sold = (await typesIn(catalog, zones)).map(({ id }) => id)
      return prefer.find(type => sold.includes(type)) ?? sold[0]
    },
    async imageChoices(type) {
      const arch = await archOf(catalog, type)
      const id = await catalog.newestImage(arch)
      return id ? [{ value: id, name: `Amazon Linux 2023 (${arch})`, hint: id }] : []
    },
    defaultImage: async type => catalog.newestImage(await archOf(catalog, type)),
    versionChoices: async engine =>
      (await catalog.versions(engine.id))
        .filter(({ id }) => engine.supports(id))
        .map(({ id, usual }) => ({ value: id, name: id, ...(usual && { hint: 'the default of RDS' }) })),
    async defaultVersion(engine) {
      const versions = (await catalog.versions(engine.id)).filter(({ id }) => engine.supports(id))
      const usual = engine.suggests === 'usual' && versions.find(one => one.usual)
      return (usual || versions[0])?.id
    },
    classChoices: async (engine, version, zones) =>
      (await classesIn(catalog, engine, version, zones)).map(id => ({ value: id, name: nameOfClass(id) })),
    async defaultClass(engine, version, zones, prefer) {
      const sold = await classesIn(catalog, engine, version, zones)
      return prefer.find(id => sold.includes(id)) ?? sold[0]
    },
    zoneFor: domain => zoneFor(catalog, domain),
    domainChoices: async () => (await catalog.hostedZones()).map(({ name }) => ({ value: name, name })),
    certificateChoices: async () =>
      (await catalog.certificates()).map(({ arn, names }) => ({ value: arn, name: names.join(', '), hint: arn })),
    generatedKey: async stack => publicKeyOf(await keep(PRIVATE_KEY, makePrivateKey), stack),
  }
}

/** EC2 tells a region's code only; where that is the SDK knows, unless the region is newer than it. */
function nameOfRegion(region: string): string {
  const { description } = partition(region) as { description?: string }
  return description ? `${region.padEnd(16)} ${description}` : region
}

/** Classes available in all these zones (anywhere, when none are given), the smallest first. */
export async function classesIn(
  catalog: Catalog,
  engine: DatabaseEngine,
  version: string,
  zones: string[],
): Promise<string[]> {
  const classes = await catalog.classes(engine.id, version)
  return classes
    .filter(({ id, zones: has }) => !ruledOut(id) && zones.every(zone => has.includes(zone)))
    .map(({ id }) => id)
    .sort(byClassSize)
}

/** The processor architecture of an instance type; x86_64 where the cloud does not tell. */
export async function archOf(catalog: Catalog, type: string): Promise<Arch> {
  return (await catalog.specs(type || undefined)).get(type)?.arch ?? 'x86_64'
}

/** All zones, those that offer every chosen type and the database first. */
async function zonesFor(catalog: Catalog, selection: Selection): Promise<{ zones: string[]; fitting: number }> {
  const [all, ...sold] = await Promise.all([
    catalog.zones(),
    ...selection.types.map(type => catalog.zonesOf(type)),
    ...(selection.class && selection.version
      ? [zonesOfClass(catalog, selection.engine, selection.version, selection.class)]
      : []),
  ])
  const fits = (zone: string) => sold.every(zones => zones.includes(zone))
  const fitting = all.filter(fits)
  return { zones: [...fitting, ...all.filter(zone => !fits(zone))], fitting: fitting.length }
}

async function zonesOfClass(
  catalog: Catalog,
  engine: DatabaseEngine,
  version: string,
  wanted: string,
): Promise<string[]> {
  return (await catalog.classes(engine.id, version)).find(({ id }) => id === wanted)?.zones ?? []
}

async function typesIn(catalog: Catalog, zones: string[]): Promise<Spec[]> {
  const specs = [...(await catalog.specs()).values()]
  const sold = await Promise.all(specs.map(({ id }) => catalog.zonesOf(id)))
  const here = specs.filter((_, i) =>
    zones.length > 0 ? zones.every(zone => sold[i]!.includes(zone)) : sold[i]!.length > 0,
  )
  return here.sort(byFitness)
}

async function zoneFor(catalog: Catalog, domain: string): Promise<{ id: string; name: string } | undefined> {
  const fitting = (await catalog.hostedZones()).filter(({ name }) => domain === name || domain.endsWith(`.${name}`))
  return fitting.sort((a, b) => b.name.length - a.name.length)[0]
}
