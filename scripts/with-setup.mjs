// One command from a fresh clone: installs what is missing, then tests, demonstrates or measures.
// Needs nothing but Node itself. Usage: node scripts/with-setup.mjs test|demo|bench|crash [more arguments]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const node = process.execPath
const local = name => join(root, 'node_modules', '.bin', name)

/** Programs that the tests judge our output with, and the Debian package that brings each. */
const TOOLS = [
  { package: 'nginx-light', there: () => has('nginx') },
  { package: 'shellcheck', there: () => has('shellcheck') },
  { package: 'tmux', there: () => has('tmux') },
  { package: 'openssl', there: () => has('openssl') },
  { package: 'openssh-client', there: () => has('ssh-keygen') },
  { package: 'systemd', there: () => has('systemd-analyze') },
  { package: 'python3-venv', there: () => quiet('python3', ['-c', 'import venv, ensurepip']) },
  { package: 'curl', there: () => has('curl') },
  { package: 'mariadb-server-core', there: () => has('mariadbd') && has('mariadb-install-db') },
  { package: 'mariadb-client-core', there: () => has('mariadb') },
  { package: 'apache2-bin', there: () => has('apache2') },
  { package: 'ruby-bundler', there: () => quiet('/usr/bin/bundle', ['--version']) },
  { package: 'ruby-rails', there: () => quiet('/usr/bin/ruby', ['-e', 'gem "rails"']) },
  { package: 'ruby-mysql2', there: () => quiet('/usr/bin/ruby', ['-e', 'gem "mysql2"']) },
  { package: 'puma', there: () => quiet('/usr/bin/ruby', ['-e', 'gem "puma"']) },
  { package: 'postgresql', there: () => quiet('sh', ['-c', 'ls /usr/lib/postgresql/*/bin/initdb']) },
]

/**
 * What the tests whose machines run need besides. runc, because crun of Podman 4 does not boot systemd everywhere;
 * netavark and iptables make its networks; debootstrap where no registry of images answers.
 */
const CONTAINER_TOOLS = [
  { package: 'podman', there: () => has('podman') },
  { package: 'runc', there: () => has('runc') },
  {
    package: 'netavark',
    there: () => quiet('sh', ['-c', 'ls /usr/lib/podman/netavark /usr/libexec/podman/netavark | grep -q .']),
  },
  { package: 'iptables', there: () => has('iptables') },
  { package: 'debootstrap', there: () => has('debootstrap') },
]

/** `STACKWRIGHT_TESTS=without-containers` leaves the tests in the folders of this name out; their number is told. */
const CONTAINER_TESTS = 'test/containers'
const withoutContainers = process.env.STACKWRIGHT_TESTS === 'without-containers'

const work = { test, demo, bench, crash }
const [name = '', ...more] = process.argv.slice(2)
if (!Object.hasOwn(work, name)) stop(`Say one of: ${Object.keys(work).join(', ')}.`, 2)
process.chdir(root)
if (name !== 'demo') refuseOldNode()
installPackages()
work[name](more)

function test(files) {
  const containers = !withoutContainers && (files.length === 0 || files.some(file => file.includes('containers')))
  installTools(containers ? [...TOOLS, ...CONTAINER_TOOLS] : TOOLS)
  run(local('tsc'), [])
  run(local('biome'), ['check', '--error-on-warnings'])
  run(node, ['scripts/build.mjs'])
  if (containers) prepareContainers()
  const left = withoutContainers ? countTests(CONTAINER_TESTS) : 0
  const counted = vitest(withoutContainers ? [...files, '--exclude', `${CONTAINER_TESTS}*/**`] : files)
  if (left > 0) say(`${left} tests of machines in containers were left out (STACKWRIGHT_TESTS=without-containers).`)
  finish(counted)
}

/** Makes the machine image, where people see it; ends with what is missing where machines cannot run. */
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
  if (status !== 0) stop('STACKWRIGHT_TESTS=without-containers leaves the tests out that need this, and says so.', 1)
}

function countTests(folder) {
  const own = mkdtempSync(join(tmpdir(), 'stackwright-count-'))
  const list = join(own, 'list.json')
  run(local('vitest'), ['list', `--json=${list}`, folder])
  const count = JSON.parse(readFileSync(list, 'utf8')).length
  rmSync(own, { recursive: true, force: true })
  return count
}

