import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { stacks } from './blueprints.mjs'
import { life, mib, newFolder, newSandbox, root, SPEED, spread, sum } from './tools.mjs'

/** `up`, again, and `teardown`, against the longest chain and against one thing at a time; by blueprint. */
export async function wall(rounds) {
  const lives = []
  for (const stack of stacks) lives.push(await livesOf(stack, rounds))
  const alone = await oneAtATime()
  return [
    '',
    '## Wall against the longest chain',
    '',
    'Critical path: the longest chain of what was really waited for. One at a time: the same engine with every resource made to wait for the one before.',
    'Before: looking around, answering the questions and checking them until the first resource is touched. After: from the last one to the end, for `up` the audit by tag and the',
    'proof that it serves, for `teardown` the last search for anything left. Both take the same however long the cloud takes: at a real cloud’s speed they are seconds of many minutes.',
    ...stacks.flatMap(({ title }, i) => tableOf(title, lives[i], alone[i])),
  ]
}

async function livesOf(stack, rounds) {
  const runs = []
  for (let round = 0; round < rounds; round++) runs.push(await life(stack, SPEED))
  return runs
}

function tableOf(title, runs, alone) {
  const row = verb => {
    const these = runs.map(run => run[verb])
    const all = read => spread(these.map(read))
    const ratio = spread(
      these.map(run => run.wallMs / run.criticalPathMs),
      3,
    )
    const calls = spread(these.map(run => sum(run.calls)))
    return `| \`${verb}\` | ${all(run => run.wallMs)} | ${all(run => run.criticalPathMs)} | ${verb === 'up again' ? '–' : ratio} | ${all(run => run.beforeMs)} | ${all(run => run.afterMs)} | ${alone[verb] ?? '–'} | ${all(run => run.cpuMs)} | ${calls} | ${mib(these)} |`
  }
  const changing = Object.entries(runs[0].up.calls).filter(([action]) => !/\.(Describe|List|Get|Head)/.test(action))
  return [
    '',
    `### ${title}: ${runs[0].up.resources} resources`,
    '',
    '| command | wall ms | critical path ms | wall ÷ critical | before, ms | after, ms | one at a time, ms | processor ms | API calls | peak MiB |',
    '|---|---|---|---|---|---|---|---|---|---|',
    row('up'),
    row('up again'),
    row('teardown'),
    '',
    `Of the calls of \`up\`, ${sum(Object.fromEntries(changing))} change something; the others look: whether a thing is ready, what is in stock, and the audit at the end.`,
  ]
}

/**
 * The engine with every node waiting for the one before it; the rest as it is. All blueprints beside each other: each
 * waits for its cloud nearly all the time.
 */
async function oneAtATime() {
  const engine = await oneByOne()
  try {
    return await Promise.all(stacks.map(stack => aloneIn(engine, stack)))
  } finally {
    rmSync(engine, { force: true })
  }
}

async function aloneIn(engine, { blueprint, cloud }) {
  const folder = newFolder()
  const { url, env, end } = newSandbox(folder, SPEED)
  const told = { ...env, SANDBOX_URL: url, SPEED: String(SPEED), BLUEPRINT: blueprint, CLOUD: cloud }
  const { stdout } = await promisify(execFile)(process.execPath, [engine], { cwd: folder, env: told })
  end()
  return JSON.parse(stdout)
}

/** bench/alone.ts as a program of its own, where the official clients and the package's files are found. */
async function oneByOne() {
  const outfile = join(root, 'node_modules/.bench-alone.mjs')
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
  return outfile
}
