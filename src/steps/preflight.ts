import type { CheckedRun, DrawnCheck } from './drawing.ts'

/**
 * Everything that the cloud would refuse in the middle of a run, found before its start: the checks of the parts that
 * were drawn, as far as they are about something that is still to be made. `making`: the addresses to be made.
 */
export async function preflight(
  checks: DrawnCheck[],
  lookups: unknown,
  { making, real }: { making: ReadonlySet<string>; real: boolean },
): Promise<string[]> {
  const run: CheckedRun = { makes: ({ address }) => making.has(address), real }
  const due = checks.filter(({ places }) => places.length === 0 || places.some(run.makes))
  const problems = await Promise.all(due.map(({ check }) => check(lookups as never, run)))
  return [...new Set(problems.flat())]
}
