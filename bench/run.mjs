// Measures what docs/benchmarks.md tells, with the built command, and writes it there. Ratios are taken within one run,
// pair by pair, because machines drift. Usage: npm run bench [-- --quick] [-- start-up wall real growth]
// `--quick`: fewer rounds. With it, or with only some of the sections, nothing is written.
import { writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { growth } from './growth.mjs'
import { real } from './real.mjs'
import { startUp } from './start-up.mjs'
import { root, SPEED, tidy } from './tools.mjs'
import { wall } from './wall.mjs'

const quick = process.argv.includes('--quick')
const sections = {
  'start-up': () => startUp(quick ? 5 : 25),
  wall: () => wall(quick ? 1 : 3),
  real: () => real(quick ? 1 : 3),
  growth: () => growth(quick ? [2, 50] : [1, 25, 50, 100, 200]),
}
const wished = process.argv.slice(2).filter(word => word !== '--quick')
const unknown = wished.find(name => !Object.hasOwn(sections, name))
if (unknown) {
  console.error(`There is no section "${unknown}". There is: ${Object.keys(sections).join(', ')}.`)
  process.exit(2)
}

const begun = performance.now()
try {
  const lines = heading()
  for (const [name, measure] of Object.entries(sections)) {
    if (wished.length > 0 && !wished.includes(name)) continue
    process.stderr.write(`${name} …\n`)
    lines.push(...(await measure()))
  }
  const text = `${lines.join('\n')}\n`
  process.stdout.write(text)
  if (!quick && wished.length === 0) writeFileSync(join(root, 'docs/benchmarks.md'), text)
} finally {
  tidy()
}
process.stderr.write(`${Math.round((performance.now() - begun) / 1000)} s\n`)

function heading() {
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`. Times are of whole processes, milliseconds; medians, with the smallest and largest in brackets.',
    `The embedded cloud runs at speed ${SPEED} (a minute of the cloud is ${(60 / SPEED).toFixed(1)} s), so the times of the cloud are simulated; ours are real.`,
    '',
    `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() || 'unnamed processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${loadavg()[0].toFixed(1)} other processes at work when it began.`,
  ]
}
