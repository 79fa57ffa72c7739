import type { Action, Service } from './schema.ts'

/** A REST request, its S3 bucket already in front of the path. */
export interface RestRequest {
  method: string
  path: string
  query: [string, string][]
  headers: Record<string, string>
  body: Buffer
}

/** The action a REST request was sent to. */
export interface Route {
  action: Action
  labels: Record<string, string>
  /** Names of the query parameters that belong to the action's address. */
  fixed: string[]
}

interface Rule {
  action: Action
  method: string
  path: RegExp
  labels: string[]
  fixed: [name: string, value: string][]
  /** Query parameters and headers without which it is another action. */
  needs: { query: string[]; headers: string[] }
}

const tables = new WeakMap<Service, Rule[]>()

/** The action whose address fits best: the more of the request an address explains, the better. */
export function routeOf(service: Service, request: RestRequest): Route | undefined {
  const rules = tables.get(service) ?? rulesOf(service)
  tables.set(service, rules)
  const query = new Map(request.query)
  const xId = query.get('x-id')
  const fitting = rules.filter(
    rule =>
      rule.method === request.method &&
      (xId === undefined || xId === rule.action.name) &&
      rule.fixed.every(([name, value]) => query.has(name) && (value === '' || query.get(name) === value)) &&
      rule.needs.query.every(name => query.has(name)) &&
      rule.needs.headers.every(name => request.headers[name] !== undefined) &&
      rule.path.test(request.path),
  )
  const [best] = fitting.sort((a, b) => weight(b) - weight(a))
  if (!best) return undefined
  const values = best.path.exec(request.path)!.slice(1)
  const labels = Object.fromEntries(best.labels.map((name, index) => [name, decoded(values[index] ?? '')]))
  return { action: best.action, labels, fixed: best.fixed.map(([name]) => name) }
}

function weight({ fixed, needs, labels }: Rule): number {
  return 10 * (fixed.length + needs.query.length + needs.headers.length) - labels.length
}

/** Directory buckets are another product with the same addresses. */
const left = new Set(['ListDirectoryBuckets', 'CreateSession'])

function rulesOf(service: Service): Rule[] {
  return service
    .actions()
    .map(name => service.action(name)!)
    .filter(action => action.http && !left.has(action.name))
    .map(action => ruleOf(service, action))
}

function ruleOf(service: Service, action: Action): Rule {
  const [method, address] = action.http!
  const [path = '', search = ''] = address.split('?')
  const fixed = search
    .split('&')
    .filter(part => part && !part.startsWith('x-id='))
    .map(part => part.split('=', 2))
    .map(([name = '', value = '']): [string, string] => [name, value])
  const required = action.input.members.filter(member => member.required)
  // Every S3 address but the list of buckets begins with a bucket, which the official addresses leave to the host.
  const inBucket = service.family === 's3' && action.input.byName.has('Bucket')
  const whole = (inBucket ? '/{Bucket}' : '') + (inBucket && path === '/' ? '' : path)
  return {
    action,
    method,
    ...pattern(whole),
    fixed,
    needs: {
      query: required.flatMap(member => member.traits.httpQuery ?? []),
      headers: required.flatMap(member => member.traits.httpHeader?.toLowerCase() ?? []),
    },
  }
}

/** `/a/{Id}/b/{Rest+}` → an expression with one group a label; a slash at the end may be there or not. */
function pattern(path: string): { path: RegExp; labels: string[] } {
  const labels: string[] = []
  const source = path.replace(/\/$/, '').replace(/\{(\w+)(\+?)\}|[^{]+/g, (text, label?: string, rest?: string) => {
    if (!label) return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    labels.push(label)
    return rest ? '(.+)' : '([^/]+)'
  })
  const greedy = path.endsWith('+}')
  return { path: new RegExp(`^${source}${greedy ? '' : '/?'}$`, 's'), labels }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
