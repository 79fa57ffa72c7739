import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 180_000,
    hookTimeout: 240_000,
    maxWorkers: availableParallelism(),
    reporters: ['default'],
  },
})
