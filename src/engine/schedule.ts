import type { Run } from './run.ts'
import { interrupted, isInterruption, together } from './run.ts'

/** Work that starts when the tasks it needs are done. */
export interface Task {
  address: string
  needs: string[]
  /** How long it typically takes, milliseconds of the cloud's time. */
  expectMs: number
  /** `rank`: how long the longest chain that starts here typically takes; the higher, the more urgent. */
  work(rank: number): Promise<void>
}

/**
 * Runs every task as soon as those it needs are done, the slowest chain first. After a failure or the first Ctrl-C
 * nothing new is started; tasks in progress run to their end. Returns the longest chain of what was actually waited for,
 * in milliseconds. Throws when anything failed, with all failures in one Problem.
 */
export async function runTasks(run: Pick<Run, 'drain'>, tasks: Task[]): Promise<number> {
  const byAddress = new Map(tasks.map(task => [task.address, task]))
  const ranks = rankAll(tasks)
  const failures: unknown[] = []
  const chains = new Map<string, number>()
  const done = new Map<string, Promise<boolean>>()

  function start(task: Task): Promise<boolean> {
    const known = done.get(task.address)
    if (known) return known
    const needs = task.needs.flatMap(address => byAddress.get(address) ?? [])
    const promise = Promise.all(needs.map(start)).then(async oks => {
      if (!oks.every(Boolean) || failures.length > 0 || run.drain.aborted) return false
      const begun = performance.now()
      try {
        await task.work(ranks.get(task.address) ?? 0)
      } catch (error) {
        failures.push(error)
        return false
      } finally {
        const before = Math.max(0, ...needs.map(need => chains.get(need.address) ?? 0))
        chains.set(task.address, before + performance.now() - begun)
      }
      return true
    })
    done.set(task.address, promise)
    return promise
  }

  const urgentFirst = [...tasks].sort((a, b) => (ranks.get(b.address) ?? 0) - (ranks.get(a.address) ?? 0))
  const oks = await Promise.all(urgentFirst.map(start))
  if (failures.length > 0 && !(run.drain.aborted && failures.every(isInterruption))) throw together(failures)
  if (run.drain.aborted && !oks.every(Boolean)) throw interrupted()
  return Math.round(Math.max(0, ...chains.values()))
}

/** For each address the expected length of the longest chain that starts with it, in milliseconds. */
function rankAll(tasks: Task[]): Map<string, number> {
  const dependents = new Map<string, Task[]>()
  for (const task of tasks) for (const need of task.needs) dependents.set(need, [...(dependents.get(need) ?? []), task])
  const ranks = new Map<string, number>()
  function rank(task: Task): number {
    const known = ranks.get(task.address)
    if (known !== undefined) return known
    const after = (dependents.get(task.address) ?? []).map(rank)
    const value = task.expectMs + Math.max(0, ...after)
    ranks.set(task.address, value)
    return value
  }
  for (const task of tasks) rank(task)
  return ranks
}
