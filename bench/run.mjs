// Measures what docs/benchmarks.md tells, with the built command, and writes it there. Ratios are taken within one run,
// pair by pair, because machines drift. Usage: npm run bench [-- --quick] (quick: fewer rounds, writes nothing)
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const bin = join(root, 'bin/stackwright.js')
const quick = process.argv.includes('--quick')
const rounds = quick ? 5 : 25
const SPEED = 50
const sizes = quick ? [2, 50] : [1, 25, 50, 100, 200]

const folders = []
const sandboxes = []
try {
  const lines = [heading(), await startUp(), await wall(), await real(), await growth()].flat()
  const text = `${lines.join('\n')}\n`
  process.stdout.write(text)
  if (!quick) writeFileSync(join(root, 'docs/benchmarks.md'), text)
} finally {
  for (const sandbox of sandboxes) sandbox.end()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

function heading() {
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`. Times are of whole processes, milliseconds; medians, with the smallest and largest in brackets.',
    `The embedded cloud runs at speed ${SPEED} (a minute of the cloud is ${(60 / SPEED).toFixed(1)} s), so the times of the cloud are simulated; ours are real.`,
    '',
    `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() || 'unnamed processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB.`,
  ]
}

/** `--help` and `plan` against a bare `node -e 0`, in turn. */
async function startUp() {
  const folder = newFolder()
  const sandbox = await newSandbox(folder, 1000)
  const env = { ...process.env, STACKWRIGHT_SANDBOX_URL: sandbox.url }
  const bare = []
  const help = []
  const plan = []
  for (let round = 0; round <= rounds; round++) {
    bare.push(once(['-e', '0'], env, folder))
    help.push(once([bin, '--help'], env, folder))
    plan.push(once([bin, 'plan', '--sandbox', '--blueprint', 'django'], env, folder))
  }
  for (const list of [bare, help, plan]) list.shift()
  const ratio = (list, digits) =>
    spread(
      list.map((ms, round) => ms / bare[round]),
      digits,
    )
  return [
    '',
    '## Start-up',
    '',
    '| command | ms | × `node -e 0` |',
    '|---|---|---|',
    `| \`node -e 0\` | ${spread(bare)} | 1 |`,
    `| \`stackwright --help\` | ${spread(help)} | ${ratio(help, 2)} |`,
    `| \`stackwright plan --sandbox\` (all questions answered by the cloud) | ${spread(plan)} | ${ratio(plan, 2)} |`,
  ]
}

/** `up`, again, and `teardown`, against the longest chain and against one thing at a time. */
async function wall() {
  const runs = []
  for (let round = 0; round < (quick ? 1 : 3); round++) runs.push(await life(1, SPEED))
  const alone = await oneAtATime()
  const row = verb => {
    const of = runs.map(run => run[verb])
    const calls = sum(of.at(-1).calls)
    const chain = spread(
      of.map(run => run.wallMs / run.criticalPathMs),
      3,
    )
    return `| \`${verb}\` | ${spread(of.map(run => run.wallMs))} | ${spread(of.map(run => run.criticalPathMs))} | ${chain} | ${alone[verb] ?? '–'} | ${calls} | ${mib(of)} |`
  }
  const mutating = Object.entries(runs[0].up.calls).filter(([action]) => !/\.(Describe|List|Get)/.test(action))
  return [
    '',
    '## The Django blueprint on Alibaba Cloud, one machine',
    '',
    'Critical path: the longest chain of what was really waited for. One at a time: the same engine with every resource made to wait for the one before.',
    '',
    '| command | wall ms | critical path ms | wall ÷ critical | one at a time, ms | API calls | peak MiB |',
    '|---|---|---|---|---|---|---|',
    row('up'),
    row('up again'),
    row('teardown'),
    '',
    `Of the calls of \`up\`, ${mutating.reduce((all, [, count]) => all + count, 0)} change something; the others look: whether a thing is ready, what is in stock, and the audit at the end.`,
  ]
}

/** `up` to the first answer of an application that really runs, with its machines in containers. */
async function real() {
  const title = ['', '## Machines that really run', '']
  const runs = []
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const folder = newFolder()
    const sandbox = await newSandbox(folder, SPEED, ['--machines', 'container'])
    if (!sandbox.url) return [...title, `Not measured: ${sandbox.why}`]
    const env = { ...process.env, STACKWRIGHT_SANDBOX_URL: sandbox.url }
    const args = [
      '--sandbox',
      '--yes',
      '--json',
      '--stack',
      'bench',
      '--blueprint',
      'django',
      '--set',
      'machine.count=2',
    ]
    runs.push(await measured(['up', ...args], env, folder))
    runs.at(-1).again = await measured(['up', ...args], env, folder)
    spawnSync(process.execPath, [bin, 'sandbox', 'purge', '--data', join(folder, 'cloud')])
  }
  const all = read => spread(runs.map(read))
  return [
    ...title,
    'The Django blueprint with two machines, everything in containers on this computer (`--machines container`, the image is there): from `up` to the end of',
    'its proof, which is the first answers of the application through the load balancer. Ours is what the longest chain of waiting does not explain.',
    '',
    '| command | wall ms | critical path ms | ours: wall − critical ms | processor time of `up`, ms | API calls |',
    '|---|---|---|---|---|---|',
    `| \`up\` to the first 200 | ${all(run => run.wallMs)} | ${all(run => run.criticalPathMs)} | ${all(run => run.wallMs - run.criticalPathMs)} | ${all(run => run.cpuMs)} | ${sum(runs.at(-1).calls)} |`,
    `| \`up\` again | ${all(run => run.again.wallMs)} | ${all(run => run.again.criticalPathMs)} | ${all(run => run.again.wallMs - run.again.criticalPathMs)} | ${all(run => run.again.cpuMs)} | ${sum(runs.at(-1).again.calls)} |`,
  ]
}

