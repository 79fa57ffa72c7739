import { firstOf, listOf, portProblem, show, sourceProblem } from '../../../answers/checks.ts'
import type { Json } from '../../../base/json.ts'

/** One line of the security group's inbound page, in AuthorizeSecurityGroup's words. */
export type Rule = {
  protocol: 'tcp' | 'udp' | 'icmp'
  /** `80/80`, `8000/8100`; `-1/-1` for ICMP. */
  ports: string
  /** A CIDR block. */
  from: string
  description: string
}

/** CLB reaches its backends from this range (CLB documentation, "Add backend servers"). */
const BALANCER = '100.64.0.0/10'
const EVERYONE = '0.0.0.0/0'

/** The answers that decide who can reach the machines. */
export interface Openings {
  ports: Json | undefined
  sshFrom: Json | undefined
  backendPort: number
  vpcCidr: string
}

/** All inbound rules: the ports opened to everyone, SSH from the given addresses, the load balancer's port. */
export function inboundRules({ ports, sshFrom, backendPort, vpcCidr }: Openings): Rule[] {
  const open = listOf(ports).flatMap(item => openRule(item) ?? [])
  const ssh = listOf(sshFrom).map(from => rule('tcp', '22/22', block(from), 'SSH'))
  const covered = open.some(({ protocol, ports: range }) => protocol === 'tcp' && within(backendPort, range))
  const backend = covered
    ? []
    : [BALANCER, vpcCidr].map(from => rule('tcp', `${backendPort}/${backendPort}`, from, 'Load balancer'))
  const all = [...ssh, ...open, ...backend]
  // The cloud keeps the same rule once; so does the state.
  return all.filter((one, i) => all.findIndex(other => same(one, other)) === i)
}

/** A list of `80`, `8000-8100`, `53/udp`, `icmp`. A sentence when wrong. */
export function portsProblem(value: Json | undefined): string | undefined {
  const items = listOf(value)
  if (items.length > 50) return 'At most 50 entries fit in a security group this way.'
  return firstOf(items, item => {
    if (item === 'icmp') return undefined
    const [, from, to] = PORTS.exec(item) ?? []
    if (from === undefined) return `${show(item)} is not a port. Write 80, 8000-8100, 53/udp or icmp.`
    const wrong = portProblem(from) ?? (to === undefined ? undefined : portProblem(to))
    if (wrong) return wrong
    if (to !== undefined && Number(to) < Number(from)) return `${show(item)} is reversed. Write the smaller port first.`
    return undefined
  })
}

const PORTS = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/

/** Addresses or blocks that SSH is allowed from. A sentence when wrong. */
export function sourcesProblem(value: Json | undefined): string | undefined {
  const items = listOf(value)
  if (items.length > 20) return 'At most 20 addresses or blocks.'
  return firstOf(items, sourceProblem)
}

/** Whether a list of opened ports opens this one to everyone, over TCP. */
export function opens(ports: Json | undefined, port: number): boolean {
  const rules = listOf(ports).flatMap(item => openRule(item) ?? [])
  return rules.some(({ protocol, ports: range }) => protocol === 'tcp' && within(port, range))
}

function openRule(item: string): Rule | undefined {
  if (item === 'icmp') return rule('icmp', '-1/-1', EVERYONE, 'ICMP')
  const [, from, to = from, protocol = 'tcp'] = PORTS.exec(item) ?? []
  if (from === undefined) return undefined
  const title = { '80': 'HTTP', '443': 'HTTPS', '22': 'SSH' }[from] ?? `Port ${from}`
  return rule(protocol === 'udp' ? 'udp' : 'tcp', `${Number(from)}/${Number(to)}`, EVERYONE, title)
}

function rule(protocol: Rule['protocol'], ports: string, from: string, description: string): Rule {
  return { protocol, ports, from, description }
}

function same(a: Rule, b: Rule): boolean {
  return a.protocol === b.protocol && a.ports === b.ports && a.from === b.from
}

function within(port: number, range: string): boolean {
  const [from = 0, to = 0] = range.split('/').map(Number)
  return port >= from && port <= to
}

function block(from: string): string {
  return from.includes('/') ? from : `${from}/32`
}
