import { describe, expect, it } from 'vitest'
import { keepSecrets, passwordProblem } from '../../src/answers/answers.ts'
import { openSecrets } from '../../src/engine/secrets.ts'
import { ask, fileWith, folder, repository } from './asked.ts'

describe('Secrets', () => {
  const password = 'machine.login=password'

  it('a given secret is kept in the store and appears only by name everywhere else', async () => {
    const store = await openSecrets(folder())
    const resolved = await ask({
      set: [password, `app.repository=${repository}`],
      sources: { env: { STACKWRIGHT_MACHINE_PASSWORD: 'Correct-horse-1' } },
      secrets: store,
    })
    expect(resolved.problems).toEqual([])
    expect(resolved.answers['machine.password']).toEqual({
      value: { $secret: 'machine.password' },
      source: 'environment',
    })
    expect(JSON.stringify([resolved.answers, resolved.warnings])).not.toContain('Correct-horse-1')
    expect(store.has('machine.password')).toBe(false)
    await keepSecrets(resolved, store)
    expect(store.get('machine.password')).toBe('Correct-horse-1')
  })

  it('a secret that is not given is generated once and kept', async () => {
    const store = await openSecrets(folder())
    const request = { set: [password, `app.repository=${repository}`], secrets: store }
    await keepSecrets(await ask(request), store)
    const made = store.get('machine.password')!
    expect(passwordProblem(made, { min: 20, max: 20, specials: '_-' })).toBeUndefined()
    const second = await ask(request)
    expect(second.secrets.size).toBe(0)
    await keepSecrets(second, store)
    expect(store.get('machine.password')).toBe(made)
  })

  it('@FILE reads it, a literal on the command line is accepted with a warning, @@ stands for @', async () => {
    const path = fileWith('secret', 'From-file-1\n')
    const set = (value: string) => [password, `machine.password=${value}`, `app.repository=${repository}`]
    const read = await ask({ set: set(`@${path}`) })
    expect(read.secrets.get('machine.password')).toEqual({ set: 'From-file-1' })
    expect(read.warnings).toEqual([])
    const literal = await ask({ set: set('Literal-12') })
    expect(literal.warnings[0]).toContain('STACKWRIGHT_MACHINE_PASSWORD')
    expect(literal.warnings[0]).not.toContain('Literal-12')
    expect((await ask({ set: set('@@Literal-12') })).secrets.get('machine.password')).toEqual({ set: '@Literal-12' })
    expect((await ask({ set: set('@/no/such/file') })).problems[0]).toContain('the file does not exist')
  })

  it('an invalid secret is refused without being repeated', async () => {
    const { problems } = await ask({ set: [password, 'machine.password=sh0rt', `app.repository=${repository}`] })
    expect(problems).toEqual(['--set machine.password: The password must have 8 characters or more.'])
  })

  it('a secret that is in the state but not in the store is asked for, not generated again', async () => {
    const store = await openSecrets(folder())
    const saved = { 'machine.login': 'password', 'machine.password': { $secret: 'machine.password' } }
    const { problems, secrets } = await ask({ secrets: store, sources: { saved } })
    expect(problems[0]).toContain('no longer in the secret store')
    expect(secrets.size).toBe(0)
  })
})
