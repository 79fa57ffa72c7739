import { afterEach, beforeEach, expect, test, vi } from 'vitest'

interface Runner {
  runGroups(groups: { name: string; files: string[]; needs: Set<string> }[], options: { vitest: string }): number
}

const { runGroups } = (await import('../../scripts/tests/run.mjs' as string)) as Runner

// What the runner prints must not be taken for the result of the run that this test is part of.
beforeEach(() => void vi.spyOn(console, 'log').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

test('a run without a single group fails', () => {
  expect(runGroups([], { vitest: 'none' })).toBe(1)
})

test('a group whose runner reports nothing fails', () => {
  expect(runGroups([{ name: 'fast', files: [], needs: new Set() }], { vitest: 'true' })).toBe(1)
})