/** The tutorial's own stack in the embedded cloud; its machines really run where Podman can run them. */
function demo() {
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
  const what = ['--stack', 'django', '--blueprint', 'django', '--answers', 'templates/demo/tutorial.yaml']
  const up = spawnSync(node, [bin, 'up', '--sandbox', '--yes', ...what], { stdio: 'inherit' })
  if (up.status !== 0) process.exit(up.status ?? 1)
  const { url } = JSON.parse(readFileSync('.stackwright/django/state.json', 'utf8')).outputs
  say('')
  say('This was the embedded cloud: nothing costs.')
  if (real) {
    say('Its machine and its database are containers that really run; the cloud around them is simulated, and the load')
    say('balancer is a proxy on a local port. The tutorial goes on with:')
    say(`  curl ${url}demo/add -d name=First -d email=first@example.com`)
    say(`  curl ${url}demo/all`)
  }
  say('From this folder:')
  say('  node bin/stackwright.js status            what is there')
  say('  node bin/stackwright.js sandbox inventory what the cloud thinks is there')
  say('  node bin/stackwright.js teardown --yes    remove it again')
  say('  node bin/stackwright.js sandbox stop --purge  end the embedded cloud, with all it has')
}

function bench(more) {
  run(node, ['scripts/build.mjs'])
  run(node, ['bench/run.mjs', ...more])
}

/** SIGKILL before and after the answer of every single call; takes long. */
function crash(more) {
  run(node, ['scripts/build.mjs'])
  finish(vitest(['test/crash', 'test/providers/aws/crash', ...more], { CRASH: 'all' }))
}

/** Runs the tests; answers what the runner counted. */
function vitest(args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'stackwright-test-'))
  const report = join(folder, 'report.json')
  const { status } = spawnSync(
    local('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    { stdio: 'inherit', env: { ...process.env, ...env } },
  )
  const counted = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
  rmSync(folder, { recursive: true, force: true })
  return {
    status,
    passed: counted.numPassedTests ?? 0,
    failed: counted.numFailedTests ?? 0,
    skipped: counted.numPendingTests ?? 0,
  }
}

function finish({ status, passed, failed, skipped }) {
  if (skipped > 0) say(`${skipped} tests were skipped; none may be.`)
  say(`${passed} passed, ${failed} failed`)
  process.exit(status === 0 && passed > 0 && failed === 0 && skipped === 0 ? 0 : 1)
}

/** The program runs on Node 20.17; the test runner brings its native part only from 20.19 on, and says so badly. */
function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    stop(`The tests need Node 20.19 or newer; this is ${process.version}.`, 1)
}

/** `npm ci` when a package of the lock file is missing or of another version. */
function installPackages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const wrong = Object.entries(lock.packages).filter(
    ([path, { version, optional, link }]) => path && !optional && !link && versionAt(path) !== version,
  )
  if (wrong.length === 0) return
  say(`Installing ${wrong.length} packages …`)
  // npm says which npm it is when it runs us; started by hand, the one beside node is used.
  const npm = process.env.npm_execpath
  if (npm) run(node, [npm, 'ci', '--no-audit', '--no-fund'])
  else run('npm', ['ci', '--no-audit', '--no-fund'])
}

function versionAt(path) {
  const file = join(root, path, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined
}

/** Debian's packages, as root or with sudo that asks nothing; elsewhere what is missing is named, and nothing runs. */
function installTools(tools) {
  const missing = tools.filter(tool => !tool.there())
  if (missing.length === 0) return
  const names = missing.map(tool => tool.package)
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (has('apt-get') && (asRoot.length === 0 || quiet('sudo', ['-n', 'true']))) {
    say(`Installing ${names.join(' ')} …`)
    const apt = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y']
    spawnSync(apt[0], [...apt.slice(1), 'update'], { stdio: 'inherit' })
    spawnSync(apt[0], [...apt.slice(1), 'install', '--no-install-recommends', ...names], { stdio: 'inherit' })
  }
  const still = tools.filter(tool => !tool.there()).map(tool => tool.package)
  if (still.length > 0) stop(`The tests need these programs; install them and try again: ${still.join(' ')}`, 1)
}

function has(program) {
  return quiet('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`])
}

function quiet(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

/** Runs to its end, or ends us with its status. */
function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error) stop(`${program} could not be started: ${error.message}`, 1)
  if (status !== 0) process.exit(status ?? 1)
}

function stop(text, code) {
  console.error(text)
  process.exit(code)
}

function say(text) {
  console.log(text)
}
