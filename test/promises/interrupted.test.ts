import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventsOf } from '../support/bin.ts'
import { expectDone, newScene, type Scene } from '../support/scene.ts'
import { inventoryOf, subjects, teardownArgs, upArgsOf } from '../support/subjects.ts'

let scene: Scene
afterEach(() => scene.close())

/** Even where everything that was saved is there, half a stack is not called a whole one. */
async function expectUnfinished(next: string): Promise<void> {
  const status = await scene.run(['status', '--json'])
  expect(status.code, status.stdout).toBe(1)
  const last = eventsOf(status).at(-1)!
  expect((last.problem as { next: string }).next).toContain(next)
  expect(last).not.toHaveProperty('outputs')
}

describe.each(subjects)('Ctrl-C, once, while $blueprint', subject => {
  const upArgs = upArgsOf(subject)
  beforeEach(async () => {
    scene = await newScene(subject)
  })

  it('is built: what is under way is finished and saved, exit 130, status says so, and the next up goes on', async () => {
    for (const wanted of subject.interruptedAt) {
      const ended = await scene.runInterrupted(upArgs, action => action === wanted)
      expect(ended.code, `${wanted}: ${ended.stdout.slice(-2000)}`).toBe(130)
      await expectUnfinished('stackwright up')
    }
    expectDone(await scene.run(upArgs))
    const ours = inventoryOf(scene.sandbox).filter(line => line.includes('/'))
    expect(new Set(ours).size).toBe(ours.length)
  })

  it('is removed: exit 130, and the next teardown ends with nothing', async () => {
    expectDone(await scene.run(upArgs))
    const ended = await scene.runInterrupted(teardownArgs, action => /^(Delete|Terminate)/.test(action))
    expect(ended.code, ended.stdout.slice(-2000)).toBe(130)
    await expectUnfinished('stackwright teardown')
    expectDone(await scene.run(teardownArgs))
    expect(inventoryOf(scene.sandbox)).toEqual(scene.before)
  })
})
