// Asks npm's registry for known weaknesses of what the program contains. Fails (1) when a shipped package has one of
// severity high or critical; names the others. Where the registry answers no audits, says so and goes on.
// Everything is bundled, so npm lists all packages as development dependencies; scripts/build/packages.json tells which
// are shipped, and the lock file what those bring with them.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { dependenciesOf } from './build/sbom.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** The folders of everything that can get into the bundle: the shipped packages and what they depend on. */
export function shippedFolders(listed, lock) {
  const open = Object.keys(listed)
    .filter(name => listed[name].use === 'shipped')
    .map(name => `node_modules/${name}`)
  const found = new Set()
  for (let folder = open.pop(); folder; folder = open.pop()) {
    if (found.has(folder)) continue
    found.add(folder)
    open.push(...dependenciesOf(lock, folder))
  }
  return found
}

/** What a report of `npm audit --json` says: one line an advisory, worst kinds in `fatal`. Undefined: it is no report. */
export function judge(report, shipped) {
  if (typeof report?.vulnerabilities !== 'object' || report.vulnerabilities === null) return undefined
  const fatal = []
  const other = []
  for (const { nodes, via } of Object.values(report.vulnerabilities)) {
    const ships = nodes.some(node => shipped.has(node))
    for (const advisory of via.filter(one => typeof one === 'object')) {
      const { name, severity, title, url } = advisory
      const grave = ships && (severity === 'high' || severity === 'critical')
      const list = grave ? fatal : other
      list.push(`${name} (${ships ? 'shipped' : 'not shipped'}), ${severity}: ${title} ${url}`)
    }
  }
  return { fatal, other }
}

function main() {
  const read = file => JSON.parse(readFileSync(join(root, file), 'utf8'))
  const shipped = shippedFolders(read('scripts/build/packages.json'), read('package-lock.json'))
  const { stdout } = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  const judged = judge(parsed(stdout), shipped)
  if (!judged) {
    console.log(`Dependencies were not audited: the registry answers no audits (${reason(stdout)}).`)
    return 0
  }
  for (const line of [...judged.fatal, ...judged.other]) console.log(line)
  console.log(
    `Audit: ${judged.fatal.length} high or critical advisories for ${shipped.size} shipped packages, ${judged.other.length} other.`,
  )
  return judged.fatal.length > 0 ? 1 : 0
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reason(stdout) {
  const { message, error } = parsed(stdout) ?? {}
  return String(message || error?.summary || 'no report').split('\n')[0]
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = main()
