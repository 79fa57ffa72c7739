import { type Runtime, sandboxLabel } from './runtime.ts'

/** Something of a sandbox that the container runtime keeps. */
export interface Kept {
  kind: 'container' | 'network' | 'volume'
  name: string
  /** The id of the sandbox's data. */
  sandbox: string
}

/**
 * Everything of one sandbox, or of every sandbox when no id is given. The machine image is not among it: it belongs
 * to all of them.
 */
export async function listKept(runtime: Runtime, sandbox?: string): Promise<Kept[]> {
  const filter = ['--filter', `label=${sandboxLabel}${sandbox === undefined ? '' : `=${sandbox}`}`]
  const row = (name: string) => ['--format', `{{.${name}}}\t{{.Labels}}`]
  const asks: [Kept['kind'], string[]][] = [
    ['container', ['ps', '--all', ...filter, ...row('Names')]],
    ['network', ['network', 'ls', ...filter, ...row('Name')]],
    ['volume', ['volume', 'ls', ...filter, ...row('Name')]],
  ]
  const found = await Promise.all(
    asks.map(async ([kind, args]) =>
      rows(await runtime.must(`The ${kind}s of the sandbox could not be listed.`, args)).map(
        ([name = '', labels = '']): Kept => ({ kind, name, sandbox: sandbox ?? labelIn(labels) }),
      ),
    ),
  )
  return found.flat()
}

/**
 * Removes everything of one sandbox, or of all, also what a killed server left. Returns what it removed. What is
 * created meanwhile is found by listing again. Throws a Problem when something cannot be removed.
 */
export async function purge(runtime: Runtime, sandbox?: string): Promise<Kept[]> {
  const removed = new Map<string, Kept>()
  for (let round = 0; round < 5; round++) {
    const kept = await listKept(runtime, sandbox)
    if (kept.length === 0) break
    for (const kind of ['container', 'network', 'volume'] as const) {
      const names = kept.filter(one => one.kind === kind).map(one => one.name)
      if (names.length === 0) continue
      const args = removal(kind, names)
      // One that vanished by itself makes the command fail; the next look decides.
      if (round < 4) await runtime.run(args, { timeout: 120_000 })
      else await runtime.must(`The ${kind}s of the sandbox could not be removed.`, args, { timeout: 120_000 })
    }
    for (const one of kept) removed.set(`${one.kind} ${one.name}`, one)
  }
  return [...removed.values()]
}

/** Whether each container of a sandbox runs, by its name. */
export async function whichRun(runtime: Runtime, sandbox: string): Promise<Map<string, boolean>> {
  const args = ['ps', '--all', '--filter', `label=${sandboxLabel}=${sandbox}`, '--format', '{{.Names}}\t{{.State}}']
  const output = await runtime.must('The containers of the sandbox could not be listed.', args)
  // Podman 4 writes a sentence here ("Up 3 minutes ago"), later ones the word.
  return new Map(rows(output).map(([name = '', state = '']) => [name, /^(up|running)/i.test(state)]))
}

/** Ids of the resources whose containers or networks an earlier process of this sandbox left. */
export async function knownThings(runtime: Runtime, sandbox: string): Promise<Set<string>> {
  const head = `stackwright-${sandbox}-`
  const kept = await listKept(runtime, sandbox)
  return new Set(
    kept
      .map(one => one.name)
      .filter(name => name.startsWith(head))
      .map(name => name.slice(head.length)),
  )
}

function removal(kind: Kept['kind'], names: string[]): string[] {
  if (kind !== 'container') return [kind, 'rm', '--force', ...names]
  // Podman waits for the machine to shut down unless told otherwise.
  return ['rm', '--force', '--volumes', '--time', '0', ...names]
}

function labelIn(labels: string): string {
  return new RegExp(`${sandboxLabel.replace('.', '\\.')}[:=]([^\\s,\\]]+)`).exec(labels)?.[1] ?? ''
}

function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => line.split('\t'))
}
