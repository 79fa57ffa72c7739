import { Exit, Problem } from '../../../errors.ts'
import type { Asking } from '../../../question.ts'
import type { AlicloudLive } from '../live.ts'
import { defaultKeyFile, GENERATE, readPublicKey } from './keys.ts'
import { text } from './names.ts'

/**
 * The public key that goes with `machine.keyFile`, so that drawing needs no file and no secret store: the default
 * of `machine.publicKey`. A generated one is kept in the secret store before anybody hears of it
 * (Connection.keep; a `plan` keeps it in memory only).
 */
export async function publicKeyFrom({ values, stack, live }: Asking<AlicloudLive>): Promise<string | undefined> {
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
