// Installs what is missing: the packages of the lock file, and programs of the system as Debian's packages.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { has, quiet, run, say } from './shell.mjs'

/** `npm ci` when a package of the lock file is missing or of another version. */
export function installPackages(root) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const wrong = Object.entries(lock.packages).filter(
    ([path, { version, optional, link }]) => path && !optional && !link && versionAt(root, path) !== version,
  )
  if (wrong.length === 0) return
  say(`Installing ${wrong.length} packages …`)
  // npm says which npm it is when it runs us; started by hand, the one beside node is used.
  const npm = process.env.npm_execpath
  if (npm) run(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'])
  else run('npm', ['ci', '--no-audit', '--no-fund'])
}

function versionAt(root, path) {
  const file = join(root, path, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined
}

/**
 * Installs Debian's packages, as root or with a sudo that asks nothing. Returns the names of those that are still
 * missing: elsewhere people install them.
 */
export function installPrograms(programs) {
  const missing = programs.filter(({ there }) => !there())
  if (missing.length === 0) return []
  const names = missing.map(program => program.package)
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (has('apt-get') && (asRoot.length === 0 || quiet('sudo', ['-n', 'true']))) {
    say(`Installing ${names.join(' ')} …`)
    const apt = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y']
    if (!updated) spawnSync(apt[0], [...apt.slice(1), 'update'], { stdio: 'inherit' })
    updated = true
    spawnSync(apt[0], [...apt.slice(1), 'install', '--no-install-recommends', ...names], { stdio: 'inherit' })
  }
  return missing.filter(({ there }) => !there()).map(program => program.package)
}

/** The lists of packages are fetched once a run. */
let updated = false
