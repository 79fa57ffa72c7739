import type { IncomingMessage } from 'node:http'
import type { JsonObject } from '../../base/json.ts'
import type { FrontDoor } from '../http/front.ts'
import type { Call, Resource, World } from '../world/model.ts'
import { advanceAll } from './advance.ts'
import { object, objects, word } from './core/input.ts'
import { everyPlace } from './core/places.ts'
import { everywhere, findResource, resourcesOf, text, texts, time } from './core/resources.ts'
import { firstAccount, secondAccount } from './protocol/accounts.ts'
import { rulesOf } from './services/elbv2/listener-rule.ts'
import { certificatesOf, listenersOf } from './services/elbv2/load-balancer.ts'
import { balancerState } from './services/elbv2/load-balancer-description.ts'
import { countRequest } from './services/elbv2/request-count.ts'
import { ruleFits } from './services/elbv2/rule-match.ts'
import { targetsOf } from './services/elbv2/target.ts'
import { targetHealth } from './services/elbv2/target-health.ts'

/**
 * What answers behind a load balancer's DNS name, or behind a name of one's own that Route 53 leads there, on a port.
 * Undefined when no load balancer has that name. Without a request no rule is asked: the listener's own action counts.
 */
export function frontDoor(world: World, host: string, port: number, request?: IncomingMessage): FrontDoor | undefined {
  advanceAll(world)
  const names = namesBehind(world, host.toLowerCase().replace(/\.$/, ''))
  for (const call of everyPlace(world)) {
    const balancer = resourcesOf(call, 'load-balancer').find(one => names.includes(text(one, 'dnsName').toLowerCase()))
    if (balancer) return doorOf(call, balancer, port, request)
  }
  return undefined
}

/** Counts a request that a load balancer of that name passed on, for the metrics of the target group it went to. */
export function countPassed(world: World, host: string, port: number, request: IncomingMessage): void {
  const names = namesBehind(world, host.toLowerCase().replace(/\.$/, ''))
  for (const call of everyPlace(world)) {
    const balancer = resourcesOf(call, 'load-balancer').find(one => names.includes(text(one, 'dnsName').toLowerCase()))
    const listener = balancer && listenersOf(call, balancer).find(one => time(one, 'port') === port)
    if (!listener) continue
    const [group] = groupsBehind(ruleFor(call, listener, request) ?? listener)
    if (group) countRequest(world, group)
    return
  }
}

/** The target groups that a rule or a listener forwards to with any weight, the heaviest first. */
function groupsBehind(decides: Resource): string[] {
  const rows = objects(decides.data, 'actions').flatMap(one => objects(object(one, 'ForwardConfig'), 'TargetGroups'))
  const weight = (row: JsonObject) => Number(row.Weight ?? 1)
  return rows
    .filter(row => weight(row) > 0)
    .sort((one, other) => weight(other) - weight(one))
    .map(row => word(row, 'TargetGroupArn'))
}

function doorOf(call: Call, balancer: Resource, port: number, request: IncomingMessage | undefined): FrontDoor {
  const closed = { loadBalancerId: text(balancer, 'name'), listening: false, healthy: [], backends: [] }
  const listener = listenersOf(call, balancer).find(one => time(one, 'port') === port)
  if (!listener || balancerState(call, balancer) !== 'active') return closed
  const decides = (request && ruleFor(call, listener, request)) ?? listener
  const actions = objects(decides.data, 'actions')
  const targets = actions.flatMap(action => targetsBehind(call, action))
  const tls = ['HTTPS', 'TLS'].includes(text(listener, 'protocol')) ? namesOf(call, listener) : undefined
  return {
    ...closed,
    listening: true,
    healthy: targets.filter(one => one.healthy).map(one => one.id),
    backends: targets.map(one => one.id),
    ...(tls && { tls }),
    ...instead(actions),
  }
}

/** The rule with the smallest priority that fits. */
function ruleFor(call: Call, listener: Resource, { url = '/', headers, method = '' }: IncomingMessage) {
  const asked = { path: url.split('?')[0]!, host: (headers.host ?? '').replace(/:\d+$/, ''), method }
  const byPriority = rulesOf(call, listener).sort((one, other) => time(one, 'priority') - time(other, 'priority'))
  return byPriority.find(rule => ruleFits(rule, asked))
}

function targetsBehind(call: Call, action: JsonObject): { id: string; healthy: boolean }[] {
  return objects(object(action, 'ForwardConfig'), 'TargetGroups').flatMap(row => {
    const group = findResource(call, 'target-group', word(row, 'TargetGroupArn'))
    if (!group) return []
    return targetsOf(call, group).map(target => ({
      id: target.id,
      healthy: targetHealth(call, group, target).state === 'healthy',
    }))
  })
}

/** A redirect or a fixed answer, which the load balancer gives by itself. */
function instead(actions: JsonObject[]): Pick<FrontDoor, 'redirect' | 'fixed'> {
  const last = actions.at(-1) ?? {}
  if (last.Type === 'redirect') {
    const config = object(last, 'RedirectConfig')
    const place = { protocol: word(config, 'Protocol'), host: word(config, 'Host'), port: word(config, 'Port') }
    const status = word(config, 'StatusCode') === 'HTTP_302' ? 302 : 301
    return { redirect: { status, ...place, path: word(config, 'Path'), query: word(config, 'Query') } }
  }
  if (last.Type !== 'fixed-response') return {}
  const config = object(last, 'FixedResponseConfig')
  const type = word(config, 'ContentType')
  return { fixed: { status: Number(word(config, 'StatusCode')), type, body: word(config, 'MessageBody') } }
}

/** The names on the listener's certificates, its default one first. */
function namesOf(call: Call, listener: Resource): string[][] {
  return certificatesOf(listener).flatMap(id => {
    const certificate = findResource(call, 'certificate', id)
    return certificate ? [texts(certificate, 'names')] : []
  })
}

/** The name itself and everything that records of Route 53 make of it. DNS has no accounts. */
export function namesBehind(world: World, host: string): string[] {
  const records = [firstAccount, secondAccount].flatMap(account =>
    world.list('record', { account, region: everywhere }),
  )
  const names = [host]
  for (const name of names) {
    for (const record of records) {
      if (text(record, 'name') !== `${name}.` || !['A', 'CNAME'].includes(text(record, 'recordType'))) continue
      const shown = object(record.data, 'shown')
      const next = [word(object(shown, 'AliasTarget'), 'DNSName'), ...valuesOf(shown)].map(bare)
      names.push(...next.filter(one => one !== '' && !names.includes(one)))
    }
  }
  return names
}

function valuesOf(shown: JsonObject): string[] {
  return objects(shown, 'ResourceRecords').map(row => word(row, 'Value'))
}

function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '')
}
