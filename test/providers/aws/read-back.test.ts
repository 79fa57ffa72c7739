import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectDone, newScene, type Scene } from '../../support/scene.ts'
import { subjectsOf, teardownArgs, upArgsOf } from '../../support/subjects.ts'
import { type Held, heldBy, sorted } from './boto3.ts'

for (const subject of subjectsOf('aws')) {
  describe(`${subject.blueprint}, built in the embedded cloud`, () => {
    let scene: Scene
    beforeEach(async () => {
      scene = await newScene(subject)
    })
    afterEach(() => scene.close())

    const inventory = () =>
      sorted(
        scene.sandbox.inventory().map(({ type, id, state, tags }) => ({ type, id, state, tags }) as unknown as Held),
      )

    it('reads back the same through boto3: ids, states and tags of everything there is', {
      timeout: 300_000,
    }, async () => {
      expectDone(await scene.run(upArgsOf(subject)))
      const read = await heldBy(scene.sandbox.url)
      expect(read.length).toBeGreaterThan(35)
      expect(read).toEqual(inventory())
      expectDone(await scene.run(teardownArgs))
      expect(await heldBy(scene.sandbox.url)).toEqual(inventory())
      expect(scene.sandbox.log.defects()).toEqual([])
    })
  })
}
