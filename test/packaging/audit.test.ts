import { spawn } from 'node:child_process'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { emptyFolder } from '../support/folder.ts'
import { root } from './parts.ts'

const { judge } = (await import('../../scripts/audit.mjs' as string)) as {
  judge(report: unknown, shipped: Set<string>): unknown
}

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Runs the audit against a registry that answers so. */
async function audited(answer: RequestListener): Promise<{ code: number; stdout: string }> {
  const server = createServer(answer)
  closing.push(() => server.close())
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const home = await emptyFolder()
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    npm_config_cache: home,
    npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  }
  const child = spawn(process.execPath, [join(root, 'scripts/audit.mjs')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number>(done => child.on('close', done))
  return { stdout: await text(child.stdout), code: await ended }
}

/** A registry that knows one advisory. */
function knowing(name: string, severity: string): RequestListener {
  const advisory = { id: 1, url: 'https://example.com/1', title: 'Bad', severity, vulnerable_versions: '<1000.0.0' }
  return (request, answer) => {
    const asked = request.url === '/-/npm/v1/security/advisories/bulk'
    answer.writeHead(asked ? 200 : 404, { 'content-type': 'application/json' })
    answer.end(JSON.stringify(asked ? { [name]: [advisory] } : {}))
  }
}

it('fails for a grave advisory about a package that is shipped, also about one that only another brings', async () => {
  for (const [name, severity] of [
    ['commander', 'high'],
    ['mute-stream', 'critical'],
  ] as const) {
    const { code, stdout } = await audited(knowing(name, severity))
    expect(stdout).toContain(`${name} (shipped), ${severity}: Bad https://example.com/1`)
    expect(code).toBe(1)
  }
})

it('names the others and goes on', async () => {
  for (const [name, severity, ships] of [
    ['commander', 'moderate', 'shipped'],
    ['vitest', 'critical', 'not shipped'],
  ] as const) {
    const { code, stdout } = await audited(knowing(name, severity))
    expect(stdout).toContain(`${name} (${ships}), ${severity}: Bad`)
    expect(code).toBe(0)
  }
})

it('says so in one line and goes on where the registry answers no audits', async () => {
  const { code, stdout } = await audited((_, answer) => answer.writeHead(405).end())
  expect(stdout).toMatch(/^Dependencies were not audited: the registry answers no audits \(405 .*\)\.\n$/)
  expect(code).toBe(0)
})

it('takes nothing for a report that is none', () => {
  for (const report of [undefined, null, {}, { vulnerabilities: null }, { vulnerabilities: 'none' }])
    expect(judge(report, new Set())).toBeUndefined()
})
