/**
 * Work that ends after `ms` real milliseconds, whatever happens: then it rejects with the code ETIMEDOUT and the signal is
 * aborted. The official clients' own time-outs are over once an answer begins, or start anew with every piece of it: one
 * that stalls or trickles would be waited for without end.
 */
export async function inTime<T>(work: (signal: AbortSignal) => Promise<T>, ms: number): Promise<T> {
  const ending = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no whole answer within ${ms} ms`), { code: 'ETIMEDOUT' }))
      ending.abort()
    }, ms)
  })
  try {
    return await Promise.race([work(ending.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
