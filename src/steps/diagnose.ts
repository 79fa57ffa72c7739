import { Exit, Problem } from '../errors.ts'
import type { BackendView, Connected } from '../providers/provider.ts'
import type { State } from '../state.ts'

/** One place on the way a request takes. */
export type Hop = 'load balancer' | 'machine' | 'port' | 'nginx' | 'application' | 'database' | 'health-check'

export interface Diagnosis {
  hop: Hop
  /** The machine it was seen on, where it was on one. */
  machine?: string
  /** What is wrong there, in one sentence without a full stop. */
  sentence: string
  /** Last log lines, the failed command's output. */
  evidence: string[]
}

export interface Question {
  /** The script that finds the broken hop on a machine; nothing: the blueprint has none. */
  script: string | undefined
  /** The page that did not answer 200 through the load balancer, and what came instead. Nothing: all answered. */
  failed?: { path: string; answer: string }
}

const FIXES: Record<Hop, string> = {
  'load balancer': 'Start its listener in the console, or remove the stack and build it anew.',
  machine: 'Start it in the console.',
  port: 'Let nginx listen on that port again, and the security group let the load balancer in.',
  nginx:
    'Put its configuration right on the machine, or restore it: the setup writes it anew when an answer of the application changes.',
  application: 'Look at its log on the machine: journalctl -u stackwright-django.',
  database: 'Put the access list or the account right, in the console or by answers.',
  'health-check': 'Give it back a page that answers 200: --set health.path=…',
}

/**
 * Where the way to the application breaks: looks into each machine that the load balancer holds for ill, or into all
 * of them when a page `failed`. Asks the machines themselves through the cloud. [] where nothing is found.
 */
export async function diagnose(connected: Connected, state: State, question: Question): Promise<Diagnosis[]> {
  const backends = (await connected.backends?.(state)) ?? []
  if (backends.some(backend => backend.listening === false)) return [stoppedListener()]
  const ill = backends.filter(backend => !backend.healthy)
  const asked = question.failed ? backends : ill
  if (asked.length === 0) return []
  const said = await askAll(connected, asked, question)
  const found = asked.map(backend => ({ backend, bad: badHop(said.get(backend.machine) ?? '', backend.machine) }))
  const unexplained = found.filter(({ bad }) => !bad)
  // A machine that is well and was held for ill a moment ago may just have come back.
  const now = unexplained.length > 0 ? ((await connected.backends?.(state)) ?? []) : []
  const stillIll = new Set(now.filter(backend => !backend.healthy).map(backend => backend.machine))
  return found.flatMap(
    ({ backend, bad }) => bad ?? (stillIll.has(backend.machine) ? [unhealthy(backend, said.get(backend.machine))] : []),
  )
}

/** When every hop behind the load balancer is well and still no answer comes through it. */
export function unexplained({ path, answer }: { path: string; answer: string }): Diagnosis {
  return {
    hop: 'load balancer',
    sentence: `the machines behind it are well, but ${path} does not come through it`,
    evidence: [answer],
  }
}

/** A Problem (exit 1) that names the hop, the evidence and the fix. */
export function brokenHop(found: Diagnosis[], url: string): Problem {
  const [first] = found
  return new Problem({
    what: `The stack is built, but the way to the application breaks: ${first!.hop}${first!.machine ? ` on ${first!.machine}` : ''}, ${first!.sentence}.`,
    why: `${url} was asked through the load balancer, then each hop behind it.`,
    list: found.flatMap((one, index) => [
      ...(index > 0 ? [`Also ${one.hop}${one.machine ? ` on ${one.machine}` : ''}: ${one.sentence}.`] : []),
      ...one.evidence,
    ]),
    next: `${FIXES[first!.hop]} Then run the same command again.`,
    exit: Exit.failed,
  })
}

async function askAll(connected: Connected, backends: BackendView[], question: Question): Promise<Map<string, string>> {
  const { script, failed } = question
  if (!connected.ask || !script) return new Map()
  const { port, path } = backends[0]!
  // Behind the first line, which says what runs the script.
  const [first = '', ...rest] = script.split('\n')
  const facts = [`CHECK_PORT=${port}`, `CHECK_PATH=${quoted(path)}`, `CHECK_VISIT=${quoted(failed?.path ?? path)}`]
  const answers = await connected.ask(
    backends.map(backend => backend.machine),
    [first, ...facts, ...rest].join('\n'),
  )
  return new Map(answers.map(({ machine, output }) => [machine, output]))
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The first bad hop in what a machine printed, with its evidence; undefined when it found none. */
function badHop(output: string, machine: string): Diagnosis | undefined {
  const lines = output.split('\n')
  const at = lines.findIndex(line => /^hop \S+ bad /.test(line))
  const [, hop, sentence] = /^hop (\S+) bad (.*)$/.exec(lines[at] ?? '') ?? []
  if (!hop || !sentence) return undefined
  const evidence = lines.slice(at + 1).filter(line => line.startsWith('| '))
  return { hop: hop as Hop, machine, sentence, evidence: evidence.map(line => line.slice(2)) }
}

function stoppedListener(): Diagnosis {
  return { hop: 'load balancer', sentence: 'its listener does not run', evidence: [] }
}

function unhealthy({ machine, state, port, path }: BackendView, said = ''): Diagnosis {
  const evidence = said.includes('hop machine ok')
    ? 'Asked on the machine itself, every hop answers.'
    : 'The machine itself could not be asked.'
  return {
    hop: 'port',
    machine,
    sentence: `the load balancer gets no good answer from ${path} on port ${port} and holds it for ${state}: does the security group let it in?`,
    evidence: [evidence],
  }
}
