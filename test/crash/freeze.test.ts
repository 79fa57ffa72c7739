import { describe, it } from 'vitest'
import { freezeAtInstants, type Verb } from './freezing.ts'

/** Every instant with CRASH=all; otherwise every instant of a save or a change, and a sample of the reads'. */
const all = process.env.CRASH === 'all'
const everyNthRead = 10

describe('a run frozen at an instant of the protocol', () => {
  for (const verb of ['up', 'down'] as Verb[]) {
    it(`of ${verb} is resumed to the same inventory as a clean run`, { timeout: 3_600_000 }, () =>
      freezeAtInstants(verb, instants =>
        instants.filter(({ nth, isRead }) => all || !isRead || (nth - 1) % everyNthRead === 0),
      ),
    )
  }
})
