import { overlap, parseAddress, parseCidr, inside as within } from '../world/cidr.ts'
import { inside } from './container.ts'
import type { Machine } from './machine.ts'
import type { Network } from './network.ts'
import type { Runtime } from './runtime.ts'

/** One rule of a security group, as the API tells it. */
export interface GroupRule {
  /** TCP, UDP, ICMP, GRE or ALL, in any case. */
  protocol: string
  /** `80/80`, `-1/-1`. */
  ports: string
  /** An address or CIDR; or the private addresses of the machines of another group. */
  from: string | string[]
  accept: boolean
  /** 1 is first. Of two with the same, the refusing one counts. */
  priority: number
}

/** All rules of one machine. */
export interface FirewallSpec {
  network: Network
  /** Rules of all groups of the machine. */
  rules: GroupRule[]
  /** Private addresses of the other machines of its groups: all traffic among them is allowed. */
  peers: string[]
  /** Whether it may reach what lies outside of its VPC. */
  internet: boolean
}

/** Where the real load balancer's requests and checks come from: a rule that lets these in lets the sandbox's in. */
const balancerRange = '100.64.0.0/10'

/** Enforces the rules in the machine's network namespace, replacing those enforced before. */
export async function setFirewall(runtime: Runtime, machine: Machine, spec: FirewallSpec): Promise<void> {
  const text = Buffer.from(firewallText(spec)).toString('base64')
  const what = `The security group's rules could not be enforced on ${machine.id}.`
  await inside(runtime, machine.name, what, `echo ${text} | base64 -d | nft -f -\n`)
}

/** The rules for nft, as one transaction: there is no moment without them. */
export function firewallText({ network, rules, peers, internet }: FirewallSpec): string {
  const order = [...rules].sort((a, b) => a.priority - b.priority || Number(a.accept) - Number(b.accept))
  const lines = order.flatMap(rule => ruleLines(rule, network.gateway))
  return `table inet stackwright
delete table inet stackwright
table inet stackwright {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
    ${[...lines, ...set(peers, 'accept')].join('\n    ')}
  }
  chain output {
    type filter hook output priority filter; policy accept;
    ${internet ? '' : `oifname != "lo" ct state new ip daddr != { ${blocks([network.cidr, network.block])} } reject with icmpx type admin-prohibited`}
  }
}
`
}

function ruleLines(rule: GroupRule, gateway: string): string[] {
  const what = protocolText(rule)
  const verdict = rule.accept ? 'accept' : 'drop'
  if (what === undefined) return []
  const from = Array.isArray(rule.from) ? rule.from : [rule.from]
  return sources(from, gateway).flatMap(source => [`${source}${what}${verdict}`.trim()])
}

/** nft's words for where a packet comes from; an empty text is anywhere. */
function sources(from: string[], gateway: string): string[] {
  const known = from.map(asCidr).filter(source => source !== undefined)
  if (known.includes('0.0.0.0/0')) return ['']
  const balancer = parseCidr(balancerRange)!
  const reached = known.some(source => overlap(parseCidr(source)!, balancer))
  return [...known, ...(reached ? [`${gateway}/32`] : [])].map(source => `ip saddr ${source} `)
}

function protocolText({ protocol, ports }: GroupRule): string | undefined {
  const name = protocol.toLowerCase()
  if (name === 'all') return ''
  if (name === 'icmp' || name === 'gre') return `ip protocol ${name} `
  if (name !== 'tcp' && name !== 'udp') return undefined
  const [low = 0, high = 0] = ports.split('/').map(Number)
  const range = low < 1 ? '1-65535' : low === high ? String(low) : `${low}-${high}`
  return /^[0-9-]+$/.test(range) ? `${name} dport ${range} ` : undefined
}

function set(addresses: string[], verdict: string): string[] {
  const known = addresses.map(asCidr).filter(source => source !== undefined)
  return known.length > 0 ? [`ip saddr { ${known.join(', ')} } ${verdict}`] : []
}

/** nft refuses sets whose parts overlap. */
function blocks(cidrs: string[]): string {
  const kept = cidrs.filter(
    (one, index) =>
      !cidrs.some(
        (other, at) => at !== index && within(parseCidr(one)!, parseCidr(other)!) && (one !== other || at < index),
      ),
  )
  return kept.join(', ')
}

function asCidr(source: string): string | undefined {
  if (parseAddress(source) !== undefined) return `${source}/32`
  return parseCidr(source) ? source : undefined
}
