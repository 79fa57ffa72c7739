import { resolveNs } from 'node:dns/promises'
import type { Values } from '../../answers/question.ts'
import { number, numbered, text, yes } from './chapters/names.ts'
import { VPC_QUOTA } from './chapters/network.ts'
import { zoneOf } from './chapters/subnets.ts'
import { type AwsLive, archOf } from './live.ts'
import type { DbClass, Engine, Market } from './market.ts'
import { ruledOut, supported } from './ranking.ts'

/** `real`: a cloud on the internet, whose domains can be looked up. `making`: addresses; all when absent. */
export interface Ground {
  making?: ReadonlySet<string> | undefined
  real: boolean
}

/** Machines of one type: where their answers are, and at which addresses they are drawn. */
interface Fleet {
  type: string
  image: string
  tier: string
  places: number[]
  addresses: string[]
}

/**
 * Everything the cloud would refuse in the middle of a run, found before its start. Each sentence names the answer to
 * change and values that would work. Reads only, and only about what is to be made: what is there already needs no stock.
 */
export async function preflight(live: AwsLive, values: Values, ground: Ground): Promise<string[]> {
  const makes = (address: string) => ground.making?.has(address) ?? true
  const fleets = fleetsOf(values).filter(({ addresses }) => addresses.some(makes))
  const subnets = ['public-1', 'public-2'].some(name => makes(`subnets/${name}`))
  const checks = [
    ...(subnets ? [() => zonesExist(live.market, values)] : []),
    ...fleets.flatMap(fleet => [() => typeSold(live, values, fleet), () => imageFits(live, values, fleet)]),
    ...databasesOf(values)
      .filter(({ address }) => makes(address))
      .map(one => () => databaseSold(live.market, values, one)),
    ...(text(values, 'machine.keyName') && makes('machines/key-pair') ? [() => keyNameFree(live.market, values)] : []),
    ...(text(values, 'bucket.name') && makes('database/bucket') ? [() => bucketFree(live.market, values)] : []),
    () => addressesLeft(live.market, values, makes),
    () => networksLeft(live.market, values, makes),
    ...(text(values, 'domain.zone') === 'route53' ? [() => zoneAnswers(live, values, ground)] : []),
  ]
  return (await Promise.all(checks.map(check => check()))).flat()
}

function fleetsOf(values: Values): Fleet[] {
  const fleet = (key: string, tier: string, places: number[], addresses: string[]): Fleet => ({
    type: `${key}.type`,
    image: `${key}.image`,
    tier,
    places,
    addresses,
  })
  const count = Math.max(1, number(values, 'machine.count', 1))
  const web = numbered('machines/instance', count)
  return [
    fleet('machine', 'private', count > 1 ? [1, 2] : [1], web),
    ...(yes(values, 'bastion.enabled') ? [fleet('bastion', 'public', [1], ['machines/bastion'])] : []),
    fleet('web', 'web', [1, 2], ['application/web-template']),
    fleet('tier', 'app', [1, 2], ['application/app-template']),
  ].filter(({ type }) => text(values, type) !== '')
}

async function zonesExist(market: Market, values: Values): Promise<string[]> {
  const zones = await market.zones()
  return ['public1.zone', 'public2.zone']
    .filter(key => !zones.includes(text(values, key)))
    .map(key => `${key}: this region has no zone ${text(values, key)}. It has ${list(zones)}.`)
}

async function typeSold(live: AwsLive, values: Values, fleet: Fleet): Promise<string[]> {
  const type = text(values, fleet.type)
  const [sold, all] = await Promise.all([live.market.zonesOf(type), live.market.zones()])
  // Unknown zones are told once, by zonesExist.
  const zones = fleet.places.map(n => zoneOf(values, fleet.tier, n)).filter(zone => all.includes(zone))
  const others = async () => some((await live.typeChoices(zones)).map(({ value }) => String(value)))
  if (sold.length === 0) {
    return [`${fleet.type}: this region does not sell ${type}. It sells for example ${await others()}.`]
  }
  const lacking = zones.filter(zone => !sold.includes(zone))
  if (lacking.length === 0) return []
  const keys = [1, 2].filter(n => lacking.includes(text(values, `public${n}.zone`))).map(n => `public${n}.zone`)
  return [
    `${fleet.type}: ${type} is not sold in ${list(lacking)}. ${list(sold)} ${sold.length > 1 ? 'sell' : 'sells'} it (${keys.join(', ') || 'public1.zone'}); ` +
      `in both zones there are for example ${await others()} (${fleet.type}).`,
  ]
}

async function imageFits(live: AwsLive, values: Values, fleet: Fleet): Promise<string[]> {
  const [id, type] = [text(values, fleet.image), text(values, fleet.type)]
  const [image, arch] = await Promise.all([live.market.image(id), archOf(live.market, type)])
  const others = async () => some((await live.imageChoices(type)).map(({ value }) => String(value)))
  if (!image) return [`${fleet.image}: there is no image ${id} in this region. Choose for example ${await others()}.`]
  if (image.arch !== arch) {
    return [
      `${fleet.image}: ${id} is made for ${image.arch}, ${type} (${fleet.type}) runs ${arch}. Choose for example ${await others()}.`,
    ]
  }
  if (!image.linux) return [`${fleet.image}: ${id} is not Linux. Choose for example ${await others()}.`]
  if (/^amzn2-/.test(image.name)) {
    return [
      `${fleet.image}: ${id} is Amazon Linux 2, without updates since June 2026. Choose for example ${await others()}.`,
    ]
  }
  return []
}

interface DatabaseOf {
  chapter: string
  engine: Engine
  tier: string
  address: string
}

