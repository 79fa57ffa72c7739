import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { Problem } from '../../base/errors.ts'
import { inside, overlap, parseAddress, parseCidr } from '../world/cidr.ts'
import { lastLines } from './command.ts'
import { type Runtime, sandboxLabel } from './runtime.ts'

/**
 * One bridge per VPC. A container has two addresses on it:
 * - its address of the VPC, the very one the API tells, with the VPC's prefix: machines and databases speak to each
 *   other by these, so access lists and security groups mean what they say. Only containers on the bridge know them:
 *   this system gets no route to them, so any CIDR works, whatever else uses it here, and two sandboxes with the same
 *   CIDR do not meet;
 * - a real address from a small free block, by which the sandbox's load balancer reaches it and by which it reaches
 *   out. This system sees only these.
 */
export interface Network {
  name: string
  /** The real block. */
  block: string
  /** This system's own address on the bridge: where the load balancer's requests come from. */
  gateway: string
  /** The CIDR of the VPC. */
  cidr: string
}

/** A VPC that needs a network. */
export interface NetworkSpec {
  sandbox: string
  vpcId: string
  cidr: string
}

const cidrLabel = 'stackwright.cidr'

/** Finds or creates the VPC's network. Throws a Problem when no free block of addresses is left. */
export async function ensureNetwork(runtime: Runtime, spec: NetworkSpec): Promise<Network> {
  const name = containerName(spec.sandbox, spec.vpcId)
  const found = await readNetwork(runtime, name)
  if (found) return found
  const labels = ['--label', `${sandboxLabel}=${spec.sandbox}`, '--label', `${cidrLabel}=${spec.cidr}`]
  const taken = takenBlocks()
  let refused = ''
  for (const block of candidates(name, spec.cidr, taken)) {
    const gateway = block.replace(/0\/24$/, '1')
    // Names are written into /etc/hosts of the machines; Podman's own name server needs a program that may be missing.
    const flags = ['--subnet', block, '--gateway', gateway, ...labels, '--disable-dns']
    const ran = await runtime.run(['network', 'create', ...flags, name])
    // Another process may have made the network, or taken the block, meanwhile.
    const made = await readNetwork(runtime, name)
    if (made) return made
    refused = lastLines(ran.stderr, 1)
    if (!/already|overlap|in use|conflict/i.test(refused)) break
  }
  throw new Problem({
    what: `The network of ${spec.vpcId} could not be made.`,
    why: refused || 'No free block of addresses was found.',
  })
}

/** Removes the network of a VPC; one that is not there is fine. */
export async function removeNetwork(runtime: Runtime, sandbox: string, vpcId: string): Promise<void> {
  await runtime.run(['network', 'rm', '--force', containerName(sandbox, vpcId)])
}

/** The name of a resource's container or network; an id of the cloud is made of letters, digits and hyphens. */
export function containerName(sandbox: string, id: string): string {
  return `stackwright-${sandbox}-${id}`.toLowerCase().replace(/[^a-z0-9-]/g, '-')
}

async function readNetwork(runtime: Runtime, name: string): Promise<Network | undefined> {
  const ran = await runtime.run(['network', 'inspect', name])
  if (ran.code !== 0) return undefined
  const [found] = JSON.parse(ran.stdout) as Record<string, unknown>[]
  const labels = (found?.labels ?? found?.Labels ?? {}) as Record<string, string>
  const pools = (found?.subnets ?? (found?.IPAM as { Config?: unknown } | undefined)?.Config ?? []) as Record<
    string,
    string
  >[]
  const block = pools[0]?.subnet ?? pools[0]?.Subnet
  const gateway = pools[0]?.gateway ?? pools[0]?.Gateway
  if (!block || !gateway) return undefined
  return { name, block, gateway, cidr: labels[cidrLabel] ?? '' }
}

/** Blocks of 256 addresses to try, in an order that depends on the name, so that sandboxes rarely want the same. */
function* candidates(name: string, cidr: string, taken: string[]): Generator<string> {
  const start = createHash('sha256').update(name).digest().readUInt16BE()
  // Not the blocks that container programs and home routers take first.
  const pools = [
    (n: number) => `10.${192 + ((n >> 8) % 32)}.${n & 255}.0/24`,
    (n: number) => `192.168.${100 + (n % 128)}.0/24`,
  ]
  for (const [pool, tries] of [
    [pools[0]!, 40],
    [pools[1]!, 40],
  ] as const) {
    for (let index = 0; index < tries; index++) {
      const block = pool((start + index * 37) & 8191)
      if ([cidr, ...taken].every(other => !meets(block, other))) yield block
    }
  }
}

function meets(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)]
  return a !== undefined && b !== undefined && (overlap(a, b) || inside(a, b))
}

/** What this system's interfaces and routes use already. */
function takenBlocks(): string[] {
  const own = Object.values(networkInterfaces())
    .flat()
    .flatMap(one => (one?.family === 'IPv4' ? [one.cidr ? maskOff(one.cidr) : `${one.address}/32`] : []))
  return [...own, ...routes()]
}

function routes(): string[] {
  try {
    const rows = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1)
    return rows
      .map(row => row.split('\t'))
      .filter(fields => fields[1] !== undefined && fields[7] !== undefined && fields[7] !== '00000000')
      .map(fields => `${fromHex(fields[1]!)}/${bits(fields[7]!)}`)
  } catch {
    return []
  }
}

/** The kernel writes addresses in this processor's byte order. */
function fromHex(hex: string): string {
  return (hex.match(/../g) ?? [])
    .reverse()
    .map(part => Number.parseInt(part, 16))
    .join('.')
}

function bits(hex: string): number {
  return [...Number.parseInt(hex, 16).toString(2)].filter(bit => bit === '1').length
}

function maskOff(cidr: string): string {
  const [address = '', mask = '32'] = cidr.split('/')
  const size = 2 ** (32 - Number(mask))
  const first = Math.floor((parseAddress(address) ?? 0) / size) * size
  return `${[24, 16, 8, 0].map(shift => Math.floor(first / 2 ** shift) % 256).join('.')}/${mask}`
}
