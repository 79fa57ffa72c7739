import type { Blueprint } from '../steps/step.ts'

/** Every blueprint by id; loaded when it is used. The first is the usual one. */
export const blueprints: Record<string, () => Promise<Blueprint>> = {
  django: async () => (await import('./django/index.ts')).django,
  rails: async () => (await import('./rails/index.ts')).rails,
  'three-tier': async () => (await import('./three-tier/index.ts')).threeTier,
}

/** All blueprints that can be built on a cloud; none where there is no such cloud. */
export async function blueprintsFor(cloud: string): Promise<Blueprint[]> {
  const all = await Promise.all(Object.values(blueprints).map(load => load()))
  return all.filter(({ clouds }) => clouds.some(one => one === cloud))
}