function databasesOf(values: Values): DatabaseOf[] {
  const all: DatabaseOf[] = [
    { chapter: 'database', engine: 'mysql', tier: 'private', address: 'database/instance' },
    { chapter: 'aurora', engine: 'aurora-mysql', tier: 'database', address: 'database/instance' },
  ]
  return all.filter(({ chapter }) => text(values, `${chapter}.class`) !== '')
}

async function databaseSold(market: Market, values: Values, { chapter, engine, tier }: DatabaseOf): Promise<string[]> {
  const [version, wanted] = [text(values, `${chapter}.version`), text(values, `${chapter}.class`)]
  const versions = (await market.versions(engine)).map(({ id }) => id)
  if (!versions.includes(version)) {
    const good = versions.filter(id => supported(engine, id))
    return [`${chapter}.version: there is no ${engine} ${version} in this region. Choose for example ${some(good)}.`]
  }
  const classes = (await market.classes(engine, version)).filter(({ id }) => !ruledOut(id))
  const zones = [...new Set([1, 2].map(n => zoneOf(values, tier, n)))]
  const fits = ({ zones: has }: DbClass) => zones.every(zone => has.includes(zone))
  const found = classes.find(({ id }) => id === wanted)
  if (found && fits(found)) return []
  const others = classes.filter(fits).map(({ id }) => id)
  if (!found) {
    return [`${chapter}.class: ${wanted} is not sold for ${engine} ${version}. Choose for example ${some(others)}.`]
  }
  return [
    `${chapter}.class: ${wanted} is sold in ${list(found.zones)}, not in both ${zones.join(' and ')} (public1.zone, public2.zone). Choose for example ${some(others)}.`,
  ]
}

/** Key pairs are told apart by name alone: one that is not ours would be used for our machines, or block the import. */
async function keyNameFree(market: Market, values: Values): Promise<string[]> {
  const name = text(values, 'machine.keyName')
  const tags = await market.keyPair(name)
  if (!tags || tags['stackwright:stack']) return []
  return [`machine.keyName: this region has a key pair ${name} that stackwright did not make. Choose another name.`]
}

async function bucketFree(market: Market, values: Values): Promise<string[]> {
  const name = text(values, 'bucket.name')
  // One of our own account is looked at when it is made: an earlier run may have left it there.
  return (await market.bucket(name)) === 'taken'
    ? [`bucket.name: somebody else has a bucket ${name}. Choose another name; the world’s buckets share them.`]
    : []
}

async function addressesLeft(market: Market, values: Values, makes: (address: string) => boolean): Promise<string[]> {
  const needed = Array.from({ length: number(values, 'nat.count', 1) }, (_, i) => `subnets/elastic-ip-${i + 1}`)
  const more = needed.filter(makes).length
  if (more === 0) return []
  const { used, most } = await market.addresses()
  return used + more > most
    ? [
        `nat.count: ${more} more Elastic IP ${more > 1 ? 'addresses are' : 'address is'} needed, and the region has ${used} of the ${most} it may have. Release some, ask AWS for more (Service Quotas)${more > 1 ? ', or take one NAT gateway' : ''}.`,
      ]
    : []
}

/**
 * EC2 does not tell how many there may be. More than AWS allows by itself shows that it has raised it; with as many, what
 * people say counts, so that the run does not end in its first second with a role and a key pair made.
 */
async function networksLeft(market: Market, values: Values, makes: (address: string) => boolean): Promise<string[]> {
  const [vpc, gateway] = [makes('network/vpc'), makes('network/internet-gateway')]
  if (!vpc && !gateway) return []
  const said = number(values, 'vpc.quota', 0)
  const { vpcs, gateways } = await market.networks()
  const full = (used: number) => (said > 0 ? used >= said : used === VPC_QUOTA)
  const counts = [
    ...(vpc && full(vpcs) ? [`${vpcs} VPCs`] : []),
    ...(gateway && full(gateways) ? [`${gateways} internet gateways`] : []),
  ]
  if (counts.length === 0) return []
  const way = said > 0 ? '' : ` If AWS has raised yours, say so: --set vpc.quota=${VPC_QUOTA * 2}.`
  return [
    `vpc.quota: the region has ${counts.join(' and ')}, and may have ${said || VPC_QUOTA} of each. Remove one in the console, ask AWS for more (Service Quotas), or take another region (--region).${way}`,
  ]
}

/** The zone is still there, covers the name and, on the internet, is the one that the world asks (facts §7). */
async function zoneAnswers(live: AwsLive, values: Values, { real }: Ground): Promise<string[]> {
  const [id, name] = [text(values, 'domain.zoneId'), text(values, 'domain.name')]
  const zone = (await live.market.hostedZones()).find(one => one.id === id)
  if (!zone) return [`domain.zoneId: this account has no public hosted zone ${id}.`]
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    return [`domain.zoneId: the zone ${id} answers for ${zone.name}, not for ${name} (domain.name).`]
  }
  if (!real) return []
  const servers = await resolveNs(zone.name).catch(() => undefined)
  // No answer at all may as well be this machine's own resolver: only a wrong answer is a problem.
  if (!servers || servers.length === 0 || servers.some(server => /\.awsdns-\d+\./.test(server))) return []
  return [
    `domain.name: ${zone.name} is answered by ${list(servers.sort())}, not by Route 53, so its certificate would never be issued. Point it to the zone’s name servers at your registrar, or answer domain.zone with "elsewhere".`,
  ]
}

function some(items: string[]): string {
  return items.length > 0 ? items.slice(0, 3).join(', ') : 'nothing'
}

function list(items: string[]): string {
  const distinct = [...new Set(items)]
  return distinct.length > 1 ? `${distinct.slice(0, -1).join(', ')} or ${distinct.at(-1)}` : (distinct[0] ?? 'nothing')
}
