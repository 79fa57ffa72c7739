import { Command, CommanderError } from 'commander'
import { stackCommands } from './commands/declare.ts'
import { sandboxCommand } from './commands/sandbox.ts'
import { version } from './version.ts'
import { failedEvent, problemOf, problemText } from './view/problem.ts'

const help = `
Start:
  stackwright up --sandbox      try it: everything in an embedded cloud on this machine, no account needed
  stackwright up                build on your own account, after questions and a plan you confirm
  stackwright teardown          remove it again

Exit codes: 0 done, 1 failed (run it again to go on), 2 wrong usage or missing answers, 3 another run is at work,
  4 found before anything was made, 5 teardown left something, 130 interrupted.`

/** What the parser would have written: the help of a group that was given no command. */
let unsaid = ''

/**
 * The command line. It knows flags and exit codes; each command's work is another file, loaded when called.
 */
surviveClosedPipe(process.stdout)
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
main(process.argv).catch(fail)

async function main(argv: string[]): Promise<void> {
  const program = new Command('stackwright')
  program
    .description('Stands up a classic web stack on Alibaba Cloud or AWS, step by step, and takes it down again.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help, also behind a command')
    .configureOutput({ writeErr: () => {} })
    .exitOverride()
    .addHelpText('after', help)
  stackCommands(program, leave)
  sandboxCommand(program, leave)
  for (const command of program.commands) quiet(command)
  if (argv.length <= 2) {
    program.outputHelp()
    return
  }
  // Looking at standard error costs start-up time, so help does not.
  program.hook('preAction', () => surviveClosedPipe(process.stderr))
  await program.parseAsync(argv)
}

/** Sub-commands made by hand do not inherit these. */
function quiet(command: Command): void {
  command.exitOverride().configureOutput({
    writeErr: text => {
      unsaid += text
    },
  })
  for (const child of command.commands) quiet(child)
}

/** Tells what went wrong, on stdout as JSON where that was asked for, and leaves. Never a stack trace unless asked for. */
function fail(error: unknown): void {
  surviveClosedPipe(process.stderr)
  if (error instanceof CommanderError && error.exitCode === 0) {
    leave(0)
    return
  }
  const problem = problemOf(error)
  if (process.argv.includes('--json')) {
    process.stdout.write(JSON.stringify(failedEvent(problem, process.uptime() * 1000)) + '\n')
  } else process.stderr.write((isGroupAlone(error) ? unsaid : problemText(problem)) + '\n')
  if (process.env.STACKWRIGHT_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  leave(problem.exit)
}

function isGroupAlone(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help' && unsaid !== ''
}

/** Ends the process once what was written has left it; open connections must not keep it alive. */
function leave(code: number): void {
  process.exitCode = code
  process.stdout.write('', () => process.exit(code))
}

/** A reader that went away (`| head`) is no error of ours, and no reason to stop building. */
function surviveClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}
