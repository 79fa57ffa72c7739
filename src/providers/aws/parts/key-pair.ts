import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import { keyQuestionsBy } from '../../login.ts'
import type { AwsLookups } from '../lookups.ts'
import { keyPair as keyPairKind } from '../resources/index.ts'
import { defaultKeyFile, publicKeyProblem, readPublicKey } from '../ssh-keys.ts'
import { tagTextProblem, text } from './names.ts'

/** Console: EC2 → Key Pairs → Import. The key people log in with. */
export const keyPair = { questions, draw, checks: { nameFree } }

/** `when`: whether there is a machine that can be reached from outside. */
function questions(when: (values: Values) => boolean): Question<AwsLookups>[] {
  const rules = {
    types: 'Ed25519 or RSA',
    defaultFile: () => defaultKeyFile(),
    read: readPublicKey,
    problem: publicKeyProblem,
    nameProblem: (name: Json) => tagTextProblem(name),
  }
  return keyQuestionsBy(rules, when)
}

function draw(on: StepDrawing<AwsLookups>, values: Values): Handle<{ id: string; name: string }> {
  const made = on.add('key-pair', keyPairKind, {
    name: text(values, 'machine.keyName'),
    publicKey: text(values, 'machine.publicKey'),
  })
  on.check([made], lookups => nameFree(lookups, values))
  return made
}

/** Key pairs are told apart by name alone: one that is not ours would be used for our machines, or block the import. */
async function nameFree({ catalog }: AwsLookups, values: Values): Promise<string[]> {
  const name = text(values, 'machine.keyName')
  const tags = await catalog.keyPair(name)
  if (!tags || tags['stackwright:stack']) return []
  return [`machine.keyName: this region has a key pair ${name} that stackwright did not make. Choose another name.`]
}
