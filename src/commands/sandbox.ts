import type { Command } from 'commander'
import type { SandboxFlags } from './sandbox-flags.ts'

type Work = (flags: SandboxFlags) => Promise<number>

/** Declares `stackwright sandbox …`: the embedded cloud as a server of its own. The work is loaded when it is called. */
export function sandboxCommand(program: Command, exit: (code: number) => void): void {
  const run = (name: 'start' | 'stop' | 'purge' | 'status' | 'inventory') => async (flags: SandboxFlags) =>
    exit(await (await import('./sandbox-work.ts'))[name](flags))
  const group = program.command('sandbox').description('start, stop and inspect the embedded cloud')
  group.addHelpText('after', examples)

  options(group.command('start').description('start it, or print the address where it is running'))
    .option('--port <number>', 'the local port (any free one)')
    .option('--speed <factor>', "how many times faster than a real cloud's its time runs (50)")
    .option('--faults <spec>', 'for example throttle=0.2,error=0.05,reset=0.05,slow=0.1:2000,seed=7')
    .option('--machines <kind>', 'none: simulated; container: real ones in Podman containers (none)')
    .option('--seed <number>', 'generate the same ids each time')
    .action(run('start'))
  options(group.command('stop').description('stop it; its data and containers are kept'))
    .option('--purge', 'remove both')
    .action(run('stop'))
  options(
    group.command('purge').description('remove it with its containers, networks and data, even when it is not running'),
  )
    .option('--all', 'every sandbox on this computer whose machines are containers')
    .action(run('purge'))
  options(group.command('status').description('print its address, speed and calls')).action(run('status'))
  options(group.command('inventory').description('list every resource in it')).action(run('inventory'))
  group
    .command('serve', { hidden: true })
    .requiredOption('--data <folder>')
    .option('--port <number>')
    .option('--speed <factor>')
    .option('--faults <spec>')
    .option('--seed <number>')
    .option('--machines <kind>')
    .action(async (flags: SandboxFlags) => {
      const serve: Work = (await import('./sandbox-serve.ts')).serveSandbox
      exit(await serve(flags))
    })
}

function options(command: Command): Command {
  return command
    .option('--data <folder>', 'the folder of its data (.stackwright/.sandbox)')
    .option('--state <folder>', 'the state folder it belongs to (.stackwright)')
    .option('--json', 'print the result as JSON on standard output')
}

const examples = `
Examples:
  stackwright sandbox start --speed 100
  stackwright sandbox start --faults throttle=0.2,error=0.05,seed=7 --json
  stackwright sandbox inventory
  stackwright sandbox start --machines container
  stackwright sandbox stop --purge

Other commands start it by themselves with \`--sandbox\`. STACKWRIGHT_SANDBOX_URL names one that is running elsewhere.`
