import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bareEnv, bin, eventsOf, run, start } from '../support/bin.ts'
import { emptyFolder } from '../support/folder.ts'
import { startTerminal } from '../support/terminal.ts'

const tutorial = join(import.meta.dirname, '../../templates/demo/tutorial.yaml')
let url = ''
let sandboxFolder = ''
const env = (extra: Record<string, string> = {}) => bareEnv({ STACKWRIGHT_SANDBOX_URL: url, ...extra })

beforeAll(async () => {
  sandboxFolder = await emptyFolder()
  const started = await run(['sandbox', 'start', '--speed', '500', '--json'], { cwd: sandboxFolder })
  url = (JSON.parse(started.stdout) as { url: string }).url
})

afterAll(async () => {
  await run(['sandbox', 'stop'], { cwd: sandboxFolder })
})

const inventory = async (): Promise<{ type: string; tags: Record<string, string> }[]> =>
  JSON.parse((await run(['sandbox', 'inventory', '--json'], { cwd: sandboxFolder })).stdout)

const ofStack = async (stack: string) =>
  (await inventory()).filter(thing => thing.tags['stackwright:stack'] === stack).length

describe('a stack from the command line', { timeout: 240_000 }, () => {
  it('is planned without leaving a file, built, found again, unchanged by a second run, and removed completely', async () => {
    const cwd = await emptyFolder()
    const args = ['--sandbox', '--stack', 'life', '--answers', tutorial, '--json']

    const plan = await run(['plan', ...args], { cwd, env: env() })
    expect(plan.stderr).toBe('')
    expect(plan.code).toBe(0)
    expect(readdirSync(cwd)).toEqual([])
    const planned = eventsOf(plan).find(event => event.is === 'plan')!.changes as { action: string }[]
    expect(new Set(planned.map(line => line.action))).toEqual(new Set(['create']))

    const up = await run(['up', '--yes', ...args], { cwd, env: env() })
    expect(up.stderr).toBe('')
    expect(up.code).toBe(0)
    const done = eventsOf(up).at(-1)! as Record<string, unknown>
    expect(done).toMatchObject({ is: 'done', outputs: { url: done.url } })
    expect(done.wallMs).toBeGreaterThanOrEqual(done.criticalPathMs as number)
    expect((done.calls as Record<string, number>)['vpc.CreateVpc']).toBe(1)
    expect((await fetch(`${done.url}health/`)).status).toBe(200)
    expect(statSync(join(cwd, '.stackwright/life/state.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(cwd, '.stackwright/life/secrets.json')).mode & 0o777).toBe(0o600)

    const typedAsBefore = await run(['status', '--sandbox'], { cwd, env: env() })
    expect(typedAsBefore).toMatchObject({ code: 0, stderr: expect.not.stringContaining('works there too') })
    const status = await run(['status'], { cwd, env: env() })
    expect(status.code).toBe(0)
    expect(status.stdout).toContain('exists')
    expect(status.stdout).toContain(done.url)
    expect(status.stderr).toContain('embedded cloud')

    const again = await run(['up', '--yes', '--json'], { cwd, env: env() })
    expect(again.code).toBe(0)
    const lines = eventsOf(again).find(event => event.is === 'plan')!.changes as { action: string }[]
    expect(lines).toHaveLength(planned.length)
    expect(new Set(lines.map(line => line.action))).toEqual(new Set(['keep']))
    const calls = eventsOf(again).at(-1)!.calls as Record<string, number>
    expect(Object.keys(calls).filter(call => /\.(Create|Run|Delete|Modify|Set|Add)/.test(call))).toEqual([])

    const refused = await run(['up', '--yes', '--set', 'vpc.cidr=10.0.0.0/8'], { cwd, env: env() })
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('cidr')

    const unasked = await run(['teardown'], { cwd, env: env() })
    expect(unasked.code).toBe(2)
    expect(unasked.stderr).toContain('Check it with `stackwright status`, then add --yes.')

    const teardown = await run(['teardown', '--yes'], { cwd, env: env() })
    expect(teardown.stderr).toContain('Its data is lost with it.')
    expect(teardown.code).toBe(0)
    expect(await ofStack('life')).toBe(0)
    expect(readdirSync(join(cwd, '.stackwright/life')), 'only the answers stay').toEqual(['answers.yaml'])

    for (const args of [
      ['teardown', '--yes'],
      ['status', '--stack', 'life'],
    ]) {
      const late = await run(args, { cwd, env: env() })
      expect(late.code).toBe(2)
      expect(late.stderr).toContain('life was removed; what is kept of it is .stackwright/life/answers.yaml.')
    }
  })

  it('is not started in a region that does not exist', async () => {
    const cwd = await emptyFolder()
    const ended = await run(['up', '--yes', '--sandbox', '--region', 'ap-northeats-1'], { cwd, env: env() })
    expect(ended.code).toBe(4)
    expect(ended.stderr).toContain('ap-northeast-1')
    expect(readdirSync(cwd)).toEqual([])
  })

  it('is built again from the answers file that teardown keeps, with the command that teardown prints', async () => {
    const cwd = await emptyFolder()
    const first = await run(['up', '--yes', '--sandbox', '--stack', 'replay', '--answers', tutorial], {
      cwd,
      env: env(),
    })
    expect(first.code).toBe(0)
    const planOf = async (...args: string[]) => {
      const ended = await run(['plan', '--json', ...args], { cwd, env: env() })
      return eventsOf(ended).find(event => event.is === 'plan')!.changes as { action: string; input: object }[]
    }
    const actions = (lines: { action: string }[]) => [...new Set(lines.map(line => line.action))]
    expect(actions(await planOf('--answers', '.stackwright/replay/answers.yaml'))).toEqual(['keep'])
    const secrets = await readFile(join(cwd, '.stackwright/replay/secrets.json'), 'utf8')

    const gone = await run(['teardown', '--yes', '--json'], { cwd, env: env() })
    expect(gone.code).toBe(0)
    const again = (eventsOf(gone).at(-1)!.outputs as { again: string }).again
    expect(again).toBe('stackwright up --answers .stackwright/replay/answers.yaml --sandbox')
    expect(readdirSync(join(cwd, '.stackwright/replay'))).toEqual(['answers.yaml'])
    const kept = await readFile(join(cwd, '.stackwright/replay/answers.yaml'), 'utf8')
    const { secrets: values } = JSON.parse(secrets) as { secrets: Record<string, { value: string }> }
    for (const { value } of Object.values(values)) expect(kept).not.toContain(value)

    const planned = await planOf(...again.split(' ').slice(2))
    expect(actions(planned)).toEqual(['create'])
    const rebuilt = await run([...again.split(' ').slice(1), '--yes'], { cwd, env: env() })
    expect(rebuilt.stderr).toContain('Done')
    expect(rebuilt.code).toBe(0)
    expect((await run(['teardown', '--yes'], { cwd, env: env() })).code).toBe(0)
  })

  it('stays in the embedded cloud, in its account and in its region', async () => {
    const cwd = await emptyFolder()
    const file = join(cwd, '.stackwright/shop/state.json')
    const ended = start(['up', '--yes', '--sandbox', '--stack', 'shop', '--answers', tutorial], { cwd, env: env() })
    await until(() => existsSync(file))
    ended.child.kill('SIGTERM')
    expect((await ended.ended).code).toBe(130)

    const state = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    const elsewhere = await run(['plan', '--region', 'eu-central-1'], { cwd, env: env() })
    expect(elsewhere.code).toBe(2)
    expect(elsewhere.stderr).toContain('ap-northeast-1')

    await writeFile(file, JSON.stringify({ ...state, account: '5000000000000002' }))
    const foreign = await run(['up', '--yes'], { cwd, env: env() })
    expect(foreign.code).toBe(4)
    expect(foreign.stderr).toContain('5000000000000002')

    await writeFile(file, JSON.stringify({ ...state, sandbox: false }))
    const mixed = await run(['up', '--yes', '--sandbox'], { cwd, env: env() })
    expect(mixed.code).toBe(2)
    expect(mixed.stderr).toContain('real account')

    await writeFile(file, JSON.stringify(state))
    expect((await run(['teardown', '--yes'], { cwd, env: env() })).code).toBe(0)
    expect(await ofStack('shop')).toBe(0)
  })

  it('is not built a second time when its state is lost, but found by its tags and removed', async () => {
    const cwd = await emptyFolder()
    const up = ['up', '--yes', '--sandbox', '--stack', 'lost', '--answers', tutorial]
    expect((await run(up, { cwd, env: env() })).code).toBe(0)
    await rm(join(cwd, '.stackwright'), { recursive: true })
    const again = await run(up, { cwd, env: env() })
    expect(again.code).toBe(4)
    expect(again.stderr).toContain(
      'teardown --stack lost --cloud alicloud --region ap-northeast-1 --from-tags --sandbox',
    )
    const tags = [
      'teardown',
      '--stack',
      'lost',
      '--cloud',
      'alicloud',
      '--region',
      'ap-northeast-1',
      '--from-tags',
      '--sandbox',
      '--yes',
    ]
    const removed = await run(tags, { cwd, env: env() })
    expect(removed.stderr).toContain('Done')
    expect(removed.code).toBe(0)
    expect(await ofStack('lost')).toBe(0)
  })

  it('shows its progress in a terminal of 40 columns, and continues after Ctrl-C', async () => {
    const cwd = await emptyFolder()
    const command = [process.execPath, bin, 'up', '--yes', '--sandbox', '--stack', 'narrow', '--answers', tutorial]
    const options = { columns: 40, rows: 30, cwd, env: { STACKWRIGHT_SANDBOX_URL: url } }
    const first = startTerminal(command, options)
    try {
      // The plan names resources too: only the mark shows that one exists.
      await first.waitFor('✔ VPC', 30_000)
      first.key('C-c')
      expect(await first.exit(30_000)).toBe(130)
      expect(first.history()).toContain('Finishing the calls in progress')
      expect(first.history()).toContain('Why:  The calls in progress were\n  finished and their results saved.')
    } finally {
      first.close()
    }
    const second = startTerminal(command, options)
    try {
      expect(await second.exit(60_000)).toBe(0)
      const text = second.history()
      expect(text).toContain('6. Create the load balancer (CLB)')
      expect(text).toMatch(/unchanged/)
      expect(text).toMatch(/url +http:/)
      const progress = text
        .slice(text.lastIndexOf('Plan:'))
        .split('\n')
        .filter(line => /^ {2}[✔=]/.test(line))
      expect(progress.length).toBeGreaterThan(15)
      for (const line of progress) expect(line.length).toBeLessThanOrEqual(40)
      expect(text.indexOf('1. Create a VPC')).toBeLessThan(text.indexOf('VPC vpc'))
    } finally {
      second.close()
    }
    expect((await run(['teardown', '--yes'], { cwd, env: env() })).code).toBe(0)
  })

  it('uses nothing deprecated, so that no warning of a bundled package reaches the screen', async () => {
    const cwd = await emptyFolder()
    const strict = env({ NODE_OPTIONS: '--pending-deprecation --throw-deprecation' })
    const args = ['up', '--yes', '--sandbox', '--stack', 'clean', '--answers', tutorial, '--json']
    const up = await run(args, { cwd, env: strict })
    expect(up.stderr).toBe('')
    expect(up.code).toBe(0)
    const teardown = await run(['teardown', '--yes', '--json'], { cwd, env: strict })
    expect(teardown.stderr).toBe('')
    expect(teardown.code).toBe(0)
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 20))
}

describe('a terminal that reports no width', () => {
  it('gets plain lines, and the run finishes', { timeout: 120_000 }, async () => {
    const cwd = await emptyFolder()
    const command = `stty cols 0 rows 0; "${process.execPath}" "${bin}" up --sandbox --yes --stack widthless --blueprint django`
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd,
      env: env(),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let shown = ''
    child.stdout.on('data', chunk => (shown += chunk))
    const code = await new Promise(resolve => child.on('close', resolve))
    expect(code).toBe(0)
    expect(shown).toContain('Done in')
    expect(shown.length, 'nothing is drawn over and over').toBeLessThan(20_000)
  })
})
