import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ensureSandbox, sandboxData, stopSandbox } from '../../../src/emulator/server/process.ts'
import { bareEnv, run } from '../../support/bin.ts'
import { call, folder, until } from '../support.ts'

const used: string[] = []
const place = () => {
  const cwd = folder()
  used.push(cwd)
  return cwd
}
const env = bareEnv()
const sandbox = async (cwd: string, ...args: string[]) => {
  const ended = await run(['sandbox', ...args], { cwd, env })
  return {
    ...ended,
    json: ended.stdout.startsWith('{') || ended.stdout.startsWith('[') ? JSON.parse(ended.stdout) : undefined,
  }
}

afterEach(async () => {
  for (const cwd of used.splice(0)) await stopSandbox({ data: join(cwd, '.stackwright/.sandbox'), env })
})

describe('the sandbox as a process', () => {
  it('is left running by start, found again, looked into, and stopped', async () => {
    const cwd = place()
    const started = await sandbox(cwd, 'start', '--json', '--speed', '500', '--faults', 'slow=0.1:1,seed=3')
    expect(started.code).toBe(0)
    expect(Object.keys(started.json)).toEqual(['url', 'pid'])
    await call(started.json.url, 'vpc.CreateVpc', { RegionId: 'ap-northeast-1' })
    expect((await sandbox(cwd, 'start', '--json')).json).toEqual(started.json)
    expect((await sandbox(cwd, 'status', '--json')).json).toMatchObject({
      speed: 500,
      machines: 'none',
      calls: 1,
      defects: [],
    })
    expect((await sandbox(cwd, 'inventory', '--json')).json).toMatchObject([
      { cloud: 'alicloud', type: 'vpc', tags: {} },
    ])
    expect((await sandbox(cwd, 'inventory')).stdout).toMatch(/^alicloud {2}vpc {2}vpc-/)
    expect((await sandbox(cwd, 'stop', '--json')).json).toEqual({ stopped: true })
    expect((await sandbox(cwd, 'stop')).stdout).toBe('No sandbox was running.\n')
    expect((await sandbox(cwd, 'status')).code).toBe(1)
    const again = await sandbox(cwd, 'start', '--json')
    expect(again.json.pid).not.toBe(started.json.pid)
    expect((await sandbox(cwd, 'inventory', '--json')).json).toHaveLength(1)
  })

  it('refuses to be something else than what already runs', async () => {
    const cwd = place()
    await sandbox(cwd, 'start', '--speed', '500')
    const other = await sandbox(cwd, 'start', '--speed', '7')
    expect(other.code).toBe(1)
    expect(other.stderr).toContain('stackwright sandbox stop')
  })

  it('is one, when several commands want it at once', async () => {
    const cwd = place()
    const stateDir = join(cwd, '.stackwright')
    const found = await Promise.all([1, 2, 3, 4].map(() => ensureSandbox({ stateDir, env })))
    expect(new Set(found.map(one => one.url)).size).toBe(1)
    expect(found[0]?.speed).toBe(50)
  })

  it('stands beside another one without a collision', async () => {
    const [a, b] = [place(), place()]
    const [first, second] = await Promise.all([sandbox(a, 'start', '--json'), sandbox(b, 'start', '--json')])
    await call(first.json.url, 'vpc.CreateVpc', { RegionId: 'ap-northeast-1' })
    expect(first.json.url).not.toBe(second.json.url)
    expect((await sandbox(b, 'inventory', '--json')).json).toEqual([])
  })

  it('takes over from one that was killed', async () => {
    const cwd = place()
    const started = await sandbox(cwd, 'start', '--json')
    const { VpcId } = await call(started.json.url, 'vpc.CreateVpc', { RegionId: 'ap-northeast-1' })
    process.kill(started.json.pid, 'SIGKILL')
    const again = await ensureSandbox({ stateDir: join(cwd, '.stackwright'), env })
    expect((await call(again.url, 'vpc.DescribeVpcAttribute', { RegionId: 'ap-northeast-1', VpcId })).VpcId).toBe(VpcId)
  })

  it('is not fooled by a file that names the process of another program', async () => {
    const cwd = place()
    const data = sandboxData(join(cwd, '.stackwright'))
    mkdirSync(data, { recursive: true })
    writeFileSync(join(data, 'server.json'), JSON.stringify({ url: 'http://127.0.0.1:9', pid: process.pid }))
    expect((await sandbox(cwd, 'status')).code).toBe(1)
    expect((await sandbox(cwd, 'start')).code).toBe(0)
  })

  it('goes away with its folder', async () => {
    const cwd = place()
    const { pid } = (await sandbox(cwd, 'start', '--json')).json
    rmSync(join(cwd, '.stackwright'), { recursive: true })
    await until(
      async () => isRunning(pid),
      running => !running,
    )
  })

  it('is used where STACKWRIGHT_SANDBOX_URL names it, and its absence there is said', async () => {
    const cwd = place()
    const { url } = (await sandbox(cwd, 'start', '--json')).json
    const elsewhere = { cwd: folder(), env: bareEnv({ STACKWRIGHT_SANDBOX_URL: url }) }
    expect((await run(['sandbox', 'status'], elsewhere)).stdout).toContain(url)
    expect(existsSync(join(elsewhere.cwd, '.stackwright'))).toBe(false)
    const lost = await run(['sandbox', 'inventory'], {
      ...elsewhere,
      env: bareEnv({ STACKWRIGHT_SANDBOX_URL: 'http://127.0.0.1:9' }),
    })
    expect(lost.code).not.toBe(0)
    expect(lost.stderr).toContain('STACKWRIGHT_SANDBOX_URL')
  })

  it.each([
    ['--speed', 'fast'],
    ['--speed', '0'],
    ['--port', '80'],
    ['--faults', 'throtle=1'],
    ['--machines', 'x'],
    ['--spede', '1'],
  ])('starts nothing for wrong flags: %s %s', async (flag, value) => {
    const cwd = folder()
    const ended = await sandbox(cwd, 'start', flag, value)
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain(flag)
    expect(existsSync(join(cwd, '.stackwright'))).toBe(false)
  })
})

/** A dead process that nobody has waited for is still listed, as a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
