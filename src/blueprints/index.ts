import type { Blueprint } from '../steps/step.ts'

/** Every blueprint by id; loaded when it is used. The first is the usual one. */
export const blueprints: Record<string, () => Promise<Blueprint>> = {
  django: async () => (await import('./django/index.ts')).django,
  rails: async () => (await import('./rails/index.ts')).rails,
  'three-tier': async () => (await import('./three-tier/index.ts')).threeTier,
}
