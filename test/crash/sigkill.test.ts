import { describe, it } from 'vitest'
import { isRead } from '../support/proxy.ts'
import { killAtCalls, type Verb } from './killing.ts'

/** Reads are sampled here; CRASH=all (npm run crash) takes every call. */
const all = process.env.CRASH === 'all'
const everyNthRead = 12

describe('the command killed with SIGKILL', () => {
  for (const verb of ['up', 'teardown'] as Verb[]) {
    it(
      `during ${verb}, before and after the answer of a call, leaves nothing double and nothing behind`,
      {
        timeout: 3_600_000,
      },
      () =>
        killAtCalls(verb, calls =>
          calls.filter(({ action, nth }) => all || !isRead(action) || nth % everyNthRead === 0),
        ),
    )
  }
})
