import { expect } from 'vitest'
import { expectDone, newScene } from '../support/scene.ts'
import { inventoryOf, type Subject, sentTwice, teardownArgs, upArgsOf } from '../support/subjects.ts'
import { cleanRun, inParallel } from './killing.ts'

const FAULTS = 'throttle=0.2,error=0.05,reset=0.05'
/** What is allowed after the first. */
const MORE_UPS = 3

/** A whole life under faults for each of these seeds; prints how many `up` each took. */
export async function liveInBadWeather(subject: Subject, seeds: number[]): Promise<void> {
  const clean = await cleanRun('up', subject)
  const ups = await inParallel(seeds.map(seed => () => weather(seed, clean.inventory, subject)))
  const spread = [1, 2, 3, 4].map(n => `${ups.filter(count => count === n).length} with ${n}`).join(', ')
  console.log(`${subject.blueprint} chaos: ${seeds.length} seeds of ${FAULTS}; complete by up number: ${spread}`)
  expect(Math.max(...ups)).toBeLessThanOrEqual(1 + MORE_UPS)
}

/** One whole life under faults. Returns how many `up` it took. */
async function weather(seed: number, wanted: string[], subject: Subject): Promise<number> {
  const scene = await newScene(subject, { faults: `${FAULTS},seed=${seed}`, seed })
  const upArgs = upArgsOf(subject)
  try {
    let ups = 1
    let ended = await scene.run(upArgs)
    for (; ended.code === 1 && ups <= MORE_UPS; ups++) ended = await scene.run(upArgs)
    expectDone(ended, `up with seed ${seed}`)
    expect(inventoryOf(scene.sandbox), `seed ${seed}`).toEqual(wanted)
    expect(sentTwice(scene.sandbox), `seed ${seed}`).toEqual([])
    let down = await scene.run(teardownArgs)
    for (let more = 0; down.code !== 0 && more < MORE_UPS; more++) down = await scene.run(teardownArgs)
    expectDone(down, `teardown with seed ${seed}`)
    expect(inventoryOf(scene.sandbox), `teardown with seed ${seed}`).toEqual(scene.before)
    return ups
  } finally {
    await scene.close()
  }
}
