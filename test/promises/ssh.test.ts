import { describe, expect, it } from 'vitest'
import { bareEnv, eventsOf, run } from '../support/bin.ts'
import { emptyFolder } from '../support/folder.ts'

const OPEN = /open to the whole internet/

/** What a plan warns of, in lines for people and in JSON: the same. */
async function warnings(...args: string[]): Promise<string> {
  const cwd = await emptyFolder()
  const env = bareEnv()
  const [plain, json] = [
    await run(['plan', '--sandbox', ...args], { cwd, env }),
    await run(['plan', '--sandbox', '--json', ...args], { cwd, env }),
  ]
  expect([plain.code, json.code], plain.stderr + json.stdout.slice(-2000)).toEqual([0, 0])
  const told = eventsOf(json).flatMap(event => (event.is === 'warning' ? [String(event.text)] : []))
  for (const text of told) expect(plain.stderr).toContain(`Warning: ${text}`)
  return told.join('\n')
}

describe('SSH that everyone on the internet may try', { timeout: 60_000 }, () => {
  it.each([
    ['django', 'machine.sshFrom'],
    ['rails', 'bastion.sshFrom'],
  ])('is said by the plan of %s, with the answer that narrows it', async (blueprint, key) => {
    expect(await warnings('--blueprint', blueprint)).toMatch(new RegExp(`${OPEN.source}.* --set ${key}=`))
    expect(await warnings('--blueprint', blueprint, '--set', `${key}=203.0.113.7`)).not.toMatch(OPEN)
    expect(await warnings('--blueprint', blueprint, '--set', `${key}=203.0.113.7,0.0.0.0/0`)).toMatch(OPEN)
  })

  it('is said where the list of open ports opens it, too', async () => {
    const narrow = ['--blueprint', 'django', '--set', 'machine.sshFrom=203.0.113.7']
    expect(await warnings(...narrow, '--set', 'machine.ports=80,20-25')).toMatch(/machine\.ports opens SSH/)
  })

  it.each([
    ['three-tier', []],
    ['rails', ['--set', 'bastion.enabled=no']],
    ['django', ['--set', 'machine.publicIp=no']],
  ])('is not said where nobody outside can reach it: %s %s', async (blueprint, set) => {
    expect(await warnings('--blueprint', blueprint, ...set)).not.toMatch(/SSH/)
  })
})
