import { didYouMean } from '../answers/nearest.ts'
import type { Choice } from '../answers/question.ts'
import { Exit, Problem } from '../base/errors.ts'
import { machinePackages } from '../blueprints/packages.ts'
import type { Secret } from '../engine/kind.ts'
import type { Connected } from '../providers/provider.ts'
import type { Session } from './session.ts'
import { openStagedSecrets, type StagedSecrets } from './staged-secrets.ts'
import type { Target } from './target.ts'

/** A connected cloud and what belongs to the connection. */
export interface Link {
  connected: Connected
  secrets: StagedSecrets
  /** Filled while drawing; inputs mention them by hash. */
  texts: Map<string, string>
}

/**
 * Connects to the real cloud or the embedded one, says to which account, and refuses a state of another account.
 * `quiet`: leaves nothing behind on this machine, not even an embedded cloud that keeps running.
 */
export async function connect(session: Session, target: Target, { quiet = false } = {}): Promise<Link> {
  const { view, env, drain } = session
  const secrets = await openStagedSecrets(target.folder)
  const texts = new Map<string, string>()
  const sandbox = target.sandbox ? await sandboxFor(session, target, quiet) : undefined
  const connected = await target.provider.connect({
    region: target.region,
    env,
    ...(sandbox && { sandbox }),
    emit: view.emit,
    drain,
    reveal: secret => reveal(secrets, secret),
    keep: (name, make) => secrets.keep(name, make),
    texts,
  })
  session.onEnd.push(() => connected.close())
  session.figures.calls = () => connected.calls()
  view.know({ speed: sandbox?.speed ?? 1 })
  refuseOtherAccount(target, connected)
  return { connected, secrets, texts }
}

/** Said before anything is made: where, and on whose account. Without a blueprint when only tags tell of the stack, and they do not. */
export function announce(session: Session, target: Target, connected: Connected, blueprint: string | undefined): void {
  const { account, accountName } = connected
  session.view.emit({
    is: 'stack',
    stack: target.stack,
    ...(blueprint !== undefined && { blueprint }),
    cloud: target.provider.id,
    region: connected.region,
    account: accountName && accountName !== account ? `${account} (${accountName})` : account,
    sandbox: target.sandbox,
  })
}

async function sandboxFor(
  { blueprints, env, stateFolder, onEnd, view }: Session,
  { provider }: Target,
  quiet: boolean,
): Promise<{ url: string; speed: number; machines?: 'none' | 'container' }> {
  const { ensureSandbox, findSandbox, prepareFor, sandboxData } = await import('../emulator/index.ts')
  const onProgress = (text: string) => view.emit({ is: 'note', text })
  const packages = machinePackages(blueprints)
  const running = quiet
    ? await findSandbox({ data: sandboxData(stateFolder), env })
    : await ensureSandbox({ stateDir: stateFolder, env, machinePackages: packages, onProgress })
  if (running) {
    await prepareFor(provider.id, running, { env, machinePackages: packages, onProgress })
    return running
  }
  const { serve } = await import('./emulator.ts')
  const own = await serve({ speed: 50 })
  onEnd.push(() => own.close())
  return { url: own.url, speed: 50 }
}

/** A region that the account does not have is said before anything else fails on it. Where the cloud cannot tell, nothing is said. */
export async function refuseUnknownRegion({ saved, region }: Target, { connected }: Link): Promise<void> {
  if (saved) return
  const lookups = connected.lookups as { regionChoices?(): Promise<Choice[]> }
  const known = (await lookups.regionChoices?.())?.map(choice => String(choice.value)) ?? []
  if (known.length === 0 || known.includes(region)) return
  throw new Problem({
    what: `There is no region "${region}".${didYouMean(region, known)}`,
    next: `Choose one with --region: ${known.join(', ')}.`,
    exit: Exit.preflight,
  })
}

function refuseOtherAccount({ saved, stack }: Target, { account }: Connected): void {
  if (!saved || saved.account === account) return
  throw new Problem({
    what: `The stack "${stack}" is in account ${saved.account}; the credentials in use are of account ${account}.`,
    next: `Use the credentials of account ${saved.account}, or give a new stack another name with --stack.`,
    exit: Exit.preflight,
  })
}

function reveal(secrets: StagedSecrets, secret: Secret): string {
  const value = secrets.get(secret.$secret)
  if (value !== undefined) return value
  throw new Problem({
    what: `The secret "${secret.$secret}" is not in the secret store.`,
    why: 'The file secrets.json beside the state was removed or replaced.',
    next: 'Restore it, or give the secret again.',
    exit: Exit.preflight,
  })
}
