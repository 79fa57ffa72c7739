import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openSecrets } from '../../src/engine/secrets.ts'

const folder = () => mkdtemp(join(tmpdir(), 'sw-secrets-'))

describe('the secret store', () => {
  it('generates a secret once and keeps it, readable by its owner only', async () => {
    const dir = await folder()
    const first = await openSecrets(dir)
    const values = await Promise.all([1, 2, 3].map(n => first.keep('database.password', () => `made-${n}`)))
    expect(new Set(values)).toEqual(new Set(['made-1']))
    expect((await openSecrets(dir)).get('database.password')).toBe('made-1')
    expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  it('counts how often a value has changed', async () => {
    const secrets = await openSecrets(await folder())
    expect(secrets.version('p')).toBe(0)
    await secrets.set('p', 'a')
    await secrets.set('p', 'a')
    expect(secrets.version('p')).toBe(1)
    await secrets.set('p', 'b')
    expect(secrets.version('p')).toBe(2)
  })

  it('writes nothing when it is opened with `dry`', async () => {
    const dir = await folder()
    const secrets = await openSecrets(dir, { dry: true })
    await secrets.keep('p', () => 'x')
    expect(readdirSync(dir)).toEqual([])
  })

  it('is refused when it is damaged, without any of its text', async () => {
    const dir = await folder()
    writeFileSync(join(dir, 'secrets.json'), '{"version":1,"secrets":{"p":{"value":"hunter2-very-secret')
    const refusal = (await openSecrets(dir).catch((error: unknown) => error)) as Error
    expect(refusal.message).not.toContain('hunter2')
    expect(refusal.cause).toBeUndefined()
  })
})
