import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { newState } from '../../src/engine/state.ts'
import { type BackendView, brokenHop, type Diagnosable, diagnose, unexplained } from '../../src/steps/diagnose.ts'

const state = newState({
  ...{ stack: 'shop', blueprint: 'x', cloud: 'x', account: 'x', region: 'x', sandbox: true },
})
const view: BackendView = { machine: 'i-1', healthy: true, state: 'healthy', port: 5000, path: '/ws/health' }

/** A cloud whose load balancer reports these machines; their scripts run on this computer. */
function cloud(views = [view]) {
  const said: string[] = []
  const connected: Diagnosable = {
    backends: async () => views,
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

describe('one machine in two target groups', () => {
  const ill = { healthy: false, state: 'unhealthy' }
  const pages: BackendView = { ...view, ...ill, port: 80, path: '/healthz' }
  const sockets: BackendView = { ...view, ...ill, port: 5000, path: '/ws/healthz' }
  const perPort = (lines: Record<number, string>) =>
    `#!/bin/bash\ncase $CHECK_PORT in\n${Object.entries(lines)
      .map(([port, line]) => `${port}) echo "${line}" ;;`)
      .join('\n')}\nesac\n`
  const found = async (views: BackendView[], script: string) => {
    const named = await diagnose(cloud(views).connected, state, { script, noticedMs: 0 })
    return named.map(({ hop, machine, sentence }) => `${hop} on ${machine}: ${sentence}`)
  }

  it('is asked about each group’s own port, and what is wrong behind both is said of both', async () => {
    const script = perPort({ 80: 'hop application bad gunicorn is down', 5000: 'hop websocket bad daphne is down' })
    expect(await found([pages, sockets], script)).toEqual([
      'application on i-1: gunicorn is down',
      'websocket on i-1: daphne is down',
    ])
  })

  it('is not asked about the group in which it is healthy, and that group’s health hides nothing', async () => {
    const script = perPort({ 80: 'hop application bad gunicorn is down', 5000: 'hop websocket bad daphne is down' })
    const well = { healthy: true, state: 'healthy' }
    expect(await found([{ ...pages, ...well }, sockets], script)).toEqual(['websocket on i-1: daphne is down'])
    expect(await found([pages, { ...sockets, ...well }], script)).toEqual(['application on i-1: gunicorn is down'])
  })

  it('has one fault behind both groups: it is said once', async () => {
    const script = perPort({ 80: 'hop redis bad it refuses us', 5000: 'hop redis bad it refuses us' })
    expect(await found([pages, sockets], script)).toEqual(['redis on i-1: it refuses us'])
  })

  it('is healthy itself: what the load balancer cannot reach is the port of one group alone', async () => {
    const script = perPort({ 80: 'hop machine ok', 5000: 'hop machine ok' })
    const views = [{ ...pages, healthy: true, state: 'healthy' }, sockets]
    const [only, ...more] = await found(views, script)
    expect(only).toMatch(/^port on i-1: .*\/ws\/healthz on port 5000 failed/)
    expect(more).toEqual([])
  })

  it('was taken out of both: that is said once', async () => {
    const out = [pages, sockets].map(one => ({ ...one, registered: false }))
    expect(await found(out, '')).toEqual(['load balancer on undefined: i-1 is no longer registered with it'])
  })
})
