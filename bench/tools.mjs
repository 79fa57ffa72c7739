// What the sections of the benchmark share: processes that are timed, embedded clouds, and how figures are written.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
export const bin = join(root, 'bin/stackwright.js')
/** How much faster than a real cloud the embedded one runs where its waits count. */
export const SPEED = 50

const folders = []
const sandboxes = new Set()

export function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sw-bench-'))
  folders.push(folder)
  return folder
}

/** Ends every embedded cloud of this run and removes every folder. */
export function tidy() {
  for (const end of [...sandboxes]) end()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

/** An embedded cloud of its own, in its folder, ended with us. With `more` it may answer why there is none. */
export function newSandbox(folder, speed, more = []) {
  const args = [bin, 'sandbox', 'start', '--json', '--speed', String(speed), '--data', join(folder, 'cloud'), ...more]
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder })
  if (status !== 0 && more.length > 0) return { why: stderr.trim().replace(/\s+/g, ' ') || stdout }
  if (status !== 0) throw new Error(`the sandbox did not start: ${stderr}`)
  const { url } = JSON.parse(stdout)
  const end = () => {
    sandboxes.delete(end)
    spawnSync(process.execPath, [bin, 'sandbox', 'purge', '--data', join(folder, 'cloud')])
  }
  sandboxes.add(end)
  return { url, env: { ...process.env, STACKWRIGHT_SANDBOX_URL: url }, end }
}

/** One process from its start to its end: milliseconds on the wall, and of the processor (0 where the system does not count them). */
export function once(args, env, cwd) {
  const before = childTicks()
  const begun = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { env, cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return { wallMs: performance.now() - begun, cpuMs: (childTicks() - before) * 10 }
}

/** One run's own figures, when its resources began and ended, and the most memory it held (Linux counts it, VmHWM). */
export async function measured(args, env, cwd) {
  const child = spawn(process.execPath, [bin, ...args], { env, cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  let peakKib = 0
  let ticks = 0
  const resources = []
  child.stdout.on('data', chunk => {
    stdout += chunk
    if (chunk.includes('"is":"resource"')) resources.push(performance.now())
  })
  const look = setInterval(() => {
    try {
      peakKib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peakKib)
      const fields = statOf(child.pid)
      ticks = fields[11] + fields[12]
    } catch {
      // It has ended, or this is no Linux.
    }
  }, 20)
  const code = await new Promise(done => child.on('close', done))
  const ended = performance.now()
  clearInterval(look)
  const last = JSON.parse(stdout.trim().split('\n').at(-1))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${JSON.stringify(last)}`)
  const { wallMs, criticalPathMs, calls } = last
  // Before the first resource is touched, and after the last one.
  const [first = ended] = resources
  const beforeMs = Math.max(0, wallMs - (ended - first))
  const afterMs = ended - (resources.at(-1) ?? ended)
  return { wallMs, criticalPathMs, calls, beforeMs, afterMs, peakKib, cpuMs: ticks * 10 }
}

/** `up`, `up` again and `teardown` of one stack in an embedded cloud of its own, which has answered every kind of call before: a real one is not cold either. */
export async function life({ blueprint, cloud }, speed, settings = []) {
  const folder = newFolder()
  const { env, end } = newSandbox(folder, speed)
  const up = ['up', '--sandbox', '--yes', '--json', '--stack', 'bench', '--blueprint', blueprint, ...settings]
  const nothing = ['teardown', '--from-tags', '--yes', '--sandbox', '--stack', 'nothing', '--cloud', cloud]
  once([bin, ...nothing], env, folder)
  once([bin, 'plan', '--sandbox', '--blueprint', blueprint], env, folder)
  const first = await measured(up, env, folder)
  const state = readFileSync(join(folder, '.stackwright/bench/state.json'), 'utf8')
  const { serial, entries } = JSON.parse(state)
  const run = {
    up: { ...first, saves: serial, stateKib: Math.round(state.length / 1024), resources: Object.keys(entries).length },
    'up again': await measured(up, env, folder),
    teardown: await measured(['teardown', '--yes', '--json', '--stack', 'bench'], env, folder),
  }
  end()
  return run
}

/** The median, with the smallest and the largest. */
export function spread(values, digits = 0) {
  const sorted = [...values].sort((a, b) => a - b)
  const show = value => value.toFixed(digits)
  const middle = sorted[Math.floor(sorted.length / 2)]
  return sorted.length === 1 ? show(middle) : `${show(middle)} (${show(sorted[0])}–${show(sorted.at(-1))})`
}

export function sum(calls) {
  return Object.values(calls).reduce((all, count) => all + count, 0)
}

export function mib(runs) {
  return Math.round(Math.max(...runs.map(run => run.peakKib)) / 1024)
}

/** User and system time of all children that have ended, in hundredths of a second. */
function childTicks() {
  try {
    const fields = statOf('self')
    return fields[13] + fields[14]
  } catch {
    return 0
  }
}

/** The numbers of Linux's /proc/PID/stat from the third on; the name before them may hold spaces. */
function statOf(pid) {
  return readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number)
}
