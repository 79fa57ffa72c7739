import { stacks } from './blueprints.mjs'
import { life, mib, sum } from './tools.mjs'

/** One whose machines are resources of its own, each with all that hangs on it. */
const stack = stacks.find(({ blueprint }) => blueprint === 'django')

/** The same with ever more machines. */
export async function growth(sizes) {
  const rows = []
  for (const count of sizes) {
    const { up, teardown } = await life(stack, 1000, ['--set', `machine.count=${count}`])
    const perMachine = Math.round(up.wallMs / count)
    rows.push(
      `| ${count} | ${up.resources} | ${up.wallMs} | ${perMachine} | ${up.saves} | ${up.stateKib} | ${sum(up.calls)} | ${mib([up])} | ${teardown.wallMs} | ${sum(teardown.calls)} |`,
    )
  }
  return [
    '',
    '## More machines',
    '',
    'Django, at speed 1000, so that our own work shows and not the cloud’s. Each machine is five resources; every resource is saved three times, and saves that meet share one write.',
    '',
    '| machines | resources | `up` ms | ms a machine | state writes | state KiB | API calls | peak MiB | `teardown` ms | API calls |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ]
}
