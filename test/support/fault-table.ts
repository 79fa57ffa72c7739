import { expect } from 'vitest'

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

/** The page; `file` is the test that rewrites it. */
export function faultPage(title: string, how: string[], file: string, rows: string[]): string {
  return [
    ...[`# ${title}`, '', ...how],
    `The test compares its findings with this table; \`npx vitest run ${file} -u\` rewrites it.`,
    '',
    '| fault | `up` says | evidence | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
