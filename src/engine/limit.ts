/** Runs a few calls at a time; how many adapts to how often the other side throttles them. */
export interface Limit {
  /** Runs `work` when its turn comes: higher `rank` first, then in the order of arrival. Settles as `work` does. */
  run<T>(rank: number, work: () => Promise<T>): Promise<T>
  /** Reports that work started at `startedAt` (a value of `now()`) was throttled: the limit halves, once for all that ran together. */
  throttled(startedAt: number): void
  /** Reports a success: after as many in a row as the limit allows at once, it grows by one. */
  succeeded(): void
  /** A counter for `throttled`: not a time. */
  now(): number
  /** How many can run at this moment. */
  current(): number
}

/** Bounds of a limit, in calls at a time. */
export interface LimitOptions {
  start: number
  min: number
  max: number
  /** Called with the new limit each time it halves. */
  onHalved?(limit: number): void
}

/**
 * A limit with additive increase and multiplicative decrease, like TCP's: a throttling answer carries no numbers
 * (Alibaba Cloud publishes them only in its Quota Center), so the limit is found by trying.
 */
export function createLimit({ start, min, max, onHalved }: LimitOptions): Limit {
  let limit = start
  let running = 0
  let streak = 0
  let clock = 0
  let halvedAt = -1
  const waiting: { rank: number; order: number; go: () => void }[] = []

  return {
    run(rank, work) {
      return new Promise((resolve, reject) => {
        const go = () => {
          running++
          work()
            .then(resolve, reject)
            .finally(() => {
              running--
              startNext()
            })
        }
        insert(waiting, { rank, order: clock++, go })
        startNext()
      })
    },
    throttled(startedAt) {
      streak = 0
      // Calls that were in progress when the limit was halved say nothing about the new limit.
      if (startedAt <= halvedAt) return
      halvedAt = clock++
      const halved = Math.max(min, Math.floor(limit / 2))
      if (halved === limit) return
      limit = halved
      onHalved?.(limit)
    },
    succeeded() {
      if (++streak < limit) return
      streak = 0
      limit = Math.min(max, limit + 1)
      startNext()
    },
    now: () => clock++,
    current: () => limit,
  }

  function startNext() {
    while (running < limit) {
      const next = waiting.shift()
      if (!next) return
      next.go()
    }
  }
}

/** Keeps the list ordered by rank, then by arrival. */
function insert<T extends { rank: number; order: number }>(list: T[], item: T) {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]!.rank >= item.rank) low = middle + 1
    else high = middle
  }
  list.splice(low, 0, item)
}
