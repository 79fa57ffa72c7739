import { blueprints } from './blueprints/index.ts'
import { failed, run } from './run.ts'

/** The program itself: our own blueprints, and the process that ends with the exit code. */
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
run(process.argv, { blueprints }).then(leave, fail)

function fail(error: unknown): void {
  leave(failed(error, process.argv))
}

/** Ends the process once what was written has left it; open connections must not keep it alive. */
function leave(code: number): void {
  process.exitCode = code
  process.stdout.write('', () => process.exit(code))
}
