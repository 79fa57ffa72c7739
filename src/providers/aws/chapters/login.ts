import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import { keyQuestionsBy } from '../../login.ts'
import type { AwsLive } from '../live.ts'
import { defaultKeyFile, publicKeyProblem, readPublicKey } from './keys.ts'
import { tagTextProblem } from './names.ts'

/** The key people enter with. Asked where there is a machine that can be entered from outside. */
export function keyQuestions(when: (values: Values) => boolean): Question<AwsLive>[] {
  const rules = {
    types: 'Ed25519 or RSA',
    defaultFile: () => defaultKeyFile(),
    read: readPublicKey,
    problem: publicKeyProblem,
    nameProblem: (name: Json) => tagTextProblem(name),
  }
  return keyQuestionsBy(rules, when)
}
