import { Exit, Problem } from '../base/errors.ts'
import type { Io } from './prompt.ts'

/**
 * Waits for the cloud between two prompts: says so when it takes long, and lets Ctrl-C through, which no prompt hears then.
 */
export async function waitingOn<T>(io: Io, work: Promise<T>): Promise<T> {
  const { output } = io
  let shown = false
  const word = setTimeout(() => {
    shown = true
    output.write('  Asking the cloud …')
  }, 300)
  let stop: () => void = () => undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = () =>
      reject(
        new Problem({
          what: 'Stopped.',
          why: 'Nothing was changed. What you answered so far is kept.',
          next: 'Run the same command again to go on where you stopped.',
          exit: Exit.interrupted,
        }),
      )
    process.on('SIGINT', stop)
  })
  try {
    return await Promise.race([work, stopped])
  } finally {
    clearTimeout(word)
    process.off('SIGINT', stop)
    if (shown) output.write('\r\u001b[2K')
  }
}
