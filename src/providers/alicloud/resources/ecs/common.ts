/** How ECS pages the lists that have outgrown page numbers. */
export const byToken = { by: 'token', size: 100 } as const
