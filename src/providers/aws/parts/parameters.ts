import type { Handle, Ref, Secret } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AwsLookups } from '../lookups.ts'
import { parameter } from '../resources/index.ts'

/** Names in Parameter Store of secrets, by the variable that each fills on a machine. */
export type ParameterNames = Record<string, Ref<string>>

/**
 * Console: Systems Manager → Parameter Store. Secrets reach machines through it: one parameter a secret, read by the
 * role of the machine.
 */
export const parameters = { draw }

/** Draws one parameter for each secret that the machines need; the returned function names those of one set-up. */
function draw(on: StepDrawing<AwsLookups>, secrets: Secret[]): (of: Record<string, Secret>) => ParameterNames {
  const names = [...new Set(secrets.map(({ $secret }) => $secret))].sort()
  const made = new Map(
    names.map((name): [string, Handle<{ id: string; name: string }>] => [
      name,
      on.add(`parameter-${name.replaceAll('.', '-')}`, parameter, {
        name: `${parameterFolder(on.stack)}${name}`,
        value: { $secret: name },
      }),
    ]),
  )
  return of =>
    Object.fromEntries(Object.entries(of).map(([variable, { $secret }]) => [variable, made.get($secret)!.get('name')]))
}

/** Where a stack's secrets are in Parameter Store. */
export function parameterFolder(stack: string): string {
  return `/stackwright/${stack}/`
}
