import type { Command } from 'commander'
import type { SandboxFlags } from './sandbox-flags.ts'

type Work = (flags: SandboxFlags) => Promise<number>

/** `stackwright sandbox …`: the embedded cloud as a server of its own. The work is loaded when it is called. */
export function sandboxCommand(program: Command, exit: (code: number) => void): void {
  const run = (name: 'start' | 'stop' | 'purge' | 'status' | 'inventory') => async (flags: SandboxFlags) =>
    exit(await (await import('./sandbox-work.ts'))[name](flags))
  const group = program.command('sandbox').description('the embedded cloud: start it, stop it, look into it')
  group.addHelpText('after', examples)

  options(group.command('start').description('start it, or say where it runs'))
    .option('--port <number>', 'the local port (any free one)')
    .option('--speed <factor>', "how much faster than a real cloud's its time runs (50)")
    .option('--faults <spec>', 'for example throttle=0.2,error=0.05,reset=0.05,slow=0.1:2000,seed=7')
    .option('--machines <kind>', 'none: simulated; container: they really run, with Podman (none)')
    .option('--seed <number>', 'make the same ids each time')
    .action(run('start'))
  options(group.command('stop').description('stop it; its data and its containers stay'))
    .option('--purge', 'remove both')
    .action(run('stop'))
  options(group.command('purge').description('remove it with its containers, networks and data, also without a server'))
    .option('--all', 'every sandbox on this computer whose machines are containers')
    .action(run('purge'))
  options(group.command('status').description('where it runs, its speed, its calls')).action(run('status'))
  options(group.command('inventory').description('everything that exists in it')).action(run('inventory'))
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
    .option('--data <folder>', 'where it keeps its data (.stackwright/.sandbox)')
    .option('--state <folder>', 'the state folder it belongs to (.stackwright)')
    .option('--json', 'the result as JSON on standard output')
}

const examples = `
Examples:
  stackwright sandbox start --speed 100
  stackwright sandbox start --faults throttle=0.2,error=0.05,seed=7 --json
  stackwright sandbox inventory
  stackwright sandbox start --machines container
  stackwright sandbox stop --purge

\`--sandbox\` behind other commands starts it by itself. STACKWRIGHT_SANDBOX_URL names one that runs elsewhere.`
