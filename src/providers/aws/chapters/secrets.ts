import type { Drawing, Handle, Secret } from '../../../engine/kind.ts'
import { parameter } from '../resources/index.ts'
import { parameterFolder } from './identity.ts'

/** Secrets reach machines through Parameter Store: one parameter a secret, read by the role of the machine. */
export function drawParameters(
  on: Drawing,
  stack: string,
  secrets: Secret[],
): Map<string, Handle<{ id: string; name: string }>> {
  const names = [...new Set(secrets.map(({ $secret }) => $secret))].sort()
  return new Map(
    names.map(name => {
      const made = on.add(`parameter-${name.replaceAll('.', '-')}`, parameter, {
        name: `${parameterFolder(stack)}${name}`,
        value: { $secret: name },
      })
      return [name, made]
    }),
  )
}

/** Names in Parameter Store by the variable they fill. */
export function parametersFor(
  made: Map<string, Handle<{ id: string; name: string }>>,
  secrets: Record<string, Secret>,
) {
  return Object.fromEntries(
    Object.entries(secrets).map(([variable, { $secret }]) => [variable, made.get($secret)!.get('name')]),
  )
}
