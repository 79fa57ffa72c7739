import { describe, it } from 'vitest'
import { isRead } from '../support/proxy.ts'
import { sampled, spreadInTurn } from '../support/sampled.ts'
import { subjects } from '../support/subjects.ts'
import { freezeAtInstants, type Instant } from './freezing.ts'

/** Instants at which `npm test` freezes each verb. */
const INSTANTS = 6

describe.each(subjects)('a run of $blueprint, frozen at an instant of the protocol', subject => {
  it.each(['up', 'down'] as const)(
    'during %s, is resumed to the same inventory as a clean run',
    {
      timeout: 7_200_000,
    },
    verb => freezeAtInstants(verb, subject, instants => sampled(`instants of ${subject.blueprint}`, instants, someOf)),
  )
})

/** Before and after a change, before and after a save: a frozen look-up has lost nothing. */
function someOf(instants: Instant[]): Instant[] {
  const moments = ['before', 'after'].map(moment => instants.filter(({ name }) => name.startsWith(`${moment} `)))
  const what = ({ name }: Instant) => name.slice(name.indexOf(' ') + 1)
  const saves = moments.map(list => list.filter(instant => what(instant) === 'save'))
  const changes = moments.map(list => list.filter(instant => what(instant) !== 'save' && !isRead(what(instant))))
  return spreadInTurn([...changes, ...saves], INSTANTS)
}
