import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type Sandbox, type ServeOptions, serve } from '../../../src/emulator/server/server.ts'

// The official clients tell every process on Node 20 to update.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

export interface Key {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export const sandboxKey: Key = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' }

export const region = 'ap-northeast-1'

const open: Sandbox[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map(sandbox => sandbox.close()))
})

/** A sandbox that the end of the test closes. */
export async function sandbox(options: ServeOptions = {}): Promise<Sandbox> {
  const started = await serve({ speed: 1_000, seed: 1, ...options })
  open.push(started)
  return started
}

export const folder = (): string => mkdtempSync(join(tmpdir(), 'sw-'))

/** What every official client needs to speak to a sandbox; it never tries anything twice. */
export function config(url: string, key: Key = sandboxKey) {
  return { endpoint: url, region, credentials: key, maxAttempts: 1 }
}

/** The refusal's code, or `accepted`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'accepted'
  } catch (error) {
    const { Code, name } = error as { Code?: string; name?: string }
    return Code ?? name ?? String(error)
  }
}

/** Asks until the answer is right; the sandbox's time runs fast. */
export async function until<T>(ask: () => Promise<T>, right: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await ask()
    if (right(answer)) return answer
    await new Promise(wait => setTimeout(wait, 20))
  }
  throw new Error('the answer never became right')
}
