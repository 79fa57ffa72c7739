import { measured, newFolder, newSandbox, SPEED, spread, sum } from './tools.mjs'

const stack = ['--sandbox', '--yes', '--json', '--stack', 'bench', '--blueprint', 'django', '--set', 'machine.count=2']

/** `up` to the first answer of an application that really runs, with its machines in containers. */
export async function real(rounds) {
  const title = ['', '## Machines that really run', '']
  const runs = []
  for (let round = 0; round < rounds; round++) {
    const folder = newFolder()
    const { env, end, why } = newSandbox(folder, SPEED, ['--machines', 'container'])
    if (!env) return [...title, `Not measured: ${why}`]
    const first = await measured(['up', ...stack], env, folder)
    runs.push({ ...first, again: await measured(['up', ...stack], env, folder) })
    end()
  }
  const all = read => spread(runs.map(read))
  const ours = run => run.wallMs - run.criticalPathMs
  const row = (name, of) =>
    `| ${name} | ${all(run => of(run).wallMs)} | ${all(run => of(run).criticalPathMs)} | ${all(run => ours(of(run)))} | ${all(run => of(run).cpuMs)} | ${sum(of(runs.at(-1)).calls)} |`
  return [
    ...title,
    'The Django blueprint with two machines, everything in containers on this computer (`--machines container`, the image is there): from `up` to the end of',
    'its proof, which is the first answers of the application through the load balancer. Ours is what the longest chain of waiting does not explain.',
    '',
    '| command | wall ms | critical path ms | ours: wall − critical ms | processor time of `up`, ms | API calls |',
    '|---|---|---|---|---|---|',
    row('`up` to the first 200', run => run),
    row('`up` again', run => run.again),
  ]
}
