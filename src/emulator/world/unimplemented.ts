/**
 * Something that a service of the real cloud does and the emulator does not. Each service lists what a user may look
 * for in its `unimplemented.ts`; `docs/sandbox.md` shows the lists (`test/emulator/unimplemented.test.ts`).
 */
export interface Unimplemented {
  /** A sentence for people: what is missing, or what happens instead. */
  says: string
  /** Official operations that are refused for it, without the service's name. */
  operations?: string[]
}

/** Why an operation of these services, such as `rds.CreateDBProxy`, is not there; nothing where no list names it. */
export function reasonWithout(
  services: { name: string; unimplemented: Unimplemented[] }[],
  operation: string,
): string | undefined {
  const [name = '', action = ''] = operation.split('.')
  return services
    .filter(service => service.name === name)
    .flatMap(service => service.unimplemented)
    .find(one => one.operations?.includes(action))?.says
}
