import type { Values } from '../../../../answers/question.ts'
import { list, some } from '../../../sentences.ts'
import type { DbClass } from '../../catalog.ts'
import type { AwsLookups } from '../../lookups.ts'
import { ruledOut } from '../../ranking.ts'
import { text } from '../names.ts'
import { zoneOf } from '../subnets.ts'
import type { DatabaseQuestions } from './questions.ts'

/** Whether RDS offers the version, and its class in both zones. */
export async function databaseOffered(
  { catalog }: AwsLookups,
  values: Values,
  { key, engine, tier }: Pick<DatabaseQuestions, 'key' | 'engine' | 'tier'>,
): Promise<string[]> {
  const [version, wanted] = [text(values, `${key}.version`), text(values, `${key}.class`)]
  const versions = (await catalog.versions(engine.id)).map(({ id }) => id)
  if (!versions.includes(version)) {
    const good = versions.filter(engine.supports)
    return [`${key}.version: there is no ${engine.id} ${version} in this region. Choose for example ${some(good)}.`]
  }
  const classes = (await catalog.classes(engine.id, version)).filter(({ id }) => !ruledOut(id))
  const zones = [...new Set([1, 2].map(n => zoneOf(values, tier, n)))]
  const fits = ({ zones: has }: DbClass) => zones.every(zone => has.includes(zone))
  const found = classes.find(({ id }) => id === wanted)
  if (found && fits(found)) return []
  const others = classes.filter(fits).map(({ id }) => id)
  if (!found) {
    return [`${key}.class: ${wanted} is not offered for ${engine.id} ${version}. Choose for example ${some(others)}.`]
  }
  return [
    `${key}.class: ${wanted} is offered in ${list(found.zones)}, not in both ${zones.join(' and ')} (public1.zone, public2.zone). Choose for example ${some(others)}.`,
  ]
}
