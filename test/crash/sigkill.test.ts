import { describe, expect, it } from 'vitest'
import { cleanRun, inParallel, killAt, type Moment, type Verb } from './killing.ts'

/** Reads are sampled here; CRASH=all (npm run crash) takes every call. */
const all = process.env.CRASH === 'all'
const everyNthRead = 12
const moments: Moment[] = ['before', 'after']
const isRead = (action: string) => /^(Describe|List|Get)/.test(action)

describe('the command killed with SIGKILL', () => {
  for (const verb of ['up', 'teardown'] as Verb[]) {
    it(`during ${verb}, before and after the answer of a call, leaves nothing double and nothing behind`, {
      timeout: 3_600_000,
    }, async () => {
      const clean = await cleanRun(verb)
      const chosen = clean.calls.filter(call => all || !isRead(call.action) || call.nth % everyNthRead === 0)
      const points = chosen.flatMap(call => moments.map(moment => ({ call, moment })))
      const hits = await inParallel(
        points.map(
          ({ call, moment }) =>
            () =>
              killAt(verb, call.nth, moment, clean),
        ),
      )
      const hit = hits.filter(Boolean).length
      const mutating = clean.calls.filter(call => !isRead(call.action)).length
      console.log(
        `${verb}: ${clean.calls.length} calls, ${mutating} of them mutating; ${points.length} kills tried, ${hit} hit; 0 doubles, 0 left over`,
      )
      expect(hit).toBeGreaterThan(points.length * 0.8)
    })
  }
})
