import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AnswersRequest, answersFrom, parseSet } from '../../src/answers/answers.ts'
import { questions, type Shop, shop } from './fixture.ts'

export const repository = 'https://example.com/shop.git'

/** The answers to the fixture's questions from these sources; with `set` alone, as flags. */
export function ask(more: Partial<AnswersRequest<Shop>> & { set?: string[] } = {}) {
  const { set = [`app.repository=${repository}`], ...rest } = more
  return answersFrom({
    questions,
    asking: { stack: 'web', lookups: shop },
    ...rest,
    sources: { flags: parseSet(set), ...more.sources },
  })
}

export function folder(): string {
  return mkdtempSync(join(tmpdir(), 'answers-'))
}

export function fileWith(name: string, text: string): string {
  const path = join(folder(), name)
  writeFileSync(path, text)
  return path
}
