import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bareEnv, bin, eventsOf, run } from '../support/bin.ts'
import { emptyFolder } from '../support/folder.ts'
import { startTerminal } from '../support/terminal.ts'

const commands = ['up', 'plan', 'status', 'teardown', 'unlock', 'sandbox']

describe('help and usage', () => {
  it('lists every command, the exit codes and how to start', async () => {
    const { stdout, stderr, code } = await run(['--help'], { cwd: await emptyFolder() })
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const command of commands) expect(stdout).toContain(`  ${command}`)
    expect(stdout).toContain('130 interrupted')
    expect(stdout).not.toContain('serve')
  })

  it('has examples for each command', async () => {
    const cwd = await emptyFolder()
    for (const command of commands) {
      const { stdout, code } = await run([command, '--help'], { cwd })
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`Examples:\\n  stackwright ${command}`))
    }
  })

  it('loads nothing for help but the starter itself, and the rendered text is what the program says', async () => {
    const script = `process.argv = [process.execPath, ${JSON.stringify(bin)}, '--help']
      process.on('exit', () => console.error(Object.keys(require.cache).length))
      require(${JSON.stringify(bin)})`
    const { stderr, stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    expect(stderr.trim()).toBe('1')
    const cli = join(bin, '../../dist/cli.cjs')
    expect(spawnSync(process.execPath, [cli, '--help'], { encoding: 'utf8' }).stdout).toBe(stdout)
  })

  it('is wrapped for a narrow terminal', async () => {
    const terminal = startTerminal([process.execPath, bin, '--help'], { columns: 50, rows: 60 })
    try {
      expect(await terminal.exit()).toBe(0)
      expect(terminal.screen()).toMatch(/Stands up a classic web stack on Alibaba Cloud or\s*\n\s*AWS/)
    } finally {
      terminal.close()
    }
  })

  it('a group without a command lists its commands', async () => {
    const cwd = await emptyFolder()
    const alone = await run(['sandbox'], { cwd })
    expect(alone).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('stackwright sandbox inventory'),
    })
    const json = await run(['sandbox', '--json'], { cwd })
    expect(eventsOf(json)).toMatchObject([{ is: 'failed', exit: 2 }])
  })

  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect((await run(['--version'], { cwd: await emptyFolder() })).stdout).toBe(`${version}\n`)
  })

  it.each([
    [['teardwn'], 'teardown'],
    [['up', '--sandbxo'], '--sandbox'],
    [['plan', '--anwsers', 'x'], '--answers'],
    [['sandbox', 'strat'], 'start'],
  ])('refuses the misspelt %j with exit 2 and the nearest right word', async (args, right) => {
    const { code, stdout, stderr } = await run(args, { cwd: await emptyFolder() })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(right)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  it.each([
    ['a missing value', ['up', '--set'], /argument missing/],
    ['one word too many', ['status', 'django'], /Too many arguments/],
    [
      'a stack name that would leave the folder',
      ['up', '--yes', '--stack', '../../etc'],
      /cannot be the name of a stack/,
    ],
    ['a stack name with a shell inside', ['status', '--stack', '"; rm -rf /'], /cannot be the name of a stack/],
    ['an unknown blueprint', ['up', '--yes', '--blueprint', 'djnago'], /django/],
    ['an unknown cloud', ['up', '--yes', '--cloud', 'alicluod'], /alicloud/],
    [
      'a blueprint on a cloud that it is not for',
      ['plan', '--blueprint', 'django', '--cloud', 'aws'],
      /not for AWS[\s\S]*Available on AWS: rails, three-tier(, [\w-]+)*\./,
    ],
    ['a region that is none', ['up', '--yes', '--region', 'x;y'], /is not a region/],
    ['an answer without a value', ['up', '--yes', '--set', 'vpc.cidr'], /KEY=VALUE/],
    ['an answers file that is not there', ['up', '--yes', '--answers', 'nothing.yaml'], /nothing\.yaml/],
    ['a command for a stack where there is none', ['status'], /There is no stack/],
    ['a teardown of a stack that is not there', ['teardown', '--stack', 'shop', '--yes'], /--from-tags/],
    ['a removal by tags without a name', ['teardown', '--from-tags', '--yes'], /--stack/],
  ])('refuses %s with exit 2 and writes nothing', async (_, args, says) => {
    const cwd = await emptyFolder()
    const { code, stdout, stderr } = await run(args, { cwd })
    expect(stderr).toMatch(says)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(readdirSync(cwd)).toEqual([])
  })

  it('reports usage errors as one JSON line too', async () => {
    for (const args of [['up', '--nope'], ['up', '--yes', '--stack', '-'], ['status']]) {
      const ended = await run([...args, '--json'], { cwd: await emptyFolder() })
      const last = eventsOf(ended).at(-1)!
      expect(ended.code).toBe(2)
      expect(ended.stderr).toBe('')
      expect(last).toMatchObject({ is: 'failed', exit: 2, criticalPathMs: 0, calls: {} })
      expect((last.problem as { what: string }).what).toMatch(/\.$/)
    }
  })
})

