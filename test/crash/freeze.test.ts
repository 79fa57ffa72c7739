import { describe, it } from 'vitest'
import { sampled, spread } from '../support/sampled.ts'
import { subjects } from '../support/subjects.ts'
import { freezeAtInstants } from './freezing.ts'

const INSTANTS = 16

describe.each(subjects)('a run of $blueprint, frozen at an instant of the protocol', subject => {
  it.each(['up', 'down'] as const)(
    'during %s, is resumed to the same inventory as a clean run',
    {
      timeout: 7_200_000,
    },
    verb =>
      freezeAtInstants(verb, subject, instants =>
        sampled(`instants of ${subject.blueprint}`, instants, all => spread(all, INSTANTS)),
      ),
  )
})
