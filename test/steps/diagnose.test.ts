import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { newState } from '../../src/engine/state.ts'
import { type BackendView, brokenHop, type Diagnosable, diagnose, unexplained } from '../../src/steps/diagnose.ts'

const state = newState({
  ...{ stack: 'shop', blueprint: 'x', cloud: 'x', account: 'x', region: 'x', sandbox: true },
})
const view: BackendView = { machine: 'i-1', healthy: true, state: 'healthy', port: 5000, path: '/ws/health' }

/** A cloud with one healthy machine, whose scripts run on this computer. */
function cloud() {
  const said: string[] = []
  const connected: Diagnosable = {
    backends: async () => [view],
    async runScript(machines, script) {
      const output = spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout
      said.push(output)
      return machines.map(machine => ({ machine, output }))
    },
  }
  return { connected, said }
}

const script = `#!/bin/bash
echo "$CHECK_PORT $CHECK_PATH $CHECK_VISIT $CHECK_WEBSOCKET"
echo hop machine ok
`

it('where no WebSocket opens, machines are asked for their own page, and told which path it was', async () => {
  const { connected, said } = cloud()
  const failed = { path: "/ws/it's", answer: 'It answered 404.', webSocket: true }
  expect(await diagnose(connected, state, { script, failed, noticedMs: 0 })).toEqual([])
  expect(said[0]).toContain("5000 /ws/health /ws/health /ws/it's\n")
})

it('where a page fails, machines are asked for that page', async () => {
  const { connected, said } = cloud()
  const failed = { path: '/cart', answer: 'It answered 500.' }
  await diagnose(connected, state, { script, failed, noticedMs: 0 })
  expect(said[0]).toContain('5000 /ws/health /cart \n')
})

it('the hop of a WebSocket that opens nowhere is websocket, with what was answered', () => {
  const hop = unexplained({ path: '/ws/', answer: 'It answered 403.', webSocket: true })
  const problem = brokenHop([hop], 'https://shop.example.com/ws/', { websocket: 'Look at its rule.' })
  expect(problem.what).toMatch(/breaks: websocket, .*no WebSocket opens at \/ws\/ through it\.$/)
  expect(problem.list).toEqual(['It answered 403.'])
  expect(problem.next).toMatch(/^Look at its rule\./)
})
