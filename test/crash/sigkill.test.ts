import { describe, it } from 'vitest'
import { isRead } from '../support/proxy.ts'
import { sampled, spreadInTurn } from '../support/sampled.ts'
import { subjects } from '../support/subjects.ts'
import { type Kill, killAtCalls } from './killing.ts'

/** Kills that `npm test` tries of each verb: a lost change hurts most. */
const AT_CHANGES = 5
const AT_READS = 1

describe.each(subjects)('the command killed with SIGKILL while it works on $blueprint', subject => {
  it.each(['up', 'teardown'] as const)(
    'during %s, before and after a call is answered, leaves no double and nothing behind',
    {
      timeout: 7_200_000,
    },
    verb => killAtCalls(verb, subject, kills => sampled(`kills of ${subject.blueprint}`, kills, someOf)),
  )
})

function someOf(kills: Kill[]): Kill[] {
  const reads = kills.filter(({ call }) => isRead(call.action))
  const changes = kills.filter(({ call }) => !isRead(call.action))
  return [...spreadInTurn(byMoment(changes), AT_CHANGES), ...spreadInTurn(byMoment(reads), AT_READS)]
}

function byMoment(kills: Kill[]): Kill[][] {
  return [kills.filter(({ moment }) => moment === 'before'), kills.filter(({ moment }) => moment === 'after')]
}
