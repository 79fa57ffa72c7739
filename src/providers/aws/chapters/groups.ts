import { firstOf, listOf, sourceProblem } from '../../../answers/checks.ts'
import type { Json } from '../../../base/json.ts'
import type { Drawing, Drawn, Handle, Ref } from '../../../engine/kind.ts'
import { type Rule, securityGroup, securityRules } from '../resources/index.ts'

/** A security group with its rules. Groups name each other: who may come in is a task, not an address. */

export const EVERYONE = '0.0.0.0/0'

/** Who may reach which TCP port, and what for. */
export interface Opening {
  port: number
  /** CIDR blocks, or the machines of another group. */
  from: string[] | Handle<{ id: string }>
  why: string
}

/** A security group with a rule for each opening, named after the stack. */
export function drawGroup(
  on: Drawing,
  name: string,
  of: { vpcId: Ref<string>; stack: string; what: string },
  openings: Opening[],
): Handle<{ id: string }> {
  const group = on.add(`${name}-group`, securityGroup, {
    vpcId: of.vpcId,
    name: `${of.stack}-${name}`,
    description: `${of.what} of ${of.stack}`,
  })
  on.add(
    `${name}-rules`,
    securityRules,
    { groupId: group.get('id'), rules: openings.flatMap(rulesOf) },
    { within: group },
  )
  return group
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
