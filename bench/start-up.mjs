import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stacks } from './blueprints.mjs'
import { bin, newFolder, newSandbox, once, root, spread } from './tools.mjs'

const plan = blueprint => [bin, 'plan', '--sandbox', '--blueprint', blueprint]

/** `--help` and `plan` against a bare `node -e 0`, in turn; and what of the bundle each of them reads. */
export function startUp(rounds) {
  const folder = newFolder()
  const { env } = newSandbox(folder, 1000)
  const rows = [
    { title: '`node -e 0`', args: ['-e', '0'] },
    { title: '`stackwright --help`', args: [bin, '--help'] },
    ...stacks.map(({ blueprint, cloudName }) => ({
      title: `\`stackwright plan --sandbox --blueprint ${blueprint}\` (${cloudName})`,
      args: plan(blueprint),
    })),
  ].map(row => ({ ...row, runs: [] }))
  // The first round warms the disk's cache and the embedded cloud up.
  for (let round = 0; round <= rounds; round++) {
    for (const { args, runs } of rows) {
      const run = once(args, env, folder)
      if (round > 0) runs.push(run)
    }
  }
  const [bare] = rows
  return [
    '',
    '## Start-up',
    '',
    'Whole processes, in turn; a plan has all its questions answered by the cloud. × is taken pair by pair. The processor’s time, means, depends less on what else the computer does.',
    '',
    '| command | ms | × `node -e 0` | processor ms | × |',
    '|---|---|---|---|---|',
    ...rows.map(({ title, runs }) => {
      const times = runs.map(({ wallMs }, round) => wallMs / bare.runs[round].wallMs)
      const ratio = runs === bare.runs ? '1' : spread(times, 2)
      const cpu = mean(runs)
      return `| ${title} | ${spread(runs.map(({ wallMs }) => wallMs))} | ${ratio} | ${cpu.toFixed(0)} | ${(cpu / mean(bare.runs)).toFixed(1)} |`
    }),
    ...loads(env, folder),
  ]
}

function mean(runs) {
  return runs.reduce((all, { cpuMs }) => all + cpuMs, 0) / runs.length
}

/** The files of the bundle that each command reads, and which of them hold AWS’s own clients. */
function loads(env, folder) {
  const all = [
    { title: '`--help`', ...loadedBy([bin, '--help'], env, folder) },
    ...stacks.map(({ blueprint }) => ({
      title: `\`plan --blueprint ${blueprint}\``,
      ...loadedBy(plan(blueprint), env, folder),
    })),
  ]
  return [
    '',
    'What each reads of the bundle. Of AWS’s official clients only those that are called are loaded, and of each only the operations that Stackwright knows.',
    '',
    '| command | files | KiB | of that AWS’s clients, KiB | clients |',
    '|---|---|---|---|---|',
    ...all.map(
      ({ title, files, kib, awsKib, clients }) =>
        `| ${title} | ${files} | ${kib} | ${awsKib} | ${clients.join(', ') || 'none'} |`,
    ),
  ]
}

function loadedBy(args, env, folder) {
  const list = join(newFolder(), 'loaded')
  writeFileSync(list, '')
  once(['--import', join(root, 'bench/loaded.mjs'), ...args], { ...env, LOADED: list }, folder)
  const files = new Set(readFileSync(list, 'utf8').trim().split('\n').filter(Boolean))
  const read = [...files].map(file => ({ file, bytes: statSync(file).size, text: readFileSync(file, 'utf8') }))
  // The clients and what they share are of these two families of packages.
  const aws = read.filter(({ text }) => /aws-sdk|smithy/i.test(text))
  return {
    files: read.length,
    kib: kib(read),
    awsKib: kib(aws),
    // A client is a file of its own, named after ours that loads it.
    clients: aws.flatMap(({ file }) => /[\\/]chunks[\\/](?!chunk-|dist-)(\w+)-\w+\.js$/.exec(file)?.[1] ?? []).sort(),
  }
}

function kib(files) {
  return Math.round(files.reduce((all, { bytes }) => all + bytes, 0) / 1024)
}
