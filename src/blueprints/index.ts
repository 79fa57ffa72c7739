import type { Blueprint } from '../steps/step.ts'

/** Every blueprint by id; loaded when it is used. */
export const blueprints: Record<string, () => Promise<Blueprint>> = {
  django: async () => (await import('./django/index.ts')).django,
}
