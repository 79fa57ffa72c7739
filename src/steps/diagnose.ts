import { Exit, Problem } from '../base/errors.ts'
import type { State } from '../engine/state.ts'

/**
 * What to do about a broken hop: a sentence, or what makes one from the service whose log tells more. The blueprint and
 * its parts name the hops of their stack and how each is fixed.
 */
export type Fix = string | ((service: string | undefined) => string)

export interface Diagnosis {
  /** One place on the way a request takes: `load balancer`, `machine`, `nginx`. */
  hop: string
  /** The machine it was seen on, where it was on one. */
  machine?: string
  /** What is wrong there, in one sentence without a full stop. */
  sentence: string
  /** Last log lines, the failed command's output. */
  evidence: string[]
  /** The service whose log tells more, as the machine said. */
  service?: string
  /** What to do, where it is not what is done about this hop as a rule. */
  fix?: string
}

/** What a connected cloud can tell about a stack that does not serve. */
export interface Diagnosable {
  /** How the load balancer sees the machines behind it, right now. Machines in the order of the state. */
  backends?(state: State): Promise<BackendView[]>
  /** Runs a script that only looks on machines of the stack, and returns what it printed on each. */
  runScript?(machines: string[], script: string): Promise<{ machine: string; output: string }[]>
}

/** One machine behind a load balancer, or a load balancer that has none. */
export interface BackendView {
  /** The machine's id. Nothing: no machine is behind the load balancer, and `state` says so. */
  machine?: string
  healthy: boolean
  /** The cloud's own word for it. */
  state: string
  /** Whether the listener itself runs, where the cloud tells. */
  listening?: boolean
  /** False: it was put behind the load balancer once and is not there any more. */
  registered?: boolean
  /** Whether the load balancer is one between two tiers of machines. */
  internal?: boolean
  /** What the load balancer asks for. No path: it only connects. */
  port: number
  path: string
}

/** A machine as its load balancer sees it. */
type Backend = BackendView & { machine: string }

/** What did not answer as it should. `answer`: a sentence about what came instead. */
export interface Failed {
  path: string
  answer: string
  webSocket?: boolean
}

export interface Suspicion {
  /** The script that finds the broken hop on a machine. */
  script: string
  /** The page, or with `webSocket` the path, that did not answer through the load balancer, and what came instead. Nothing: all answered. */
  failed?: Failed
  /** How long the load balancer may take to see that a machine is healthy again, milliseconds. */
  noticedMs: number
}

const PUT_BACK = 'In the console, register the machines with it again.'

/**
 * Where the path to the application breaks: looks into each machine that the load balancer reports unhealthy, or into
 * all of them when a page `failed`. Asks the machines themselves through the cloud. [] where nothing is found.
 */
export async function diagnose(connected: Diagnosable, state: State, suspicion: Suspicion): Promise<Diagnosis[]> {
  const views = (await connected.backends?.(state)) ?? []
  const stopped = views.find(view => view.listening === false)
  if (stopped) return [stoppedListener(stopped)]
  const bare = views.find(view => view.machine === undefined)
  if (bare) return [nobodyBehind(bare)]
  const backends = views.filter(isMachine)
  const out = backends.filter(backend => backend.registered === false)
  if (out.length > 0) return eachOnce(out.map(takenOut))
  const ill = backends.filter(backend => !backend.healthy)
  const asked = suspicion.failed ? backends : ill
  if (asked.length === 0) return []
  const said = await askAll(connected, asked, suspicion)
  const found = asked.map(backend => ({ backend, bad: badHop(said.get(placeOf(backend)) ?? '', backend.machine) }))
  const well = found.flatMap(({ backend, bad }) => (bad ? [] : [placeOf(backend)]))
  // Only where nothing else is to be said is it worth waiting for.
  const waitMs = well.length === found.length && well.some(one => saysWell(said.get(one))) ? suspicion.noticedMs : 0
  const stillIll = await illAfter(connected, state, well, waitMs)
  const named = found.flatMap(({ backend, bad }) => {
    const place = placeOf(backend)
    return bad ?? (stillIll.has(place) ? [unhealthy(backend, said.get(place))] : [])
  })
  return eachOnce(named)
}

/** What two target groups found on the same machine is said once. */
function eachOnce(found: Diagnosis[]): Diagnosis[] {
  return found.filter((one, at) => found.findIndex(other => isSame(one, other)) === at)
}

const LOOK_AGAIN_MS = 1000

/**
 * Which of these places are still unhealthy: the load balancer gets so long to notice one that has just recovered.
 * One that was replaced meanwhile has not come back.
 */
