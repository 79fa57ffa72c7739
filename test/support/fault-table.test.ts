import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { faultPage, type Page } from './fault-table.ts'
import { emptyFolder } from './folder.ts'

let page: Page
beforeEach(async () => {
  page = { path: join(await emptyFolder(), 'page.md'), title: 'Faults', how: [], test: 'x.test.ts' }
})

const row = (name: string, said = 'it broke') => `| ${name} | ${said} | – | Mend it. |`
const seen = (...names: string[]) => new Map(names.map(name => [name, row(name)]))
const write = (...names: string[]) => {
  writeFileSync(page.path, faultPage(page, names, names, seen(...names)))
}

describe('the page of all faults, of which a run injects some', () => {
  it('keeps the rows of those that were not injected', () => {
    write('disk', 'power')
    expect(faultPage(page, ['disk', 'power'], ['power'], new Map([['power', row('power', 'dark')]]))).toContain(
      `${row('disk')}\n${row('power', 'dark')}\n`,
    )
  })

  it('has no row of a fault that nobody declares any more', () => {
    write('disk', 'power')
    expect(faultPage(page, ['power'], ['power'], seen('power'))).not.toContain('disk')
  })

  it('is refused without the row of a declared fault, and the refusal says what writes it', () => {
    write('disk')
    expect(() => faultPage(page, ['disk', 'power'], ['disk'], seen('disk'))).toThrow(
      /no row for "power". It is written by: CRASH=all npx vitest run x.test.ts -u/,
    )
  })

  it('takes no old row for a fault that was injected and not understood', () => {
    write('disk')
    expect(() => faultPage(page, ['disk'], ['disk'], new Map())).toThrow('"disk" was injected, and gave no row.')
  })
})
