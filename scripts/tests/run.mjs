// Runs groups of tests, one after the other, and counts over all of them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { installPrograms } from '../install.mjs'
import { say } from '../shell.mjs'
import { packagesFor } from './needs.mjs'

/** Machines in containers take memory and disk besides a core: more than two such files at once only wait for each other. */
const CONTAINER_WORKERS = 2

/**
 * Runs the groups, whatever comes of each, and says at the very end `N passed, N failed`. `prepare`: work before the
 * group of that name; where it returns a reason, the group counts as one failure. `flags` are the test runner's.
 * Returns the exit code.
 */
export function runGroups(groups, { vitest, flags = [], env = {}, prepare = {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'stackwright-test-'))
  const leftOut = join(folder, 'left-out')
  const all = groups.map(group => {
    say(`\n${group.name}: ${group.files.length} files`)
    const trouble = missingPrograms(group) ?? prepare[group.name]?.()
    if (trouble) say(trouble)
    return trouble ? NOT_RUN : runGroup(group, { vitest, flags, env: { ...env, TESTS_LEFT_OUT: leftOut }, folder })
  })
  const left = existsSync(leftOut) ? readFileSync(leftOut, 'utf8') : ''
  rmSync(folder, { recursive: true, force: true })
  return conclude(groups, all, left)
}

const NOT_RUN = { good: false, passed: 0, failed: 1, skipped: 0, seconds: 0 }

function missingPrograms({ needs }) {
  const missing = installPrograms(packagesFor(needs))
  return missing.length > 0 ? `These tests need programs; install them and try again: ${missing.join(' ')}` : undefined
}

function runGroup({ name, files }, { vitest, flags, env, folder }) {
  const report = join(folder, `${name}.json`)
  const workers = name === 'containers' ? [`--maxWorkers=${Math.min(CONTAINER_WORKERS, availableParallelism())}`] : []
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const began = Date.now()
  const { status } = spawnSync(vitest, ['run', ...reporters, ...workers, ...files, ...flags], {
    stdio: 'inherit',
    env: { ...process.env, ...env, ...(name === 'fast' && hasRoomInMemory() && { TESTS_FOLDER: MEMORY }) },
  })
  const counted = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
  const passed = counted.numPassedTests ?? 0
  const skipped = counted.numPendingTests ?? 0
  // A file that could not even be read has no tests that failed.
  const unread = (counted.testResults ?? []).filter(
    file => file.status === 'failed' && file.assertionResults.length === 0,
  )
  const failed = (counted.numFailedTests ?? 0) + unread.length
  const good = status === 0 && passed > 0 && skipped === 0
  return {
    good,
    passed,
    failed: good ? failed : Math.max(failed, skipped > 0 ? 0 : 1),
    skipped,
    seconds: (Date.now() - began) / 1000,
  }
}

/** A folder that needs no disk: the fast tests save states by the thousand, and each save waits for the disk. */
const MEMORY = '/dev/shm'

function hasRoomInMemory() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize > 1024 ** 3
  } catch {
    return false
  }
}

function conclude(groups, all, left) {
  const sum = what => all.reduce((total, group) => total + group[what], 0)
  say('')
  for (const [n, { name }] of groups.entries())
    say(`${name}: ${all[n].passed} passed, ${all[n].failed} failed, in ${Math.round(all[n].seconds)} s`)
  if (sum('skipped') > 0) say(`${sum('skipped')} tests were skipped; none may be.`)
  sayWhatWasLeft(left)
  say(`${sum('passed')} passed, ${sum('failed')} failed`)
  // No group at all, for example a path outside them: nothing was shown.
  return all.length > 0 && all.every(({ good }) => good) && sum('failed') === 0 ? 0 : 1
}

/** The tests write a line for each of their samples: how many they left out, of what. */
function sayWhatWasLeft(text) {
  const counts = new Map()
  for (const line of text.split('\n').filter(Boolean)) {
    const [count, ...what] = line.split(' ')
    counts.set(what.join(' '), (counts.get(what.join(' ')) ?? 0) + Number(count))
  }
  if (counts.size === 0) return
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const list = [...counts].map(([what, count]) => `${count} ${what}`).join(', ')
  say(`Left to npm run test:long: ${total} trials (${list}).`)
}
