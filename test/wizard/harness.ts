import { writeFileSync } from 'node:fs'
import { keepSecrets, parseSet } from '../../src/answers.ts'
import { Problem } from '../../src/errors.ts'
import { openSecrets } from '../../src/secrets.ts'
import { draftIn, interview } from '../../src/wizard/index.ts'
import { chapters, shop } from '../answers/fixture.ts'

/** Runs the interview alone: `harness FOLDER RESULT [KEY=VALUE…]`; the result is written to a file, as JSON. */
async function main(): Promise<void> {
  const [folder = '', result = '', ...set] = process.argv.slice(2)
  const secrets = await openSecrets(folder)
  const resolved = await interview({
    chapters,
    sources: { flags: parseSet(set), env: process.env },
    asking: { stack: 'web', live: shop },
    secrets,
    draft: draftIn(folder),
    io: { input: process.stdin, output: process.stderr },
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
