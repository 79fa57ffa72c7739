import type { JsonObject } from '../../src/base/json.ts'
import type { Sandbox } from '../../src/commands/emulator.ts'
import { zoneFor } from '../support/aws.ts'

/** What is built, and with which answers: those that make most of what the blueprint has. */
export interface Subject {
  blueprint: string
  cloud: 'alicloud' | 'aws'
  answers: Record<string, string>
  /** Makes what people have in their account before. */
  ground?(at: { url: string }): Promise<void>
}

export const django: Subject = { blueprint: 'django', cloud: 'alicloud', answers: {} }

/** With HTTPS for a domain in Route 53, whose zone the account has had before. */
export const rails: Subject = {
  blueprint: 'rails',
  cloud: 'aws',
  answers: {
    'domain.zone': 'route53',
    'domain.name': 'www.shop-of-tests.com',
    'bucket.versioned': 'yes',
    'database.deletionProtection': 'yes',
  },
  ground: ({ url }) => zoneFor(url, 'shop-of-tests.com'),
}

/** With groups that grow by themselves. */
export const threeTier: Subject = {
  blueprint: 'three-tier',
  cloud: 'aws',
  answers: { 'web.targetCpu': '50', 'tier.targetCpu': '50', 'aurora.deletionProtection': 'yes' },
}

export function upArgsOf({ blueprint, answers }: Subject): string[] {
  return [
    ...['up', '--sandbox', '--yes', '--json', '--stack', 'shop', '--blueprint', blueprint],
    ...Object.entries(answers).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ]
}

/** Every live thing by type, address and state, without what differs from run to run. */
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
