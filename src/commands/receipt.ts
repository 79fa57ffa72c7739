import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { quoted } from '../answers/replay.ts'
import type { Json } from '../base/json.ts'
import type { Served } from '../blueprints/blueprint.ts'
import { ANSWERS_FILE, type State } from '../engine/state.ts'
import { byStep } from './prepare.ts'
import { type BuildTarget, stateToSay, type Target } from './target.ts'

/** The outputs of a finished stack for people and scripts: its address, ids, the places of its files, the next commands. */
export function receipt(
  target: BuildTarget,
  state: State,
  url: string,
  served: Pick<Served, 'records'>,
): Record<string, string> {
  const outputs: Record<string, string> = { url, ...recordsOf(state, served, target) }
  const things = Object.entries(state.entries).map(([address, entry]) => ({ address, entry, step: entry.step }))
  const order = target.drawing.steps.map(({ id }) => id)
  for (const { address, entry } of byStep(things, order)) {
    if (entry.is !== 'ready') continue
    // With its step: a machine and a database are both an `instance`.
    const name = address.replace('/', '.')
    for (const field of ['address', 'publicIp', 'host', 'readerHost', 'dnsName', 'bucket'] as const) {
      const value = entry.out[field]
      if (typeof value === 'string' && value !== '') outputs[`${name}.${field}`] = value
    }
    // A machine without a public address is reached from inside the network by its private one.
    if (entry.out.publicIp === '' && typeof entry.out.privateIp === 'string')
      outputs[`${name}.privateIp`] = entry.out.privateIp
  }
  const folder = relative(process.cwd(), target.folder) || '.'
  outputs.state = join(folder, 'state.json')
  outputs.secrets = join(folder, 'secrets.json')
  outputs.answers = join(folder, ANSWERS_FILE)
  outputs.status = command('status', target)
  outputs.teardown = command('teardown', target)
  return outputs
}

/** The DNS records that people must add themselves, field by field as DNS providers ask for them: `dns.1.type  CNAME`. */
function recordsOf(state: State, { records }: Pick<Served, 'records'>, target: BuildTarget): Record<string, string> {
  if (!records) return {}
  const read = ({ $ref, field }: { $ref: string; field: string }): Json | undefined => {
    const entry = state.entries[$ref]
    return entry?.is === 'ready' ? entry.out[field] : undefined
  }
  const proofs = ((records.proofs && read(records.proofs)) ?? []) as { name: string; type: string; value: string }[]
  const all = [...proofs, { ...records.name, value: String(read(records.name.value) ?? '') }]
  // The forms of DNS providers take names without the final dot.
  const dotless = (name: string) => name.replace(/\.$/, '')
  const fields = all.flatMap(({ name, type, value }, i) => [
    [`dns.${i + 1}.name`, dotless(name)],
    [`dns.${i + 1}.type`, type],
    [`dns.${i + 1}.value`, dotless(value)],
  ])
  const afterwards = records.afterwards
    ? { 'dns.afterwards': `${command('up', target)} --set ${records.afterwards}` }
    : {}
  return { ...Object.fromEntries(fields), ...afterwards }
}

/** The command that builds a removed stack again from its saved answers; empty where no run has saved any. */
export function againOf(target: Target): Record<string, string> {
  const file = join(target.folder, ANSWERS_FILE)
  if (!existsSync(file)) return {}
  const sandbox = target.sandbox ? ' --sandbox' : ''
  return { again: `stackwright up --answers ${quoted(relative(process.cwd(), file))}${sandbox}${whereOf(target)}` }
}

/** The command for this stack, with the flags that it needs to find it from the current folder. */
export function command(verb: string, target: Target): string {
  return `stackwright ${verb} --stack ${target.stack}${whereOf(target)}`
}

function whereOf(target: Target): string {
  const state = stateToSay(target)
  return state === undefined ? '' : ` --state ${quoted(state)}`
}
