import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/base/json.ts'
import type { Subject } from '../../src/blueprints/subject.ts'
import type { Sandbox } from '../../src/commands/emulator.ts'
import { zoneFor } from './aws.ts'

export type { Subject } from '../../src/blueprints/subject.ts'

const folder = join(import.meta.dirname, '../../src/blueprints')

/** Every blueprint's, by the order of their names. */
export const subjects: Subject[] = await Promise.all(
  readdirSync(folder)
    .map(name => join(folder, name, 'subject.ts'))
    .filter(file => existsSync(file))
    .sort()
    .map(async file => ((await import(file)) as { subject: Subject }).subject),
)

export const subjectsOf = (cloud: Subject['cloud']): Subject[] => subjects.filter(subject => subject.cloud === cloud)

export function subjectOf(blueprint: string): Subject {
  const found = subjects.find(subject => subject.blueprint === blueprint)
  if (!found) throw new Error(`The blueprint ${blueprint} has no subject.ts.`)
  return found
}

/** Makes what the account has before anything is built. */
export async function prepareAccount(url: string, { hostedZone }: Subject): Promise<void> {
  if (hostedZone) await zoneFor(url, hostedZone)
}

/** `up` of the subject without a question, its answers as flags. */
export function upArgsOf({ blueprint, answers }: Subject): string[] {
  return [
    ...['up', '--sandbox', '--yes', '--json', '--stack', 'shop', '--blueprint', blueprint],
    ...Object.entries(answers).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ]
}

/** `teardown` of what `upArgsOf` builds. */
export const teardownArgs = ['teardown', '--yes', '--json', '--stack', 'shop']

/** Every live resource by type, address and state, without what differs from run to run. */
export function inventoryOf(sandbox: Sandbox): string[] {
  return sandbox
    .inventory()
    .map(thing => `${thing.type} ${(thing.tags as JsonObject)['stackwright:address'] ?? ''} ${thing.state}`)
    .sort()
}

/**
 * Scripts that a machine was sent more than once, whose tokens say that once was meant. Of AWS, where no token of the
 * cloud's own forbids it.
 */
export function sentTwice(sandbox: Sandbox): string[] {
  const sent = sandbox.world.all().flatMap(({ type, data }) => {
    if (type !== 'ssm-command') return []
    const runs = data.runs as { instanceId: string }[]
    return runs.map(({ instanceId }) => `${data.comment} on ${instanceId}`)
  })
  return sent.filter((one, n) => sent.indexOf(one) !== n)
}
