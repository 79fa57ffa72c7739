import { describe, it } from 'vitest'
import { isRead, type Passing } from '../support/proxy.ts'
import { sampled, spread } from '../support/sampled.ts'
import { subjects } from '../support/subjects.ts'
import { killAtCalls } from './killing.ts'

const CHANGES = 7
const READS = 2

describe.each(subjects)('the command killed with SIGKILL while it works on $blueprint', subject => {
  it.each(['up', 'teardown'] as const)(
    'during %s, before and after a call is answered, leaves no double and nothing behind',
    {
      timeout: 7_200_000,
    },
    verb => killAtCalls(verb, subject, calls => sampled(`calls of ${subject.blueprint}`, calls, someOf)),
  )
})

function someOf(calls: Passing[]): Passing[] {
  const reads = calls.filter(({ action }) => isRead(action))
  const changes = calls.filter(({ action }) => !isRead(action))
  return [...spread(changes, CHANGES), ...spread(reads, READS)]
}
