import { describe, it } from 'vitest'
import { sampled } from '../support/sampled.ts'
import { subjects } from '../support/subjects.ts'
import { liveInBadWeather } from './weather.ts'

const SEEDS = Array.from({ length: 50 }, (_, n) => n + 1)
/** Of them `npm test` takes so many. */
const SOME = 4

describe.each(subjects)('$blueprint in a cloud that throttles, fails and breaks connections', subject => {
  it('is built completely and torn down to nothing, whatever the seed', { timeout: 3_600_000 }, () =>
    liveInBadWeather(
      subject,
      sampled(`seeds of bad weather for ${subject.blueprint}`, SEEDS, all => all.slice(0, SOME)),
    ),
  )
})
