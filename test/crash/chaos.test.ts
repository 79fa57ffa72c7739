import { describe, it } from 'vitest'
import { liveInBadWeather } from './weather.ts'

const SEEDS = 50

describe('a cloud that throttles, fails and breaks connections', () => {
  it(`is built on completely and torn down to nothing, with each of ${SEEDS} seeds`, { timeout: 1_800_000 }, () =>
    liveInBadWeather(SEEDS),
  )
})