describe('without a terminal', () => {
  it('never asks, and names --yes together with everything that is missing', async () => {
    const cwd = await emptyFolder()
    const ended = await run(['up', '--sandbox', '--set', 'app.source=git'], { cwd })
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('--yes')
    expect(ended.stderr).toContain('STACKWRIGHT_APP_REPOSITORY')
    expect(readdirSync(cwd)).toEqual([])
  })

  it('reports missing credentials with exit 4, and where they are looked for', async () => {
    const cwd = await emptyFolder()
    const ended = await run(['up', '--yes'], { cwd, env: bareEnv({ ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' }) })
    expect(ended.stderr).toContain('ALIBABA_CLOUD_ACCESS_KEY_ID')
    expect(ended.code).toBe(4)
    expect(existsSync(join(cwd, '.stackwright'))).toBe(false)
  })
})

describe('a saved state', () => {
  it.each([
    ['cut off', '{"version":1,"stack":"shop","entr', /Cannot read/],
    ['of a newer version', '{"version":99}', /newer Stackwright/],
    ['of another shape', '[]', /Cannot read/],
  ])('%s is refused by every command and never overwritten', async (_, text, says) => {
    const cwd = await emptyFolder()
    const file = join(cwd, '.stackwright/shop/state.json')
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, text)
    for (const args of [['up', '--yes', '--sandbox'], ['plan', '--sandbox'], ['status'], ['teardown', '--yes']]) {
      const ended = await run([...args, '--stack', 'shop'], { cwd })
      expect(ended.stderr).toMatch(says)
      expect(ended.code).toBe(4)
    }
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('is taken when there is only one, and must be named when there are several', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'sw-'))
    for (const name of ['shop', 'blog']) {
      await mkdir(join(cwd, '.stackwright', name), { recursive: true })
      await writeFile(join(cwd, '.stackwright', name, 'state.json'), '{"version":99}')
    }
    const several = await run(['status'], { cwd })
    expect(several.code).toBe(2)
    expect(several.stderr).toContain('blog, shop')
  })
})

describe('the lock of a stack', () => {
  const lockOf = (pid: number, host: string, renewed = new Date().toISOString()) =>
    JSON.stringify({ id: 'x1', user: 'ann', host, pid, command: 'up', since: renewed, renewed })

  it('of a dead run is removed, with the name of its holder', async () => {
    const cwd = await emptyFolder()
    await mkdir(join(cwd, '.stackwright/shop'), { recursive: true })
    await writeFile(join(cwd, '.stackwright/shop/lock'), lockOf(7, 'elsewhere', '2020-01-01T00:00:00Z'))
    const ended = await run(['unlock', '--stack', 'shop', '--json'], { cwd })
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('ann@elsewhere, process 7')
    expect(existsSync(join(cwd, '.stackwright/shop/lock'))).toBe(false)
  })

  it('of a living run stays, with exit 3, unless --force is given', async () => {
    const cwd = await emptyFolder()
    const file = join(cwd, '.stackwright/shop/lock')
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, lockOf(7, 'elsewhere'))
    expect((await run(['unlock', '--stack', 'shop'], { cwd })).code).toBe(3)
    expect(existsSync(file)).toBe(true)
    expect((await run(['unlock', '--stack', 'shop', '--force'], { cwd })).code).toBe(0)
    expect(existsSync(file)).toBe(false)
  })
})

describe('odd surroundings', () => {
  it('survive a closed pipe', () => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `"$0" "$1" --help | true; echo \${PIPESTATUS[0]}`, process.execPath, bin],
      {
        encoding: 'utf8',
      },
    )
    expect(status).toBe(0)
    expect(stderr).toBe('')
  })

  it('are no reason for colours: none with NO_COLOR in a real terminal, and none in a pipe', async () => {
    const cwd = await emptyFolder()
    const terminal = startTerminal([process.execPath, bin, 'status', '--stack', 'none'], {
      columns: 40,
      cwd,
      env: { NO_COLOR: '1' },
    })
    try {
      await terminal.waitFor('There is no stack')
      expect(terminal.colours()).toBe(false)
    } finally {
      terminal.close()
    }
    expect((await run(['status'], { cwd })).stderr).not.toContain('\u001b')
  })

  it('an unexpected error is short, without a stack trace unless asked for', async () => {
    const cwd = await emptyFolder()
    // A folder in place of the state file: an error of the system that has no message of ours.
    await mkdir(join(cwd, '.stackwright/shop/state.json'), { recursive: true })
    const ended = await run(['status', '--stack', 'shop'], { cwd })
    expect(ended.code).toBeGreaterThan(0)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
  })
})
