import type { Command } from 'commander'
import { providers } from '../providers/index.ts'
import type { Flags, Offer, Work } from './flags.ts'

/**
 * The commands that work on a stack: their flags, help and examples. Their work is loaded only when it is called,
 * so that `--help` starts at once.
 */
export function stackCommands(program: Command, offer: Offer, exit: (code: number) => void): void {
  const run = (load: () => Promise<Work>) => async (flags: Flags) => exit(await (await load())(flags, offer))

  withAnswers(offer, program.command('up').description('build the stack, or finish or change an existing one'))
    .option('-y, --yes', 'ask nothing: take what is given and the defaults, and confirm the plan')
    .addHelpText('after', examples.up)
    .action(run(async () => (await import('./up.ts')).up))

  withAnswers(offer, program.command('plan').description('show what `up` would do; changes and writes nothing'))
    .addHelpText('after', examples.plan)
    .action(run(async () => (await import('./plan.ts')).plan))

  onStack(program.command('status').description('compare the saved stack with what exists in the cloud'))
    .option('--sandbox', 'the stack is in the embedded cloud; its saved state says so anyway')
    .addHelpText('after', examples.status)
    .action(run(async () => (await import('./status.ts')).status))

  onStack(program.command('teardown').description('remove everything of the stack'))
    .option('--cloud <cloud>', 'with --from-tags: the cloud to look in')
    .option('--region <region>', 'with --from-tags: the region to look in')
    .option('-y, --yes', 'ask nothing: confirm the removal, also of data')
    .option('--from-tags', "find the stack's resources by their tags, without its saved state")
    .option('--sandbox', 'with --from-tags: look in the embedded cloud')
    .addHelpText('after', examples.teardown)
    .action(run(async () => (await import('./teardown.ts')).teardown))

  basics(program.command('unlock').description('remove the lock that a dead run left behind'))
    .option('--force', 'remove it even if the run that holds it seems alive')
    .addHelpText('after', examples.unlock)
    .action(run(async () => (await import('./unlock.ts')).unlock))
}

function withAnswers({ blueprints }: Offer, command: Command): Command {
  return onStack(command)
    .option('--blueprint <name>', `what to build: ${either(blueprints.map(({ id }) => id))}`)
    .option('--cloud <cloud>', `where to build it: ${either(Object.keys(providers))}; each blueprint has its own`)
    .option('--region <region>', 'for example ap-northeast-1')
    .option('--answers <file>', 'answers in a YAML or JSON file')
    .option('--set <key=value>', 'one answer, for example vpc.cidr=172.16.0.0/12; can be given many times', collect)
    .option('--sandbox', 'use the embedded cloud: needs no account and costs nothing')
}

function onStack(command: Command): Command {
  return basics(command)
}

function basics(command: Command): Command {
  return command
    .option('--stack <name>', "the stack's name; by default the only one there is")
    .option('--state <folder>', 'where stacks are saved (.stackwright)')
    .option('--json', 'events as JSON lines on standard output')
}

/** `a`, `a or b`, `a, b or c`. */
function either(words: string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : words.join('')
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

const examples = {
  up: `
Examples:
  stackwright up                       asks step by step, shows the plan, then builds
  stackwright up --sandbox             the same in the embedded cloud: no account, no cost
  stackwright up --yes --answers answers.yaml
  stackwright up --yes --set machine.type=ecs.g7.large --set database.name=shop
  STACKWRIGHT_VPC_CIDR=10.0.0.0/8 stackwright up --yes --json

An answer is taken from the first that has it: flag, environment, answers file, saved answers, prompt, default.
Interrupted or failed? Run the same command again: it continues where it stopped and creates nothing twice.`,
  plan: `
Examples:
  stackwright plan --sandbox
  stackwright plan --answers answers.yaml --json`,
  status: `
Examples:
  stackwright status
  stackwright status --stack shop --json

Exit code 0: everything is there. 1: something differs.`,
  teardown: `
Examples:
  stackwright teardown                 shows what is there, asks, removes it
  stackwright teardown --stack shop --yes
  stackwright teardown --from-tags --stack shop --cloud alicloud --region ap-northeast-1

Exit code 5: something is left behind; the output says what and why.`,
  unlock: `
Examples:
  stackwright unlock                   says who holds the lock, and removes it when that run is dead
  stackwright unlock --stack shop --force`,
}
