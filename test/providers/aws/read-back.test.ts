import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { State } from '../../../src/engine/state.ts'
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
      expect(read.flatMap(({ tags }) => tags['stackwright:address'] ?? []).sort()).toEqual(tagged(scene))
      expect(read).toEqual(inventory())
      expectDone(await scene.run(teardownArgs))
      expect(await heldBy(scene.sandbox.url)).toEqual(inventory())
      expect(scene.sandbox.log.defects()).toEqual([])
    })
  })
}

/** Kinds that have no tags in AWS: parts of something else, or a state that is waited for. */
const WITHOUT_TAGS = [
  ...['security-rules', 'targets', 'record', 'validation-record', 'scaling-policy', 'command'],
  ...['certificate-issued', 'machine-ready', 'healthy-targets'],
].map(name => `aws:${name}`)

/** The addresses that the stack's own state knows of everything that has tags, in order. */
function tagged({ cwd }: Scene): string[] {
  const state = JSON.parse(readFileSync(join(cwd, '.stackwright/shop/state.json'), 'utf8')) as State
  return Object.entries(state.entries)
    .filter(([, { type }]) => !WITHOUT_TAGS.includes(type))
    .map(([address]) => address)
    .sort()
}
