import { serve } from '../../../src/commands/emulator.ts'
import { aws } from '../../../src/providers/aws/index.ts'

/** A connection to an embedded cloud of its own, with its look-ups. */
export async function connected({ region = 'ap-northeast-1' } = {}) {
  const server = await serve({ speed: 1000 })
  const connection = await aws.connect({
    region,
    env: {},
    sandbox: { url: server.url, speed: 1000 },
    emit: () => undefined,
    drain: new AbortController().signal,
    reveal: () => '',
    keep: async (_name, make) => make(),
    texts: new Map(),
  })
  return {
    lookups: connection.lookups,
    async close() {
      connection.close()
      await server.close()
    },
  }
}
