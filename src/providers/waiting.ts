import { CloudProblem, hasOutcome, Problem } from '../base/errors.ts'
import type { Session } from './session.ts'

export const second = 1000
export const minute = 60 * second

export interface Until {
  /** What is waited for, for the error: `the instance i-1 to run`. */
  what: string
  /** At most this long, milliseconds of the cloud's time. */
  within: number
  /** First pause; it grows with the time already waited (5 %), up to 10 s. Default one second. */
  every?: number
}

/** Reads repeatedly until `done`; returns the last reading. Throws a Problem when it takes too long. */
export async function until<T>(
  cloud: Session,
  read: () => Promise<T>,
  done: (reading: T) => boolean,
  { what, within, every = second }: Until,
): Promise<T> {
  const start = cloud.now()
  const late = cloud.deadline(within)
  for (;;) {
    const reading = await read()
    if (done(reading)) return reading
    if (late()) {
      throw new Problem({
        what: `Waited ${Math.round(within / minute)} minutes for ${what}.`,
        why: 'The cloud accepted it, but it is not ready yet.',
        next: 'Check it in the console. Run the same command again to keep waiting.',
      })
    }
    await cloud.sleep(growing(cloud.now() - start, every))
  }
}

/** What `read` returns, or undefined where the cloud says "not found". */
export async function orAbsent<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (hasOutcome(error, 'notFound')) return undefined
    throw error
  }
}

/**
 * Waits until the resource exists and is `ready`. A new one can be invisible for a moment, so absence counts only after
 * a minute: then someone else removed it, and `vanished` is thrown (by default a `notFound`).
 */
export async function settled<T>(
  cloud: Session,
  read: () => Promise<T | undefined>,
  ready: (thing: T) => boolean,
  options: Until & { vanished?: CloudProblem },
): Promise<T> {
  const patience = cloud.deadline(minute)
  const thing = await until(
    cloud,
    () => orAbsent(read),
    found => {
      if (found) return ready(found)
      if (!patience()) return false
      throw options.vanished ?? new CloudProblem('notFound', { what: `No longer there: ${options.what}.` })
    },
    options,
  )
  return thing!
}

export interface Removal {
  /** How long a refusal because of a dependency is retried, milliseconds of the cloud's time. */
  within: number
  /** Whether the refusal says that something else still depends on it. */
  isDependency(code: string | undefined): boolean
  /**
   * What blocks the removal and can be removed by people, by the names they find in the console; with `all` also what
   * should have disappeared by itself.
   */
  blockers?(all: boolean): Promise<string[]>
}

/**
 * Sends a removal; while something that is itself being deleted depends on it, retries for `within`. What still blocks it
 * after a minute and can be removed by people ends the waiting and is named. When the time is up and nothing blocks it
 * any more, it is tried once more.
 */
export async function untilRemoved(
  cloud: Session,
  send: () => Promise<unknown>,
  { within, isDependency, blockers = async () => [] }: Removal,
): Promise<'gone'> {
  const late = cloud.deadline(within)
  let look = cloud.deadline(minute, 2000)
  let lastTry = false
  for (let wait = second; ; wait = Math.min(10 * second, wait * 1.2)) {
    try {
      await send()
      return 'gone'
    } catch (error) {
      if (hasOutcome(error, 'notFound')) return 'gone'
      if (!(error instanceof CloudProblem) || !isDependency(error.code)) throw error
      const over = late()
      if (look() || over) {
        const list = await blockers(over)
        if (list.length > 0 || lastTry) throw blocked(error, list)
        // Nothing blocks it any more: what did has disappeared since the answer.
        lastTry = over
        look = cloud.deadline(minute, 2000)
      }
    }
    await cloud.sleep(wait)
  }
}

/**
 * Work that looks first and then sends one call which must not be repeated blindly: after an unknown outcome the work
 * starts over, with the look.
 */
export async function lookAndDo<T>(cloud: Session, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!hasOutcome(error, 'unknown') || attempt === 10) throw error
    }
    await cloud.sleep(attempt * second)
  }
}

/** Waits, at most `within`, until it is absent; returns `going` when it takes longer. */
export async function untilAbsent(
  cloud: Session,
  read: () => Promise<unknown>,
  within: number,
): Promise<'gone' | 'going'> {
  const late = cloud.deadline(within)
  const start = cloud.now()
  for (;;) {
    if ((await orAbsent(read)) === undefined) return 'gone'
    if (late()) return 'going'
    await cloud.sleep(growing(cloud.now() - start, second))
  }
}

function blocked({ what, why, next, code, requestId }: CloudProblem, list: string[]): CloudProblem {
  return new CloudProblem('refused', {
    what,
    list: list.map(line => `Blocked by: ${line}.`),
    ...(why && { why }),
    ...(next && { next }),
    ...(code && { code }),
    ...(requestId && { requestId }),
  })
}

/** Often at first, more rarely the longer it takes. */
function growing(waited: number, every: number): number {
  return Math.min(10 * second, Math.max(every, 0.05 * waited))
}
