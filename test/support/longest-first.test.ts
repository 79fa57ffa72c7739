import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { packageFile } from '../../src/base/files.ts'
import { SECONDS } from './longest-first.ts'

it('the files that are begun first are there, the longest at the top', () => {
  expect(Object.keys(SECONDS).filter(file => !existsSync(packageFile(file)))).toEqual([])
  expect(Object.values(SECONDS)).toEqual(Object.values(SECONDS).toSorted((a, b) => b - a))
})
