import { show } from '../answers/checks.ts'
import type { Asking, Question, Values } from '../answers/question.ts'
import { Exit, Problem } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { GENERATE } from './public-key.ts'

/** The key people enter a machine with. Which keys a cloud takes is its own matter. */
export interface KeyRules {
  /** As people read it: `RSA or ECDSA`. */
  types: string
  defaultFile(): string
  /** The public key in a file. Throws an Error with a plain sentence. */
  read(path: string): string
  problem(key: string): string | undefined
  nameProblem(name: Json): string | undefined
}

interface MakesKeys {
  generatedKey(stack: string): Promise<string>
}

/** `when`: whether there is a machine that can be entered with a key. */
export function keyQuestionsBy<Lookups extends MakesKeys>(
  rules: KeyRules,
  when: (values: Values) => boolean,
): Question<Lookups>[] {
  return [
    {
      key: 'machine.keyFile',
      label: 'Public key file',
      help: `Your SSH public key (${rules.types}). "generate" makes a new one; its private half is kept in the stack’s secret store. Once made, machine.publicKey is what counts.`,
      type: 'text',
      when,
      // Depends on this computer, so it is no fixed default (a promise is none).
      default: async () => rules.defaultFile(),
      check: (value, values) => fileProblem(rules, value, values),
    },
    {
      key: 'machine.publicKey',
      label: 'Public key',
      help: 'The key itself, one line, instead of a file. Taken from the file by default.',
      type: 'text',
      when,
      default: asking => publicKeyFrom(rules, asking),
      made: values => values['machine.keyFile'] === GENERATE,
      check: value => (typeof value === 'string' ? rules.problem(value) : 'A public key is text.'),
      advanced: true,
    },
    {
      key: 'machine.keyName',
      label: 'Key pair name',
      help: 'The name the key is imported under. Names are unique in a region.',
      type: 'text',
      when,
      default: ({ stack }) => `${stack}-key`,
      check: rules.nameProblem,
      advanced: true,
    },
  ]
}

/**
 * The public key that goes with `machine.keyFile`, so that drawing needs no file and no secret store. A generated one
 * is kept in the secret store before it is shown anywhere (Connection.keep; a `plan` keeps it in memory only).
 */
async function publicKeyFrom(rules: KeyRules, { values, stack, lookups }: Asking<MakesKeys>): Promise<string> {
  const file = String(values['machine.keyFile'] ?? '') || rules.defaultFile()
  if (file === GENERATE) return lookups.generatedKey(stack)
  try {
    return rules.read(file)
  } catch (error) {
    throw new Problem({
      what: 'The public key for the login cannot be used.',
      why: (error as Error).message,
      next: `Answer machine.keyFile with another file, or with "${GENERATE}".`,
      exit: Exit.usage,
    })
  }
}

function fileProblem(rules: KeyRules, value: Json, values: Values): string | undefined {
  if (typeof value !== 'string' || value === '' || /[\x00-\x1f]/.test(value))
    return `${show(value)} is not the name of a file.`
  // A key that is answered already does not need its file: another computer may not have it.
  if (value === GENERATE || values['machine.publicKey']) return undefined
  try {
    rules.read(value)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
