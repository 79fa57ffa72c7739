import { firstOf, listOf, sourceProblem } from '../../../answers/checks.ts'
import type { Json } from '../../../base/json.ts'
import type { Drawn, Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AwsLookups } from '../lookups.ts'
import type { Rule } from '../resources/ec2/security-rules.ts'
import { securityGroup as groupKind, securityRules } from '../resources/index.ts'

export const EVERYONE = '0.0.0.0/0'

/** Who may reach which TCP port, and what for. */
export interface Opening {
  port: number
  /** CIDR blocks, or the machines of another group. */
  from: string[] | Handle<{ id: string }>
  why: string
}

/** A security group and its rules, without which nothing is allowed in. */
export interface Firewall {
  group: Handle<{ id: string }>
  rules: Handle<{ id: string }>
}

/** Console: EC2 → Security Groups. Groups name each other: who is allowed in is a task, not an address. */
export const securityGroup = { draw }

/** A security group with a rule for each opening, named after the stack. `what`: whose it is, for its description. */
function draw(
  on: StepDrawing<AwsLookups>,
  name: string,
  { vpc, what, openings }: { vpc: Handle<{ id: string }>; what: string; openings: Opening[] },
): Firewall {
  const group = on.add(`${name}-group`, groupKind, {
    vpcId: vpc.get('id'),
    name: `${on.stack}-${name}`,
    description: `${what} of ${on.stack}`,
  })
  const rules = on.add(
    `${name}-rules`,
    securityRules,
    { groupId: group.get('id'), rules: openings.flatMap(rulesOf) },
    { within: group },
  )
  return { group, rules }
}

function rulesOf({ port, from, why }: Opening): Drawn<Rule>[] {
  const range = { protocol: 'tcp' as const, from: port, to: port, description: why }
  if (!Array.isArray(from)) return [{ ...range, groupId: from.get('id') }]
  return [...new Set(from.map(block))].map(cidr => ({ ...range, cidr }))
}

/** Addresses or blocks something may come from. */
export function sourcesProblem(value: Json | undefined): string | undefined {
  const items = listOf(value)
  if (items.length > 20) return 'At most 20 addresses or blocks.'
  return firstOf(items, sourceProblem)
}

function block(from: string): string {
  return from.includes('/') ? from : `${from}/32`
}
