import { show } from '../../../checks.ts'
import { Exit, Problem } from '../../../errors.ts'
import type { Json } from '../../../kind.ts'
import type { Asking, Question, Values } from '../../../question.ts'
import type { AwsLive } from '../live.ts'
import { defaultKeyFile, GENERATE, publicKeyProblem, readPublicKey } from './keys.ts'
import { tagTextProblem, text } from './names.ts'

/** The key people enter with. Asked where there is a machine that can be entered from outside. */
export function keyQuestions(when: (values: Values) => boolean): Question<AwsLive>[] {
  return [
    {
      key: 'machine.keyFile',
      label: 'Public key file',
      help: 'Your SSH public key (Ed25519 or RSA). "generate" makes a new one; its private half is kept in the stack’s secret store. Once made, machine.publicKey is what counts.',
      type: 'text',
      when,
      // Depends on this computer, so it is no fixed default (a promise is none).
      default: async () => defaultKeyFile(),
      check: keyFileProblem,
    },
    {
      key: 'machine.publicKey',
      label: 'Public key',
      help: 'The key itself, one line, instead of a file. Taken from the file when nothing is said.',
      type: 'text',
      when,
      default: publicKeyFrom,
      made: values => values['machine.keyFile'] === GENERATE,
      check: value => (typeof value === 'string' ? publicKeyProblem(value) : 'A public key is a text.'),
      advanced: true,
    },
    {
      key: 'machine.keyName',
      label: 'Key pair name',
      help: 'The name the key is imported under. Names are unique in a region.',
      type: 'text',
      when,
      default: ({ stack }) => `${stack}-key`,
      check: value => tagTextProblem(value),
      advanced: true,
    },
  ]
}

/**
 * The public key that goes with `machine.keyFile`, so that drawing needs no file and no secret store. A generated one
 * is kept in the secret store before anybody hears of it.
 */
async function publicKeyFrom({ values, stack, live }: Asking<AwsLive>): Promise<string | undefined> {
  const file = text(values, 'machine.keyFile') || defaultKeyFile()
  if (file === GENERATE) return live.generatedKey(stack)
  try {
    return readPublicKey(file)
  } catch (error) {
    throw new Problem({
      what: 'The public key for the login cannot be used.',
      why: (error as Error).message,
      next: `Answer machine.keyFile with another file, or with "${GENERATE}".`,
      exit: Exit.usage,
    })
  }
}

export function keyFileProblem(value: Json, values: Values): string | undefined {
  if (typeof value !== 'string' || value === '' || /[\x00-\x1f]/.test(value))
    return `${show(value)} is not the name of a file.`
  // A key that is answered already does not need its file: another computer may not have it.
  if (value === GENERATE || text(values, 'machine.publicKey')) return undefined
  try {
    readPublicKey(value)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
