import type { Json, JsonObject } from '../base/json.ts'
import type { PlanLine } from '../events.ts'
import { type AnyKind, type Node, type Ref, resolve, type Sheet } from './kind.ts'
import { pendingRemovals } from './remove.ts'
import { canChange, changedKeys, withVersions } from './run.ts'
import type { Entry, State } from './state.ts'

/**
 * What `up` would do, in the order drawn, then what it would remove. `refused` lines name inputs that cannot be changed
 * in place: with one of them nothing may be started. Compares with the state only, not with the live cloud.
 */
export function planUp(
  sheet: Sheet,
  state: State | undefined,
  secretVersion: (name: string) => number,
  kinds: AnyKind[],
): PlanLine[] {
  const entries = state?.entries ?? {}
  const lines = new Map<string, PlanLine>()
  const removing = pendingRemovals(entries)
  for (const node of sheet.nodes) lines.set(node.address, lineOf(node, entries, removing, lines, secretVersion))
  const vanished = Object.keys(entries).filter(address => !lines.has(address))
  return [...lines.values(), ...vanished.reverse().map(address => removal(address, entries[address]!, kinds))]
}

/** What `teardown` would do: everything in the state, last created first. */
export function planDown(entries: Record<string, Entry>, kinds: AnyKind[]): PlanLine[] {
  return Object.keys(entries)
    .reverse()
    .map(address => removal(address, entries[address]!, kinds))
}

function lineOf(
  node: Node,
  entries: Record<string, Entry>,
  removing: Set<string>,
  before: Map<string, PlanLine>,
  version: (name: string) => number,
): PlanLine {
  const entry = entries[node.address]
  const input = withVersions(
    resolve(node.input, ref => known(ref, entries, before)),
    version,
  ) as JsonObject
  const prepaid = node.kind.prepaid?.(node.input)
  const line = {
    address: node.address,
    type: node.kind.type,
    title: node.kind.title,
    step: node.step,
    input,
    ...(prepaid && { notes: [prepaid] }),
  }
  if (!entry) return { ...line, action: 'create' }
  const id = 'id' in entry && entry.id ? { id: entry.id } : {}
  if (removing.has(node.address)) return { ...line, ...id, action: 'resume' }
  const keys = changedKeys(entry.input, input)
  const changes = keys.map(key => ({ key, from: entry.input[key] ?? null, to: input[key] ?? null }))
  if (keys.length > 0 && !canChange(node.kind, keys)) return { ...line, ...id, action: 'refused', changes }
  if (entry.is !== 'ready') return { ...line, ...id, action: 'resume' }
  return keys.length > 0 ? { ...line, ...id, action: 'update', changes } : { ...line, ...id, action: 'keep' }
}

/** A reference to a resource that exists is shown as its value, any other as its name: `<network/vpc.id>`. */
function known(ref: Ref, entries: Record<string, Entry>, before: Map<string, PlanLine>): Json {
  const entry = entries[ref.$ref]
  const stays = before.get(ref.$ref)?.action !== 'create'
  const value = stays && entry?.is === 'ready' ? entry.out[ref.field] : undefined
  return value ?? `<${ref.$ref}.${ref.field}>`
}

function removal(address: string, entry: Entry, kinds: AnyKind[]): PlanLine {
  const kind = kinds.find(candidate => candidate.type === entry.type)
  const prepaid = kind?.prepaid?.(entry.input)
  const notes = [...(kind?.dataLoss?.(entry.input) ?? []), ...(prepaid ? [prepaid] : [])]
  return {
    address,
    type: entry.type,
    title: kind?.title ?? entry.type,
    step: entry.step,
    action: 'remove',
    ...('id' in entry && entry.id && { id: entry.id }),
    ...(notes.length > 0 && { notes }),
  }
}
