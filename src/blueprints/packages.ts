import type { Blueprint } from './blueprint.ts'

/** What the machines of each cloud must have: everything that any of the blueprints built there asks for. */
export function machinePackages(blueprints: Blueprint[]): Record<string, string[]> {
  const packages: Record<string, string[]> = {}
  for (const { targets, packages: own } of blueprints) {
    for (const cloud of Object.keys(targets)) packages[cloud] = [...new Set([...(packages[cloud] ?? []), ...own])]
  }
  return packages
}
