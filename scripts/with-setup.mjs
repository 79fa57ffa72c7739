// One command from a fresh clone: installs what is missing, then tests, demonstrates or measures.
// Needs nothing but Node itself. Usage: node scripts/with-setup.mjs test|fast|long|crash|demo|bench [more arguments]; demo takes a blueprint's id.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPackages } from './install.mjs'
import { run, say, stop } from './shell.mjs'
import { groupsOf } from './tests/groups.mjs'
import { runGroups } from './tests/run.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const node = process.execPath
const local = name => join(root, 'node_modules', '.bin', name)

/** `STACKWRIGHT_TESTS=without-containers` leaves the tests with machines in containers out; their number is said. */
const withoutContainers = process.env.STACKWRIGHT_TESTS === 'without-containers'

const work = { test, fast, long, crash, demo, bench }
const [name = '', ...more] = process.argv.slice(2)
if (!Object.hasOwn(work, name)) stop(`Say one of: ${Object.keys(work).join(', ')}.`, 2)
process.chdir(root)
if (name !== 'demo') refuseOldNode()
installPackages(root)
await work[name](more)

/** Everything, of long series a sample; or the test files below the given paths. */
function test(more) {
  check()
  process.exit(runTests(more))
}

/** What needs Node and nothing else. */
function fast(more) {
  check()
  const { paths, flags } = split(more)
  process.exit(
    runGroups(
      groupsOf(root, paths).filter(({ name }) => name === 'fast'),
      { vitest: local('vitest'), flags },
    ),
  )
}

/** Everything, and of every series all. */
function long(more) {
  check()
  process.exit(runTests(more, { CRASH: 'all' }))
}

/** SIGKILL before and after the answer of every single call, and a run frozen at every instant. */
function crash(more) {
  run(node, ['scripts/build.mjs'])
  process.exit(runTests(['test/crash', ...more], { CRASH: 'all' }))
}

/** Types, style, and the built program. A fault here ends it: what follows would say the same many times. */
function check() {
  for (const [program, args] of [
    [local('tsc'), []],
    [local('biome'), ['check', '--error-on-warnings']],
    [node, ['scripts/build.mjs']],
  ]) {
    if (spawnSync(program, args, { stdio: 'inherit' }).status === 0) continue
    say('0 passed, 1 failed')
    process.exit(1)
  }
}

function runTests(more, env = {}) {
  const { paths, flags } = split(more)
  const groups = groupsOf(root, paths)
  if (groups.length === 0) stop(`No test file has ${paths.join(' or ')} in its path.`, 1)
  const chosen = groups.filter(({ name }) => !(withoutContainers && name === 'containers'))
  const vitest = local('vitest')
  if (chosen.length < groups.length) {
    const left = countTests(groups.find(({ name }) => name === 'containers').files)
    say(`${left} tests of machines in containers are left out (STACKWRIGHT_TESTS=without-containers).`)
  }
  return runGroups(chosen, { vitest, flags, env, prepare: { containers: prepareContainers } })
}

/** Paths come first; from the first flag on everything is the test runner's. */
function split(more) {
  const first = more.findIndex(arg => arg.startsWith('-'))
  return first < 0 ? { paths: more, flags: [] } : { paths: more.slice(0, first), flags: more.slice(first) }
}

/** Makes the machine image, where people see it. Returns what is wrong where machines cannot run. */
function prepareContainers() {
  const folder = mkdtempSync(join(tmpdir(), 'stackwright-prepare-'))
  const sandbox = verb => ['bin/stackwright.js', 'sandbox', verb, '--state', folder]
  let { status } = spawnSync(node, [...sandbox('start'), '--machines', 'container'], { stdio: 'inherit' })
  if (status === 0) {
    say('Making the image for machines of AWS, where it is not there yet.')
    // Whoever first asks anything of the embedded AWS makes it.
    const plan = ['plan', '--sandbox', '--state', folder, '--blueprint', 'three-tier', '--json']
    ;({ status } = spawnSync(node, ['bin/stackwright.js', ...plan], { stdio: ['ignore', 'ignore', 'inherit'] }))
  }
  spawnSync(node, sandbox('purge'), { stdio: 'ignore' })
  rmSync(folder, { recursive: true, force: true })
  return status === 0 ? undefined : 'STACKWRIGHT_TESTS=without-containers leaves the tests out that need this.'
}

function countTests(files) {
  const own = mkdtempSync(join(tmpdir(), 'stackwright-count-'))
  const list = join(own, 'list.json')
  run(local('vitest'), ['list', `--json=${list}`, ...files])
  const count = JSON.parse(readFileSync(list, 'utf8')).length
  rmSync(own, { recursive: true, force: true })
  return count
}

/**
 * A blueprint's stack in the embedded cloud, the first one's as its tutorial has it; its machines really run where
 * Podman can run them.
 */
async function demo([id]) {
  // Reads the sources with a package that is installed by now.
  const { stacks } = await import('../bench/blueprints.mjs')
  const ids = stacks.map(({ blueprint }) => blueprint)
  const stack = id ?? ids[0]
  if (!ids.includes(stack)) stop(`There is no blueprint ${JSON.stringify(id)}. Say one of: ${ids.join(', ')}.`, 2)
  const isTutorial = stack === ids[0]
  run(node, ['scripts/build.mjs'])
  const bin = 'bin/stackwright.js'
  say(
    'Machines run as containers where Podman or Docker can do that. The first time, their image is made: some minutes.',
  )
  const start = spawnSync(node, [bin, 'sandbox', 'start', '--machines', 'container'], {
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  })
  process.stderr.write(start.stderr)
  const real = start.status === 0
  if (!real)
    say('So machines, database and load balancer are simulated: a page says so where the application would answer.')
  const answers = isTutorial ? ['--answers', 'templates/demo/tutorial.yaml'] : []
  const what = ['--stack', stack, '--blueprint', stack, ...answers]
  const up = spawnSync(node, [bin, 'up', '--sandbox', '--yes', ...what], { stdio: 'inherit' })
  if (up.status !== 0) process.exit(up.status ?? 1)
  const { url } = JSON.parse(readFileSync(`.stackwright/${stack}/state.json`, 'utf8')).outputs
  sayWhatNext({ stack, url, real, isTutorial })
}

function sayWhatNext({ stack, url, real, isTutorial }) {
  say('')
  say('This was the embedded cloud: nothing costs.')
  if (real) {
    say(
      'Its machines and its database are containers that really run; the cloud around them is simulated, and the load',
    )
    say('balancer is a proxy on a local port. Go on with:')
    const pages = isTutorial ? ['demo/add -d name=First -d email=first@example.com', 'demo/all'] : ['']
    for (const page of pages) say(`  curl ${url}${page}`)
  }
  say('From this folder:')
  for (const [command, what] of [
    [`status --stack ${stack}`, 'what is there'],
    ['sandbox inventory', 'what the cloud thinks is there'],
    [`teardown --yes --stack ${stack}`, 'remove it again'],
    ['sandbox stop --purge', 'end the embedded cloud, with all it has'],
  ])
    say(`  node bin/stackwright.js ${command.padEnd(40)}  ${what}`)
}

function bench(more) {
  run(node, ['scripts/build.mjs'])
  run(node, ['bench/run.mjs', ...more])
}

/** The program runs on Node 20.17; the test runner brings its native part only from 20.19 on, and says so badly. */
function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    stop(`The tests need Node 20.19 or newer; this is ${process.version}.`, 1)
}
