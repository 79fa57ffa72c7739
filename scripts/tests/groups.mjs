// The groups in which the tests run: each has its programs installed right before it, and the quickest comes first.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { needsOf } from './needs.mjs'

/** What little the second group needs besides Node. */
const SMALL = ['built', 'tmux', 'openssl', 'ssh-keygen', 'python']

/** In the order in which they run. */
export const GROUPS = [
  'fast',
  'providers',
  'the built program',
  'programs of the machines',
  'whole stacks',
  'containers',
]

/**
 * The test files below the given paths (nothing: all), by group: `{ name, files, needs }`. As in the test runner, a path
 * names every file whose own path contains it.
 */
export function groupsOf(root, paths = []) {
  const files = readdirSync(join(root, 'test'), { recursive: true })
    .map(name => join('test', name))
    .filter(file => file.endsWith('.test.ts'))
    .filter(file => paths.length === 0 || paths.some(path => file.includes(path.replace(/^\.\//, ''))))
    .sort()
    .map(file => ({ file, needs: needsOf(file, root) }))
  return GROUPS.map(name => {
    const ours = files.filter(file => groupOf(file) === name)
    return { name, files: ours.map(({ file }) => file), needs: new Set(ours.flatMap(({ needs }) => [...needs])) }
  }).filter(({ files }) => files.length > 0)
}

function groupOf({ file, needs }) {
  if (needs.has('containers')) return 'containers'
  if (/^test\/(crash|promises)\//.test(file)) return 'whole stacks'
  if (needs.size === 0) return isProvider(file) ? 'providers' : 'fast'
  return [...needs].every(need => SMALL.includes(need)) ? 'the built program' : 'programs of the machines'
}

/** What the clouds' clients do in special cases. Their contract, and what parts check, are among the fast ones. */
function isProvider(file) {
  return /^test\/providers\//.test(file) && !/\/(contract|checks|parts)\.test\.ts$/.test(file)
}
