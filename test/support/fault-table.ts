import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { firstOfEach, sampled } from './sampled.ts'

/**
 * Where a fault is put. `npm test` injects one of each kind (the first that a blueprint declares), `npm run test:long`
 * all: faults of one kind are noticed and told by the same code, and differ in their words.
 */
export type Kind =
  | 'application'
  | 'web server'
  | 'database'
  | 'bucket'
  | 'Redis'
  | 'security group'
  | 'load balancer'
  | 'machine'

/** The faults that this run injects, by name. */
export function injectedOf<F extends { at: Kind }>(blueprint: string, faults: Record<string, F>): [string, F][] {
  return sampled(`faults of ${blueprint}`, Object.entries(faults), all => firstOfEach(all, ([, { at }]) => at))
}

/** What `up` says of a broken hop. */
export interface Told {
  what: string
  next: string
  list?: string[]
}

/** A fault as the page shows it. */
export interface Seen {
  name: string
  hop: string
  /** What the message must show of it. */
  evidence?: RegExp
}

/** The row of a fault, after a look at whether the message says what it must. `tidy`: without what differs from run to run. */
export function faultRow(
  { name, hop, evidence }: Seen,
  told: Told | undefined,
  tidy: (cell: string) => string,
): string {
  const { what = '', next = '', list = [] } = told ?? {}
  expect(what, JSON.stringify(told)).toContain(`breaks: ${hop}`)
  const shown = evidence?.exec(list.join('\n'))?.[0]
  if (evidence) expect(shown, JSON.stringify(told)).toBeTypeOf('string')
  const said = what.replace('The stack is built, but the path to the application breaks: ', '')
  return `| ${[name, said, shown ?? '–', next].map(cell => tidy(cell).replaceAll('|', '\\|')).join(' | ')} |`
}

/** A page of `docs/faults/`. */
export interface Page {
  path: string
  title: string
  /** Lines above the table. */
  how: string[]
  /** The test that writes it. */
  test: string
}

/**
 * The page as it must be: a row for each fault that is declared, in their order, and no other. The rows of injected ones
 * come from this run (`rows`, by name), those of the others from the page: so the list is always compared whole, and a row
 * whenever its fault is injected. Throws an Error where a row is missing.
 */
export function faultPage(
  page: Page,
  declared: string[],
  injected: string[],
  rows: ReadonlyMap<string, string>,
): string {
  const written = writtenRows(page.path)
  const write = `CRASH=all npx vitest run ${page.test} -u`
  const table = declared.map(name => {
    if (injected.includes(name) && !rows.has(name)) throw new Error(`"${name}" was injected, and gave no row.`)
    const row = rows.get(name) ?? written.get(name)
    if (row === undefined) throw new Error(`${page.path} has no row for "${name}". It is written by: ${write}`)
    return row
  })
  return [
    ...[`# ${page.title}`, '', ...page.how],
    `\`npm test\` injects one fault of each kind and compares its row, \`npm run test:long\` all; \`${write}\` rewrites the page.`,
    '',
    '| fault | `up` says | evidence | what to do |',
    '|---|---|---|---|',
    ...table,
    '',
  ].join('\n')
}

function writtenRows(path: string): Map<string, string> {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  return new Map(lines.filter(line => line.startsWith('| ')).map(line => [line.slice(2, line.indexOf(' | ')), line]))
}