async function illAfter(connected: Diagnosable, state: State, places: string[], ms: number): Promise<Set<string>> {
  const late = Date.now() + ms
  for (;;) {
    const now = places.length > 0 ? ((await connected.backends?.(state)) ?? []) : []
    const back = now.filter(view => view.healthy).map(placeOf)
    const ill = places.filter(place => !back.includes(place))
    if (ill.length === 0 || Date.now() >= late) return new Set(ill)
    await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

/** When every hop behind the load balancer is healthy and still no answer comes through it. */
export function unexplained({ path, answer, webSocket }: Failed): Diagnosis {
  if (webSocket) {
    const sentence = `the machines behind the load balancer are healthy, but no WebSocket opens at ${path} through it`
    return { hop: 'websocket', sentence, evidence: [answer] }
  }
  return {
    hop: 'load balancer',
    sentence: `the machines behind it are healthy, but ${path} fails through it`,
    evidence: [answer],
  }
}

/** A Problem (exit 1) that names the hop, the evidence and the fix, from `fixes` by hop where the machine did not say one. */
export function brokenHop(found: Diagnosis[], url: string, fixes: Record<string, Fix>): Problem {
  const [first] = found
  return new Problem({
    what: `The stack is built, but the path to the application breaks: ${first!.hop}${first!.machine ? ` on ${first!.machine}` : ''}, ${ended(first!.sentence)}`,
    why: `${url} was requested through the load balancer, then each hop behind it was checked.`,
    list: found.flatMap((one, index) => [
      ...(index > 0 ? [`Also ${one.hop}${one.machine ? ` on ${one.machine}` : ''}: ${ended(one.sentence)}`] : []),
      ...one.evidence,
    ]),
    next: `${fixOf(first!, fixes)} Then run the same command again.`,
    exit: Exit.failed,
  })
}

function ended(sentence: string): string {
  return sentence.endsWith('?') ? sentence : `${sentence}.`
}

function fixOf({ hop, service, fix }: Diagnosis, fixes: Record<string, Fix>): string {
  const found = fix ?? fixes[hop] ?? OTHER
  return typeof found === 'string' ? found : found(service)
}

const OTHER = 'Check it in the console and on the machine.'

/** What was printed at each place; machines that are asked for the same by their load balancer are asked together. */
async function askAll(connected: Diagnosable, backends: Backend[], suspicion: Suspicion): Promise<Map<string, string>> {
  const { script, failed } = suspicion
  const { runScript } = connected
  if (!runScript) return new Map()
  const groups = new Map<string, Backend[]>()
  for (const one of backends) {
    const key = `${one.port} ${one.path}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const answers = await Promise.all(
    [...groups.values()].map(async group => {
      const { port, path } = group[0]!
      // Behind the first line, which says what runs the script.
      const [first = '', ...rest] = script.split('\n')
      // A WebSocket's path is no page that a machine could be asked for.
      const page = failed && !failed.webSocket ? failed.path : path
      const facts = [`CHECK_PORT=${port}`, `CHECK_PATH=${quoted(path)}`, `CHECK_VISIT=${quoted(page)}`]
      if (failed?.webSocket) facts.push(`CHECK_WEBSOCKET=${quoted(failed.path)}`)
      const machines = group.map(backend => backend.machine)
      const said = await runScript(machines, [first, ...facts, ...rest].join('\n'))
      return said.map(({ machine, output }): [string, string] => [placeOf({ machine, port, path }), output])
    }),
  )
  return new Map(answers.flat())
}

/** A machine can be behind several target groups, each of which asks it for something else. */
function placeOf({ machine, port, path }: Pick<BackendView, 'machine' | 'port' | 'path'>): string {
  return `${machine} ${port} ${path}`
}

function isSame(one: Diagnosis, other: Diagnosis): boolean {
  return one.hop === other.hop && one.machine === other.machine && one.sentence === other.sentence
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The first bad hop in what a machine printed, with its evidence; undefined when it found none. */
function badHop(output: string, machine: string): Diagnosis | undefined {
  const lines = output.split('\n')
  const at = lines.findIndex(line => BAD.test(line))
  const [, hop, sentence] = BAD.exec(lines[at] ?? '') ?? []
  if (!hop || !sentence) return undefined
  const evidence = lines
    .slice(at + 1)
    .filter(line => line.startsWith('| '))
    .map(line => line.slice(2))
  const service = /^service ([\w.@-]+)$/m.exec(output)?.[1]
  const fix = /^fix (.+)$/m.exec(output)?.[1]
  return { hop, machine, sentence, evidence, ...(service && { service }), ...(fix && { fix }) }
}

const BAD = /^hop ([\w -]+?) bad (.*)$/

function stoppedListener({ internal }: BackendView): Diagnosis {
  return {
    hop: hopOf(internal),
    sentence: 'its listener is not running, or does not forward to the machines',
    evidence: [],
  }
}

/** Machines that were taken out, or that their group does not start. */
function nobodyBehind({ internal, state }: BackendView): Diagnosis {
  return { hop: hopOf(internal), sentence: 'no machine is registered with it', evidence: [state], fix: PUT_BACK }
}

/** Its application can be perfectly healthy: it gets no requests. */
function takenOut({ internal, machine }: Backend): Diagnosis {
  return { hop: hopOf(internal), sentence: `${machine} is no longer registered with it`, evidence: [], fix: PUT_BACK }
}

function saysWell(said = ''): boolean {
  return said.includes('hop machine ok')
}

function isMachine(view: BackendView): view is Backend {
  return view.machine !== undefined
}

function unhealthy({ machine, state, port, path, internal }: Backend, said = ''): Diagnosis {
  const evidence = saysWell(said)
    ? 'On the machine itself, every hop answers.'
    : 'The machine itself could not be checked.'
  const asked = path === '' ? `port ${port}` : `${path} on port ${port}`
  return {
    hop: 'port',
    machine,
    sentence: `the ${hopOf(internal)} reports it as ${state}: the check of ${asked} failed. Does the security group allow it?`,
    evidence: [evidence],
  }
}

function hopOf(internal: boolean | undefined): string {
  return internal ? 'internal load balancer' : 'load balancer'
}
