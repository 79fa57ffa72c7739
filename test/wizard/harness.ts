import { writeFileSync } from 'node:fs'
import { keepSecrets, parseSet } from '../../src/answers/answers.ts'
import { Problem } from '../../src/base/errors.ts'
import { openSecrets } from '../../src/engine/secrets.ts'
import { chooseStart, confirm, draftIn, interview } from '../../src/wizard/index.ts'
import { shop, steps } from '../answers/fixture.ts'

/** Runs the interview alone: `harness FOLDER RESULT [KEY=VALUE…]`; the result is written to a file, as JSON. */
async function main(): Promise<void> {
  const [folder = '', result = '', ...set] = process.argv.slice(2)
  const io = { input: process.stdin, output: process.stderr }
  if (process.env.HARNESS_START) {
    const start = await chooseStart({
      given: {},
      blueprints: [
        { value: 'django', name: 'Django' },
        { value: 'rails', name: 'Rails' },
      ],
      clouds: blueprint => [
        { value: 'alicloud', name: 'Alibaba Cloud' },
        ...(blueprint === 'rails' ? [{ value: 'aws', name: 'AWS' }] : []),
      ],
      regions: async () => ({ choices: [{ value: 'tokyo', name: 'Tokyo' }], fallback: 'tokyo' }),
      stacks: ['django'],
      checkStack: name => (/^[a-z]+(-\d)?$/.test(name) ? undefined : 'That cannot be a name.'),
      io,
    })
    writeFileSync(result, JSON.stringify({ ...start, sure: await confirm('Sure?', { fallback: false, io }) }))
    return
  }
  const secrets = await openSecrets(folder)
  const resolved = await interview({
    steps,
    sources: {
      flags: parseSet(set),
      env: process.env,
      ...(process.env.HARNESS_SAVED && { saved: JSON.parse(process.env.HARNESS_SAVED) }),
    },
    asking: { stack: 'web', lookups: shop },
    secrets,
    draft: draftIn(folder),
    io,
    again: 'stackwright up',
  })
  await keepSecrets(resolved, secrets)
  writeFileSync(result, JSON.stringify(resolved.answers))
}

main().then(
  () => process.stderr.write('FINISHED\n'),
  error => {
    process.stderr.write(error instanceof Problem ? `${error.what} ${error.why} ${error.next}\n` : `${error?.stack}\n`)
    process.exitCode = error instanceof Problem ? error.exit : 1
  },
)
