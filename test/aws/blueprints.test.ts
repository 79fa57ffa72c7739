import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blueprints } from '../../src/blueprints/index.ts'
import { rails } from '../../src/blueprints/rails/index.ts'
import { aws } from '../../src/providers/aws/index.ts'
import { providers } from '../../src/providers/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { serve } from '../../src/sandbox/server.ts'
import { downHere, type Place, upHere } from '../support/stack.ts'

providers.aws ??= async () => aws as unknown as Provider
const hack = process.env.NOBUCKET
  ? {
      ...rails,
      steps: rails.steps.map(step => ({
        ...step,
        draw: (...a: Parameters<typeof step.draw>) => {
          step.draw(...a)
          const [sheet] = a
          sheet.nodes = sheet.nodes.filter(n => n.address !== 'database/bucket')
          for (const n of sheet.nodes) n.needs = n.needs.filter(x => x !== 'database/bucket')
        },
      })),
    }
  : rails
blueprints.rails ??= async () => hack

let server: Awaited<ReturnType<typeof serve>>
const speed = 500

beforeAll(async () => {
  server = await serve({ speed })
})
afterAll(() => server.close())

describe('Rails', () => {
  test('is built', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sw-'))
    const events: unknown[] = []
    const place: Place = { folder, url: server.url, speed, blueprint: 'rails', cloud: 'aws', events: events as never }
    try {
      const { criticalPathMs, calls } = await upHere(place)
      console.log(criticalPathMs, calls)
    } catch (error) {
      console.log(error, JSON.stringify(events.slice(-10), null, 1))
      throw error
    }
    const left = await downHere(place)
    expect(left.left).toEqual([])
  })
})
