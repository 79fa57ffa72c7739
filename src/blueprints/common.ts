import type { Values } from '../answers/question.ts'
import { readPackageFile } from '../base/files.ts'
import { type Escaped, shell } from './template.ts'

/** What the blueprints' setups have in common. */

/** Whether the application is the user's own. */
export function fromGit(values: Values): boolean {
  return values['app.source'] === 'git'
}

/** The last part of the application's folder on the machine. */
export function sourceOf(values: Values): 'git' | 'sample' {
  return fromGit(values) ? 'git' : 'sample'
}

/** Where a setup script gets the application from. */
export function origin(values: Values): Record<'source' | 'repository' | 'ref', Escaped> {
  const git = fromGit(values)
  return {
    source: shell(sourceOf(values)),
    repository: shell(git ? String(values['app.repository']) : ''),
    ref: shell(git ? String(values['app.ref'] ?? 'HEAD') : ''),
  }
}

/** A page that writes and reads through the database, and takes it back. Only the samples have it. */
export function proofPath(values: Values): string | undefined {
  return fromGit(values) ? undefined : '/demo/check'
}

/** nginx's port. */
export function backendPort(values: Values): number {
  return Number(values['backend.port'] ?? 80)
}

/** What every machine's scripts share. */
export function machine(file: string): string {
  return readPackageFile(`templates/machine/${file}`)
}
