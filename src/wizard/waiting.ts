import { Exit, Problem } from '../base/errors.ts'
import type { Io } from './prompt.ts'

/**
 * Waits for the cloud between two prompts: shows a message when it takes longer than 0.3 s, and handles Ctrl-C, which no
 * prompt receives then. Rejects with a Problem (exit 130) on Ctrl-C, otherwise as `work` does.
 */
export async function waitingOn<T>(io: Io, work: Promise<T>): Promise<T> {
  const { output } = io
  let shown = false
  const word = setTimeout(() => {
    shown = true
    output.write('  Waiting for the cloud …')
  }, 300)
  let stop: () => void = () => undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = () =>
      reject(
        new Problem({
          what: 'Stopped.',
          why: 'Nothing was changed. Your answers so far are saved.',
          next: 'Run the same command again to continue where you stopped.',
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
