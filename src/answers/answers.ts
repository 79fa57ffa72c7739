import { Exit, Problem } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { gather } from './gather.ts'
import { generatePassword } from './password.ts'
import type { Answers, Question } from './question.ts'
import { type AnswersRequest, type Resolved, resolveAnswers, type SecretReader } from './resolve.ts'

export { type AnswersFile, readAnswersFile } from './file.ts'
export { knownVariables, parseSet, type Sources } from './gather.ts'
export { passwordProblem } from './password.ts'
export type { AnswersRequest, Missing, Resolved, SecretReader } from './resolve.ts'

/** The part of the secret store that `keepSecrets` and the interview write. */
export interface SecretKeeper extends SecretReader {
  set(name: string, value: string): Promise<void>
  keep(name: string, make: () => string): Promise<string>
}

/**
 * Resolves questions and sources to answers with their source, and lists everything that is wrong or missing at once.
 * Writes nothing. Throws only what the cloud's look-ups throw.
 */
export async function answersFrom<Lookups>(request: AnswersRequest<Lookups>): Promise<Resolved> {
  const questions = request.questions as readonly Question<never>[]
  const { given, problems, warnings } = gather(questions, request.sources, request.allow)
  const resolved = await resolveAnswers(request, given)
  return { ...resolved, problems: [...problems, ...resolved.problems], warnings: [...warnings, ...resolved.warnings] }
}

/** Writes given and generated secrets to the store. Call it under the lock, before the engine. */
export async function keepSecrets(resolved: Pick<Resolved, 'secrets'>, store: SecretKeeper): Promise<void> {
  for (const [name, secret] of resolved.secrets) {
    if ('set' in secret) await store.set(name, secret.set)
    else await store.keep(name, () => generatePassword(secret.generate))
  }
}

/** The answers' values by key, without their sources: what steps draw from and what the state keeps. */
export function valuesOf(answers: Answers): Record<string, Json> {
  return Object.fromEntries(Object.entries(answers).map(([key, answer]) => [key, answer.value]))
}

/** Everything that is wrong or missing as one Problem (exit 2), or undefined. */
export function problemOf({ missing, problems }: Pick<Resolved, 'missing' | 'problems'>): Problem | undefined {
  if (missing.length + problems.length === 0) return undefined
  const lacking = missing.map(({ key, label, flag, variable }) => `Missing ${key} (${label}): ${flag}  or  ${variable}`)
  return new Problem({
    what: `${problems.length > 0 ? 'Some answers are not valid.' : 'Some answers are missing.'} Nothing was changed.`,
    list: [...problems, ...lacking],
    next: `${problems.length > 0 ? 'Correct' : 'Give'} them and run the command again.`,
    exit: Exit.usage,
  })
}
