import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // Two cores: more workers only make the machines' clocks in the embedded cloud drift.
    maxWorkers: 2,
    reporters: ['default'],
  },
})
