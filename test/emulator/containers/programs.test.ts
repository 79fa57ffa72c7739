// Needs: shellcheck, python
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageFile } from '../../../src/base/files.ts'
import { wrapped } from '../../../src/emulator/containers/aws/scripts.ts'
import { runProgram } from '../../../src/emulator/containers/command.ts'
import { freePort } from '../../templates/support.ts'

// Needs: shellcheck, python

const programs = 'src/emulator/containers/programs'
const names = readdirSync(packageFile(programs)).filter(name => name !== '__pycache__')
const pathOf = (name: string) => packageFile(join(programs, name))
const clean = { code: 0, stdout: '', stderr: '' }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-programs-'))
})
afterAll(async () => await rm(folder, { recursive: true }))

describe('the programs that run in containers', () => {
  it.each(names.filter(name => name.endsWith('.sh')))('%s passes bash and shellcheck', async name => {
    expect(await runProgram('bash', ['-n', pathOf(name)])).toEqual(clean)
    expect(await runProgram('shellcheck', [pathOf(name)])).toEqual(clean)
  })

  it.each(names.filter(name => name.endsWith('.py')))('%s compiles without a warning', async name => {
    const compile = 'import sys; compile(sys.stdin.read(), sys.argv[1], "exec")'
    const input = await readFile(pathOf(name))
    expect(await runProgram('python3', ['-W', 'error', '-c', compile, name], { input })).toEqual(clean)
  })

  it('are all in the package', async () => {
    const packed = await runProgram('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { timeout: 120_000 })
    const [{ files }] = JSON.parse(packed.stdout) as [{ files: { path: string }[] }]
    const shipped = files.map(file => file.path).filter(path => path.startsWith('src/'))
    expect(shipped.sort()).toEqual(names.map(name => `${programs}/${name}`).sort())
  })
})

describe('the agent', () => {
  /** Runs lines of Python with the agent as a module. */
  async function python(lines: string): Promise<string> {
    const head = `import sys\nsys.dont_write_bytecode = True\nsys.path.insert(0, ${JSON.stringify(packageFile(programs))})\nimport agent\n`
    const ran = await runProgram('python3', ['-c', head + lines])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    return ran.stdout
  }

  it('keeps the first 6000 bytes and the last ones of an output, 24 KB in all, and counts the rest', async () => {
    const told = await python(`
import base64, io, json
output = agent.Output(io.BufferedReader(io.BytesIO(b"a" * 6000 + b"b" * 20000 + b"c" * 18575 + b"d")))
output.thread.join()
kept = output.kept()
text = base64.b64decode(kept["output"]).decode()
print(json.dumps([len(text), text.count("a"), text.count("b"), text.count("c"), text[-1], kept["dropped"]]))`)
    expect(JSON.parse(told)).toEqual([24 * 1024, 6000, 0, 18_575, 'd', 20_000])
  })

  it('ends everything that a command started, also what left its session', async () => {
    const told = await python(`
import ctypes, subprocess
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
process = subprocess.Popen(["sh", "-c", "setsid sleep 4715 & sh -c 'sleep 4716 & wait' & echo started; wait"], stdout=subprocess.PIPE)
process.stdout.readline()
before = len(agent.descendants())
agent.kill(process, True)
process.wait()
print(before >= 3, len(agent.descendants()))`)
    expect(told).toBe('True 0\n')
  })

  it('takes no id that could be a path', async () => {
    const told = await python(`
try:
    agent.folder_of("../etc")
except SystemExit as ended:
    print(ended.code)`)
    expect(told).toBe('not an id\n')
  })
})

describe('the metadata service', () => {
  let service: ChildProcess
  let url: string

  beforeAll(async () => {
    const port = await freePort()
    url = `http://127.0.0.1:${port}/latest/`
    const facts = join(folder, 'facts.json')
    await writeFile(
      facts,
      JSON.stringify({ '/latest/meta-data/instance-id': 'i-1', '/latest/meta-data/role': '@NOW@ @LATER@' }),
    )
    service = spawn('python3', [pathOf('metadata.py'), '127.0.0.1', String(port), facts], { stdio: 'ignore' })
    while (!(await fetch(url).catch(() => undefined))) await wait(50)
  })
  afterAll(() => void service?.kill())

  it('answers only to who asked for a token', async () => {
    expect((await fetch(`${url}meta-data/instance-id`)).status).toBe(401)
    const wrong = { 'X-aws-ec2-metadata-token': 'guessed' }
    expect((await fetch(`${url}meta-data/instance-id`, { headers: wrong })).status).toBe(401)
    expect((await fetch(`${url}api/token`, { method: 'PUT' })).status).toBe(400)
  })

  it('tells the facts, with the times of keys as they are now', async () => {
    const put = { method: 'PUT', headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '60' } }
    const headers = { 'X-aws-ec2-metadata-token': await (await fetch(`${url}api/token`, put)).text() }
    const get = async (path: string) => await fetch(url + path, { headers })
    expect(await (await get('meta-data/instance-id')).text()).toBe('i-1')
    expect((await get('meta-data/nothing')).status).toBe(404)
    const [now = '', later = ''] = (await (await get('meta-data/role')).text()).split(' ')
    expect(now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Date.parse(later) - Date.parse(now)).toBe(6 * 3600_000)
  })
})

describe('what the load balancer knows of its servers', () => {
  const servers = 'back old 10.0.0.1 80 1\nback new 10.0.0.2 80 1\n'
  const known = '4 back 7 old 10.0.0.1 2 0 1 1 55 6 3 4 6 0 0 0 - 80 - 0 0 - - 0'

  async function stateAfter(socket: string): Promise<string[]> {
    const [list, state] = [join(folder, 'servers'), join(folder, 'state')]
    await writeFile(list, servers)
    expect(await runProgram('python3', [pathOf('server-state.py'), socket, list, state])).toEqual(clean)
    return (await readFile(state, 'utf8')).trim().split('\n')
  }

  it('is kept for those that it had, and others are down until a check passes', async () => {
    const socket = join(folder, 'haproxy.sock')
    const proxy = createServer(client => {
      client.on('data', () => client.end(`1\n# be_id be_name srv_id srv_name\n${known}\n\n`))
    })
    await new Promise<void>(resolve => proxy.listen(socket, resolve))
    const lines = await stateAfter(socket)
    proxy.close()
    expect(lines).toEqual(['1', known, '0 back 0 new 10.0.0.2 0 0 1 1 0 1 0 0 6 0 0 0 - 80 - 0 0 - - 0'])
  })

  it('is nothing where no proxy runs yet', async () => {
    const lines = await stateAfter(join(folder, 'none.sock'))
    expect(lines.slice(1).map(line => line.split(' ')[5])).toEqual(['0', '0'])
  })
})

describe('a script on a machine of AWS', () => {
  it('runs by its own first line, in the region, and leaves nothing behind', async () => {
    const run = join(folder, 'run')
    await runProgram('mkdir', [run])
    const script = `#!/usr/bin/env python3\nimport os, sys\nprint(os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_REGION"], "'$x")\nsys.exit(3)\n`
    const text = wrapped(script, { endpoint: 'http://10.0.0.1:99', region: 'us-east-1' }).replace('/run/', `${run}/`)
    const ran = await runProgram('sh', ['-c', text])
    expect(ran).toEqual({ code: 3, stdout: "http://10.0.0.1:99 us-east-1 '$x\n", stderr: '' })
    expect(await readdir(run)).toEqual([])
  })
})
