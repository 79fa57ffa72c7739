import type { Values } from '../../../answers/question.ts'
import type { Check, StepDrawing } from '../../../steps/drawing.ts'
import type { Place } from '../../../steps/results.ts'
import { list, some } from '../../sentences.ts'
import { type AwsLookups, archOf } from '../lookups.ts'
import { text } from './names.ts'
import { zoneOf } from './subnets.ts'

/** Machines of one type: where their answers are, and the subnets they are in. */
export interface Fleet {
  /** First part of the keys: `machine` for `machine.type` and `machine.image`. */
  key: string
  /** The tier of subnets. */
  tier: string
  /** Which of its two subnets. */
  subnets: number[]
}

/** Before any of `places` is made, its type must be offered in its zones, and its image fit. */
export function checkFleet(on: StepDrawing<AwsLookups>, places: Place[], values: Values, fleet: Fleet): void {
  const checks = [typeOffered, imageFits].map(
    (check): Check<AwsLookups> =>
      lookups =>
        check(lookups, values, fleet),
  )
  for (const check of checks) on.check(places, check)
}

async function typeOffered(lookups: AwsLookups, values: Values, { key, tier, subnets }: Fleet): Promise<string[]> {
  const type = text(values, `${key}.type`)
  const [offered, all] = await Promise.all([lookups.catalog.zonesOf(type), lookups.catalog.zones()])
  // Unknown zones are told once, with the subnets.
  const zones = subnets.map(n => zoneOf(values, tier, n)).filter(zone => all.includes(zone))
  const others = async () => some((await lookups.typeChoices(zones)).map(({ value }) => String(value)))
  if (offered.length === 0) {
    return [`${key}.type: this region does not offer ${type}. It offers for example ${await others()}.`]
  }
  const lacking = zones.filter(zone => !offered.includes(zone))
  if (lacking.length === 0) return []
  const keys = [1, 2].filter(n => lacking.includes(text(values, `public${n}.zone`))).map(n => `public${n}.zone`)
  return [
    `${key}.type: ${type} is not offered in ${list(lacking)}. ${list(offered)} ${offered.length > 1 ? 'offer' : 'offers'} it (${keys.join(', ') || 'public1.zone'}); ` +
      `in both zones there are for example ${await others()} (${key}.type).`,
  ]
}

async function imageFits(lookups: AwsLookups, values: Values, { key }: Fleet): Promise<string[]> {
  const [id, type] = [text(values, `${key}.image`), text(values, `${key}.type`)]
  const [image, arch] = await Promise.all([lookups.catalog.image(id), archOf(lookups.catalog, type)])
  const others = async () => some((await lookups.imageChoices(type)).map(({ value }) => String(value)))
  if (!image) return [`${key}.image: there is no image ${id} in this region. Choose for example ${await others()}.`]
  if (image.arch !== arch) {
    return [
      `${key}.image: ${id} is made for ${image.arch}, ${type} (${key}.type) runs ${arch}. Choose for example ${await others()}.`,
    ]
  }
  if (!image.linux) return [`${key}.image: ${id} is not Linux. Choose for example ${await others()}.`]
  if (/^amzn2-/.test(image.name)) {
    return [
      `${key}.image: ${id} is Amazon Linux 2, without updates since June 2026. Choose for example ${await others()}.`,
    ]
  }
  return []
}
