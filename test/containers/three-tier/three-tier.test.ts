import { describe, expect, it } from 'vitest'
import { slowly } from '../aws/support.ts'
import { faultsOf } from './faults.ts'
import { whoReachesWhom } from './reach.ts'
import { throughTheReader } from './reader.ts'
import { killedMachines } from './replaced.ts'
import { useTiers } from './stack.ts'

/** One stack, built once: what is shown on it is in the folder of the same name, in the order of this list. */
const tiers = useTiers()

describe('the three tiers in machines that really run', () => {
  it('are built to their end by the program alone', () => {
    expect(tiers.made.code === 0 ? '' : tiers.made.stdout + tiers.made.stderr).toBe('')
    expect(tiers.made.code).toBe(0)
  })

  it('write three times and read three, served by both servers of both tiers', async () => {
    for (let n = 0; n < 3; n++) expect((await tiers.visit('/write')).body).toContain('Saved')
    const rows = async () => JSON.parse((await tiers.visit('/read')).body) as string[]
    expect(await slowly(rows, list => list.length >= 3, 60)).toHaveLength(3)
    const logs = { ApacheWeb: 'cat /var/log/apache2/*access*', App: 'journalctl -u stackwright-uwsgi -o cat' }
    for (const tier of ['ApacheWeb', 'App'] as const) {
      for (const { id } of await tiers.servers(tier)) {
        const seen = async () => {
          expect((await tiers.visit('/read')).status).toBe(200)
          return await tiers.inside(id, logs[tier])
        }
        expect(await slowly(seen, log => log.includes('/read'), 60), id).toContain('/read')
      }
    }
  }, 240_000)
})

throughTheReader(tiers)
whoReachesWhom(tiers)
faultsOf(tiers)
killedMachines(tiers)

describe('the three tiers in the end', () => {
  it('are taken down with every container', async () => {
    const gone = await tiers.program('teardown')
    expect(gone.code, gone.stdout + gone.stderr).toBe(0)
    const left = async () =>
      (await tiers.runtime.run(['ps', '--all', '--quiet', '--filter', `label=stackwright.sandbox=${tiers.sandbox}`]))
        .stdout
    expect(await slowly(left, text => text === '', 60)).toBe('')
  }, 300_000)
})
