import { expect, test } from 'vitest'

interface Runner {
  runGroups(groups: { name: string; files: string[]; needs: Set<string> }[], options: { vitest: string }): number
}

const { runGroups } = (await import('../../scripts/tests/run.mjs' as string)) as Runner

test('a run without a single group fails', () => {
  expect(runGroups([], { vitest: 'none' })).toBe(1)
})

test('a group whose runner reports nothing fails', () => {
  expect(runGroups([{ name: 'fast', files: [], needs: new Set() }], { vitest: 'true' })).toBe(1)
})
