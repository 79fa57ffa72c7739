import { firstOf, hostNameProblem, nameProblem, passwordSentence, proseProblem, show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { AlicloudLookups } from '../lookups.ts'
import { keyQuestions } from './login.ts'
import { machineCount, numbered, tags, text } from './names.ts'

/** RunInstances.Password allows these. */
export const ECS_PASSWORD = { min: 8, max: 30, specials: "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/" }

const byKey = (values: Values) => text(values, 'machine.login') !== 'password'

/** The last pages of "Create Instance": system configurations, tags. */
export const systemAsks: Question<AlicloudLookups>[] = [
  {
    key: 'machine.login',
    label: 'Logon credentials',
    help: 'How you enter the machine with SSH. The console lets you leave this out; then nobody can get in.',
    type: 'choice',
    choices: () => [
      { value: 'key', name: 'Key pair' },
      { value: 'password', name: 'Password' },
    ],
    default: () => 'key',
  },
  ...keyQuestions(byKey),
  {
    key: 'machine.password',
    label: 'Logon password',
    help: 'The password of root: 8 to 30 characters of three kinds. A strong one is made and kept if you give none.',
    type: 'secret',
    when: values => !byKey(values),
    default: () => 'generate',
    check: value => passwordSentence(value, ECS_PASSWORD),
  },
  {
    key: 'machine.name',
    label: 'Instance name',
    help: 'The name in the console. Further machines get -2, -3… behind it.',
    type: 'text',
    default: ({ stack }) => `${stack}-web`,
    check: (value, values) =>
      firstOf(numbered(String(value), machineCount(values)).slice(-1), name => nameProblem(name, { min: 2, max: 128 })),
  },
  {
    key: 'machine.description',
    label: 'Description',
    help: 'A note beside the instance in the console.',
    type: 'text',
    default: ({ stack }) => `Web server of ${stack}`,
    check: value => proseProblem(value, 256, 2),
  },
  {
    key: 'machine.hostname',
    label: 'Host name',
    help: 'The name the machine calls itself.',
    type: 'text',
    default: ({ stack }) => `${stack.replace(/-+/g, '-').replace(/-$/, '')}-web`,
    check: (value, values) =>
      firstOf(numbered(String(value), machineCount(values)).slice(-1), name => hostNameProblem(name, 2, 64)),
  },
  {
    key: 'machine.tags',
    label: 'Tags',
    help: 'Names and values of your own, for example team=web,stage=demo. Stackwright adds its own beside them.',
    type: 'tags',
    default: () => ({}),
    check: tagsProblem,
  },
]

/** TagResources: keys to 128, values to 128 characters, 20 a resource of which five are ours. */
export function tagsProblem(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'Tags are names with values: team=web,stage=demo.'
  const entries = Object.entries(tags({ value }, 'value'))
  if (entries.length > 15) return `At most 15 tags; these are ${entries.length}.`
  return firstOf(entries, ([key, item]) => {
    if (key === '' || key.length > 64) return `The tag name ${show(key)} must have 1 to 64 characters.`
    if (/^(aliyun|acs:|stackwright:)/i.test(key))
      return `The tag name ${show(key)} must not start with aliyun, acs: or stackwright:.`
    const wrong = proseProblem(key, 64) ?? proseProblem(item, 128)
    return wrong && `The tag ${show(key)}: ${wrong[0]!.toLowerCase()}${wrong.slice(1)}`
  })
}
