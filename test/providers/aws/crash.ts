import { describe, it } from 'vitest'
import { freezeAtInstants } from '../../crash/freezing.ts'
import { killAtCalls, sample } from '../../crash/killing.ts'
import type { Subject } from '../../crash/subjects.ts'
import { liveInBadWeather } from '../../crash/weather.ts'
import { isRead } from '../../support/proxy.ts'

/** With CRASH=all (npm run crash) every instant and every call; otherwise a few of them, evenly spread. */
const all = process.env.CRASH === 'all'
const INSTANTS = 12
const CHANGES = 6
const READS = 2
const SEEDS = 20

/** The proofs that a blueprint of AWS can be killed anywhere. */
export function proveKillable(subject: Subject): void {
  describe(`${subject.blueprint} on AWS, frozen at an instant of the protocol`, () => {
    for (const verb of ['up', 'down'] as const) {
      it(`during ${verb}, is resumed to the same inventory as a clean run`, { timeout: 7_200_000 }, () =>
        freezeAtInstants(verb, instants => (all ? instants : sample(instants, INSTANTS)), subject),
      )
    }
  })

  describe(`${subject.blueprint} on AWS, killed with SIGKILL`, () => {
    for (const verb of ['up', 'teardown'] as const) {
      it(
        `during ${verb}, before and after the answer of a call, leaves nothing double and nothing behind`,
        {
          timeout: 7_200_000,
        },
        () => killAtCalls(verb, calls => (all ? calls : someOf(calls)), subject),
      )
    }
  })

  describe(`${subject.blueprint} on an AWS that throttles, fails and breaks connections`, () => {
    it(`is built completely and torn down to nothing, with each of ${SEEDS} seeds`, { timeout: 1_800_000 }, () =>
      liveInBadWeather(SEEDS, subject),
    )
  })
}

function someOf<T extends { action: string }>(calls: T[]): T[] {
  const reads = calls.filter(({ action }) => isRead(action))
  const changes = calls.filter(({ action }) => !isRead(action))
  return [...sample(changes, CHANGES), ...sample(reads, READS)]
}