/** The same with ever more machines. */
async function growth() {
  const rows = []
  for (const count of sizes) {
    const { up, teardown } = await life(count, 1000)
    const perMachine = up.wallMs / count
    rows.push(
      `| ${count} | ${up.resources} | ${up.wallMs} | ${Math.round(perMachine)} | ${up.saves} | ${up.stateKib} | ${sum(up.calls)} | ${mib([up])} | ${teardown.wallMs} | ${sum(teardown.calls)} |`,
    )
  }
  return [
    '',
    '## More machines',
    '',
    'At speed 1000, so that our own work shows and not the cloud’s. Each machine is five resources; every resource is saved three times, and saves that meet share one write.',
    '',
    '| machines | resources | `up` ms | ms a machine | state writes | state KiB | API calls | peak MiB | `teardown` ms | API calls |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ]
}

/** up, up again, teardown of one stack in an embedded cloud of its own. */
async function life(machines, speed) {
  const folder = newFolder()
  const sandbox = await newSandbox(folder, speed)
  const env = { ...process.env, STACKWRIGHT_SANDBOX_URL: sandbox.url }
  const upArgs = [
    'up',
    '--sandbox',
    '--yes',
    '--json',
    '--stack',
    'bench',
    '--blueprint',
    'django',
    '--set',
    `machine.count=${machines}`,
  ]
  const up = await measured(upArgs, env, folder)
  const state = readFileSync(join(folder, '.stackwright/bench/state.json'), 'utf8')
  const { serial, entries } = JSON.parse(state)
  Object.assign(up, {
    saves: serial,
    stateKib: Math.round(state.length / 1024),
    resources: Object.keys(entries).length,
  })
  const again = await measured(upArgs, env, folder)
  const teardown = await measured(['teardown', '--yes', '--json', '--stack', 'bench'], env, folder)
  return { up, 'up again': again, teardown }
}

/** The engine with every node waiting for the one before it; the rest as it is. */
async function oneAtATime() {
  const folder = newFolder()
  const sandbox = await newSandbox(folder, SPEED)
  const outfile = join(root, 'dist/bench-alone.mjs')
  await build({
    entryPoints: [join(root, 'bench/alone.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@aws-sdk/*'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
    absWorkingDir: root,
  })
  const env = { ...process.env, SANDBOX_URL: sandbox.url, SPEED: String(SPEED), PACKAGE: root }
  const { stdout, status, stderr } = spawnSync(process.execPath, [outfile], { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`one at a time failed: ${stderr}`)
  return JSON.parse(stdout)
}

function once(args, env, cwd) {
  const begun = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { env, cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - begun
}

/** One run's own figures, and the most memory it held (Linux counts it, VmHWM). */
async function measured(args, env, cwd) {
  const child = spawn(process.execPath, [bin, ...args], { env, cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  let peakKib = 0
  let ticks = 0
  child.stdout.on('data', chunk => (stdout += chunk))
  const look = setInterval(() => {
    try {
      peakKib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peakKib)
      // User and system time, in hundredths of a second; the name before them may hold spaces.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      ticks = Number(fields[11]) + Number(fields[12])
    } catch {
      // It has ended, or this is no Linux.
    }
  }, 20)
  const code = await new Promise(done => child.on('close', done))
  clearInterval(look)
  const last = JSON.parse(stdout.trim().split('\n').at(-1))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${JSON.stringify(last)}`)
  return { wallMs: last.wallMs, criticalPathMs: last.criticalPathMs, calls: last.calls, peakKib, cpuMs: ticks * 10 }
}

/** An embedded cloud of its own, in its folder, ended with us. With `more` it may answer why there is none. */
async function newSandbox(folder, speed, more = []) {
  const args = [bin, 'sandbox', 'start', '--json', '--speed', String(speed), '--data', join(folder, 'cloud'), ...more]
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder })
  if (status !== 0 && more.length > 0) return { why: stderr.trim().replace(/\s+/g, ' ') || stdout }
  if (status !== 0) throw new Error(`the sandbox did not start: ${stderr}`)
  const { url, pid } = JSON.parse(stdout)
  sandboxes.push({
    end() {
      if (more.length > 0) spawnSync(process.execPath, [bin, 'sandbox', 'purge', '--data', join(folder, 'cloud')])
      else process.kill(pid, 'SIGTERM')
    },
  })
  return { url }
}

function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sw-bench-'))
  folders.push(folder)
  return folder
}

function spread(values, digits = 0) {
  const sorted = [...values].sort((a, b) => a - b)
  const show = value => value.toFixed(digits)
  const middle = sorted[Math.floor(sorted.length / 2)]
  return sorted.length === 1 ? show(middle) : `${show(middle)} (${show(sorted[0])}–${show(sorted.at(-1))})`
}

function sum(calls) {
  return Object.values(calls).reduce((all, count) => all + count, 0)
}

function mib(runs) {
  return Math.round(Math.max(...runs.map(run => run.peakKib)) / 1024)
}
