import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { bareEnv, run } from './bin.ts'
import { emptyFolder } from './folder.ts'

it('a command that hangs is killed, and the error says which it was and what it said last', async () => {
  // A cloud that takes every call and answers none.
  const silent = createServer(() => {})
  await new Promise<void>(ready => silent.listen(0, '127.0.0.1', ready))
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const place = { cwd: await emptyFolder(), env: bareEnv({ STACKWRIGHT_SANDBOX_URL: url }), limitMs: 4_000 }
  try {
    await expect(run(['plan', '--sandbox', '--blueprint', 'django'], place)).rejects.toThrow(
      /^stackwright plan --sandbox --blueprint django: killed, since it had not ended after 4 s/,
    )
  } finally {
    silent.closeAllConnections()
    silent.close()
  }
})
