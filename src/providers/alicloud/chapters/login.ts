import { nameProblem } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import { keyQuestionsBy } from '../../login.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { defaultKeyFile, publicKeyProblem, readPublicKey } from './keys.ts'

/** The key people enter with, where it is not a password. */
export function keyQuestions(when: (values: Values) => boolean): Question<AlicloudLookups>[] {
  const rules = {
    types: 'RSA or ECDSA',
    defaultFile: () => defaultKeyFile(),
    read: readPublicKey,
    problem: publicKeyProblem,
    nameProblem: (name: Json) => nameProblem(name, { min: 2, max: 128 }),
  }
  return keyQuestionsBy(rules, when)
}
