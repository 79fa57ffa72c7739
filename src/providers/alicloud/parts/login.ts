import { nameProblem, passwordSentence } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Ref, Secret } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import { keyQuestionsBy } from '../../login.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { keyPair } from '../resources/ecs/key-pair.ts'
import { defaultKeyFile, publicKeyProblem, readPublicKey } from '../ssh-keys.ts'
import { text } from './names.ts'

/** How people log in to the machines: with a key pair, or else with a password. */
export interface Login {
  keyPair: Ref<string> | ''
  password: Secret | null
}

/** Console: the logon credentials of "Create Instance"; ECS → Key Pairs → Import. */
export const login = { questions, draw, checks: { keyNameFree } }

/** RunInstances.Password allows these. */
const ECS_PASSWORD = { min: 8, max: 30, specials: "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/" }

const byKey = (values: Values) => text(values, 'machine.login') !== 'password'

function questions(): Question<AlicloudLookups>[] {
  const rules = {
    types: 'RSA or ECDSA',
    defaultFile: () => defaultKeyFile(),
    read: readPublicKey,
    problem: publicKeyProblem,
    nameProblem: (name: Json) => nameProblem(name, { min: 2, max: 128 }),
  }
  return [
    {
      key: 'machine.login',
      label: 'Logon credentials',
      help: 'How you log in to the machine with SSH. The console lets you skip this; then there is no way in.',
      type: 'choice',
      choices: () => [
        { value: 'key', name: 'Key pair' },
        { value: 'password', name: 'Password' },
      ],
      default: () => 'key',
    },
    ...keyQuestionsBy<AlicloudLookups>(rules, byKey),
    {
      key: 'machine.password',
      label: 'Logon password',
      help: 'The password of root: 8 to 30 characters of three kinds. A strong one is generated and kept if you give none.',
      type: 'secret',
      when: values => !byKey(values),
      default: () => 'generate',
      check: value => passwordSentence(value, ECS_PASSWORD),
    },
  ]
}

function draw(on: StepDrawing<AlicloudLookups>, values: Values): Login {
  if (!byKey(values)) return { keyPair: '', password: { $secret: 'machine.password' } }
  const made = on.add('key-pair', keyPair, {
    name: text(values, 'machine.keyName'),
    publicKey: text(values, 'machine.publicKey'),
  })
  on.check([made], lookups => keyNameFree(lookups, values))
  return { keyPair: made.get('id'), password: null }
}

/** Key pairs are told apart by name alone: a foreign one would be used for our machines, or block the import. */
async function keyNameFree({ catalog }: AlicloudLookups, values: Values): Promise<string[]> {
  const name = text(values, 'machine.keyName')
  const tags = await catalog.keyPair(name)
  if (!tags || tags['stackwright:stack']) return []
  return [`machine.keyName: this region has a key pair ${name} that stackwright did not make. Choose another name.`]
}
