import { firstOf, listOf, nameProblem, numberProblem, portProblem, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { text } from './names.ts'
import { zoneProblem } from './vswitches.ts'

const CODES = ['http_2xx', 'http_3xx', 'http_4xx', 'http_5xx']
const preferred = (values: Values): [string, string] => [text(values, 'vswitch1.zone'), text(values, 'vswitch2.zone')]

/** The pages in their order: buy, listener, backend servers, health check. */
export const asks: Question<AlicloudLookups>[] = [
  {
    key: 'balancer.name',
    label: 'Instance name',
    help: 'The name in the console. The specification the tutorial asks for is gone: new instances are billed by use (CLCU).',
    type: 'text',
    default: ({ stack }) => `${stack}-clb`,
    check: value => nameProblem(value, { min: 1, max: 80, also: '._/-' }),
  },
  {
    key: 'balancer.addressType',
    label: 'Instance type',
    help: 'Internet has a public address. Intranet is reached only from inside the VPC.',
    type: 'choice',
    choices: () => [
      { value: 'internet', name: 'Internet' },
      { value: 'intranet', name: 'Intranet' },
    ],
    default: () => 'internet',
  },
  {
    key: 'balancer.primaryZone',
    label: 'Primary zone',
    help: 'Where the load balancer works.',
    type: 'choice',
    choices: ({ live }) => live.primaryZoneChoices(),
    default: async ({ live, values }) => (await live.defaultBalancerZones(...preferred(values)))?.primary,
    check: (value, values) => zoneProblem(1, value, values),
  },
  {
    key: 'balancer.backupZone',
    label: 'Backup zone',
    help: 'Where it goes on when the primary zone fails.',
    type: 'choice',
    choices: ({ live, values }) => live.backupZoneChoices(text(values, 'balancer.primaryZone')),
    default: ({ live, values }) => live.defaultBackupZone(text(values, 'balancer.primaryZone'), ...preferred(values)),
    check: (value, values) =>
      zoneProblem(1, value, values) ??
      (value === values['balancer.primaryZone']
        ? `${show(value)} is the primary zone already. The backup zone must be another one.`
        : undefined),
  },
  {
    key: 'listener.port',
    label: 'Listener port (HTTP)',
    help: 'The port people’s browsers come to. 80 is the web’s own.',
    type: 'number',
    default: () => 80,
    min: 1,
    max: 65535,
    check: portProblem,
  },
  {
    key: 'group.name',
    label: 'VServer group name',
    help: 'The group of machines behind the listener.',
    type: 'text',
    default: ({ stack }) => `${stack}-servers`,
    check: value => nameProblem(value, { min: 1, max: 80, also: '._/-' }),
  },
  {
    key: 'backend.port',
    label: 'Backend port',
    help: 'The port nginx answers on, on the machines.',
    type: 'number',
    default: () => 80,
    min: 1,
    max: 65535,
    check: backendPortProblem,
  },
  {
    key: 'backend.weight',
    label: 'Weight',
    help: 'A machine’s share of the requests beside the others. They all get the same one here.',
    type: 'number',
    default: () => 100,
    min: 1,
    max: 100,
    check: value =>
      value === 0
        ? 'A weight of 0 sends no requests to the machines, so the stack would not serve. Give 1 to 100.'
        : numberProblem(value, 1, 100),
  },
  {
    key: 'health.path',
    label: 'Health check path',
    help: 'The page the load balancer asks for to see whether a machine serves.',
    type: 'text',
    default: ({ values }) => (text(values, 'app.healthPath') || '/health/').replace(/^\/$/, '/?health'),
    check: pathProblem,
  },
  counted('health.interval', 'Health check interval (seconds)', 'Time between two checks.', 2, 1, 50),
  counted('health.timeout', 'Response timeout (seconds)', 'A slower answer counts as none.', 5, 1, 300),
  counted('health.healthy', 'Healthy threshold', 'Good answers in a row before a machine gets requests.', 3, 2, 10),
  counted('health.unhealthy', 'Unhealthy threshold', 'Bad answers in a row before it gets none.', 3, 2, 10),
  {
    key: 'health.codes',
    label: 'Normal status codes',
    help: 'The answers that count as good.',
    type: 'list',
    choices: () => CODES.map(value => ({ value, name: value })),
    default: () => ['http_2xx', 'http_3xx'],
    check: codesProblem,
    advanced: true,
  },
]

/** In the cloud's order, each once: the same set is the same input. */
export function codesOf(value: Json | undefined): string[] {
  return CODES.filter(code => listOf(value).includes(code))
}

/** HealthCheckURI: 1–80 characters, a slash first, letters, digits and - / . % ? # & =; the reference refuses a lone slash. */
export function pathProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('/'))
    return `${show(value)} must start with a slash, like /health/.`
  if (value.length > 80) return `A path has at most 80 characters; this has ${value.length}.`
  if (value === '/') return 'The load balancer does not take a lone slash. Write /?health to ask for the start page.'
  const bad = [...value].find(char => !/[A-Za-z0-9/._%?#&=-]/.test(char))
  return bad ? `${show(value)} contains ${show(bad)}. Use letters, digits and - / . _ % ? # & =` : undefined
}

/** Kinds of answers, as CLB names them (`http_2xx`); at least one. A sentence when wrong. */
export function codesProblem(value: Json): string | undefined {
  const items = listOf(value)
  if (items.length === 0) return 'At least one kind of answer must count as good.'
  return firstOf(items, item => (CODES.includes(item) ? undefined : `${show(item)} is not one of ${CODES.join(', ')}.`))
}

/** SSH has its port already; that Django's own differs is checked at app.port. */
export function backendPortProblem(value: Json): string | undefined {
  return portProblem(value) ?? (value === 22 ? '22 is SSH’s port. Choose another one; 80 is usual.' : undefined)
}

function counted(
  key: string,
  label: string,
  help: string,
  usual: number,
  min: number,
  max: number,
): Question<AlicloudLookups> {
  return {
    key,
    label,
    help,
    type: 'number',
    default: () => usual,
    min,
    max,
    check: value => numberProblem(value, min, max),
    advanced: true,
  }
}
