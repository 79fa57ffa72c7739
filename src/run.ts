import { Command, CommanderError } from 'commander'
import { stackCommands } from './commands/declare.ts'
import type { Offer } from './commands/flags.ts'
import { sandboxCommand } from './commands/sandbox.ts'
import { version } from './version.ts'
import { failedEvent, problemOf, problemText } from './view/problem.ts'

const help = `
Start:
  stackwright up --sandbox      try it: everything in an embedded cloud on this machine, no account needed
  stackwright up                build on your own account, after questions and a plan you confirm
  stackwright teardown          remove it again

Exit codes: 0 done, 1 failed (run it again to continue), 2 wrong usage or missing answers, 3 another run holds the lock,
  4 found a problem before creating anything, 5 teardown left something behind, 130 interrupted.`

/**
 * The command line: flags and exit codes. Each command's work is another file, loaded when it is called. `argv` as Node
 * gives it, with two words before the first of ours; `offer`: what can be built. Tells what went wrong, on standard
 * output as JSON where that was asked for, and returns the exit code. Never a stack trace unless asked for.
 */
export async function run(argv: string[], offer: Offer): Promise<number> {
  surviveClosedPipe(process.stdout)
  // What the parser would have written: the help of a group that was given no command.
  const unsaid = { text: '' }
  let code = 0
  try {
    const program = programOf(offer, ended => {
      code = ended
    })
    for (const command of program.commands) quiet(command, unsaid)
    if (argv.length <= 2) program.outputHelp()
    else await program.parseAsync(argv)
    return code
  } catch (error) {
    return failed(error, argv, unsaid.text)
  }
}

function programOf(offer: Offer, leave: (code: number) => void): Command {
  const program = new Command('stackwright')
  program
    .description('Stands up a classic web stack on Alibaba Cloud or AWS, step by step, and takes it down again.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help, also after a command')
    .configureOutput({ writeErr: () => {} })
    .exitOverride()
    .addHelpText('after', help)
  stackCommands(program, offer, leave)
  sandboxCommand(program, leave)
  // Looking at standard error costs start-up time, so help does not.
  program.hook('preAction', () => surviveClosedPipe(process.stderr))
  return program
}

/** Sub-commands made by hand do not inherit these. */
function quiet(command: Command, unsaid: { text: string }): void {
  command.exitOverride().configureOutput({
    writeErr: text => {
      unsaid.text += text
    },
  })
  for (const child of command.commands) quiet(child, unsaid)
}

/** Reports what went wrong, also for an error that was not caught. Returns the exit code. */
export function failed(error: unknown, argv: string[], unsaid = ''): number {
  surviveClosedPipe(process.stdout)
  surviveClosedPipe(process.stderr)
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  const problem = problemOf(error)
  if (argv.includes('--json')) {
    process.stdout.write(JSON.stringify(failedEvent(problem, process.uptime() * 1000)) + '\n')
  } else process.stderr.write((isGroupAlone(error, unsaid) ? unsaid : problemText(problem)) + '\n')
  if (process.env.STACKWRIGHT_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return problem.exit
}

function isGroupAlone(error: unknown, unsaid: string): boolean {
  return error instanceof CommanderError && error.code === 'commander.help' && unsaid !== ''
}

const survivors = new WeakSet<NodeJS.WriteStream>()

/** A reader that went away (`| head`) is no error of ours, and no reason to stop building. */
function surviveClosedPipe(stream: NodeJS.WriteStream): void {
  if (survivors.has(stream)) return
  survivors.add(stream)
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}
