import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { answersFrom, parseSet, readAnswersFile, valuesOf } from '../../src/answers/answers.ts'
import type { Question } from '../../src/answers/question.ts'
import { replayCommand, replayFile } from '../../src/answers/replay.ts'
import type { Json } from '../../src/base/json.ts'
import { questions, type Shop, shop, steps } from './fixture.ts'

const of = { verb: 'up', stack: 'web', blueprint: 'django', cloud: 'alicloud', region: 'ap-northeast-1', sandbox: true }

/** What a shell hands to the program when the printed command is pasted into it. */
function words(command: string, env: Record<string, string> = {}): string[] {
  const script = `stackwright() { printf '%s\\0' "$@"; printf '%s\\0' "env:\${STACKWRIGHT_MACHINE_PASSWORD-none}"; }\n${command}\n`
  return execFileSync('sh', ['-c', script], { env: { PATH: process.env.PATH ?? '', ...env } })
    .toString()
    .split('\0')
    .slice(0, -1)
}

function random<T>(from: readonly T[]): T {
  return from[randomInt(from.length)]!
}

const nasty = [
  '',
  ' ',
  "'",
  '"',
  '`id`',
  '$(id)',
  '"; rm -rf /',
  '\\',
  '%s',
  '#',
  ': ',
  '- ',
  '日本',
  '@x',
  '!',
  '{}',
  '[a',
  '~',
  'null',
  'yes',
  '007',
  '1e3',
  '=',
  ',',
]

function nastyText(): string {
  return Array.from({ length: 1 + randomInt(4) }, () => random(nasty)).join(random(['', 'a', ' ']))
}

function randomValues(): Record<string, Json> {
  return {
    'vpc.name': nastyText(),
    'vpc.cidr': random(['10.0.0.0/8', '172.16.0.0/12']),
    'vswitch.zone': random(['tokyo-a', 'tokyo-b']),
    'machine.login': random(['key', 'password']),
    'machine.months': random([1, 12]),
    'machine.count': 1 + randomInt(200),
    'machine.publicIp': random([true, false]),
    'machine.ports': Array.from({ length: randomInt(3) }, nastyText),
    'machine.tags': Object.fromEntries(Array.from({ length: randomInt(3) }, () => [`k${nastyText()}`, nastyText()])),
    'app.repository': nastyText(),
    'app.healthPath': nastyText(),
  }
}

it('the printed command and the printed answers file both replay every answer exactly, whatever was typed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'))
  for (let round = 0; round < 150; round += 1) {
    const saved = randomValues()
    const asking = { stack: 'web', lookups: shop }
    const first = await answersFrom({ questions, asking, sources: { saved } })
    const expected = valuesOf(first.answers)

    const given = words(replayCommand(of, steps, first.answers))
    const set = given.flatMap((word, at) => (given[at - 1] === '--set' ? [word] : []))
    const byCommand = await answersFrom({ questions, asking, sources: { flags: parseSet(set) } })
    expect(valuesOf(byCommand.answers), JSON.stringify(saved)).toEqual(expected)

    const path = join(folder, `${round}.yaml`)
    writeFileSync(path, replayFile(of, steps, first.answers))
    const file = await readAnswersFile(path)
    expect(file).toMatchObject({ stack: 'web', blueprint: 'django', cloud: 'alicloud', region: 'ap-northeast-1' })
    const byFile = await answersFrom({ questions, asking, sources: { file } })
    expect(valuesOf(byFile.answers), JSON.stringify(saved)).toEqual(expected)
  }
})

it('a given secret is a variable in the command, never a value; a generated one is omitted', async () => {
  const flags = parseSet(['machine.login=password', 'app.repository=x'])
  const env = { STACKWRIGHT_MACHINE_PASSWORD: "Correct-horse-1'" }
  const asking = { stack: 'web', lookups: shop }
  const given = await answersFrom({ questions, asking, sources: { flags, env } })
  const command = replayCommand(of, steps, given.answers)
  const file = replayFile(of, steps, given.answers)
  expect(command + file).not.toContain('Correct-horse')
  expect(words(command, env).at(-1)).toBe(`env:${env.STACKWRIGHT_MACHINE_PASSWORD}`)
  expect(file).toContain('STACKWRIGHT_MACHINE_PASSWORD')

  const made = await answersFrom({ questions, asking, sources: { flags } })
  expect(replayCommand(of, steps, made.answers)).not.toContain('PASSWORD')
})

it('the answers file reads like the tutorial: each group has its heading as a comment', async () => {
  const { answers } = await answersFrom({
    questions,
    asking: { stack: 'web', lookups: shop },
    sources: { flags: parseSet(['app.repository=https://example.com/shop.git']) },
  })
  expect(replayFile(of, steps, answers)).toBe(`# django on alicloud: stackwright up --yes --answers FILE --sandbox

stack: web
blueprint: django
cloud: alicloud
region: ap-northeast-1

# Create a VPC
vpc:
  name: web-vpc
  cidr: 172.16.0.0/12
vswitch:
  cidr: 172.16.1.0/24
  zone: tokyo-a

# Create an ECS instance
machine:
  login: key
  months: 1
  count: 1
  publicIp: true
  ports:
    - "22"
    - "80"
  tags: {}

# Deploy the application
app:
  repository: https://example.com/shop.git
  healthPath: /health/
`)
})

it('what was generated for one stack alone, like a login key, is not passed on to the next', async () => {
  const key: Question<Shop> = {
    key: 'machine.publicKey',
    label: 'Public key',
    help: '',
    type: 'text',
    default: () => 'ssh-rsa made-here',
    made: values => values['machine.login'] === 'key',
  }
  const asked = [...questions, key]
  const withKey = [...steps, { title: 'Key', asks: [key] }]
  const asking = { stack: 'web', lookups: shop }
  const replayed = async (set: string[]) => {
    const flags = parseSet(['app.repository=x', ...set])
    const { answers } = await answersFrom({ questions: asked, asking, sources: { flags } })
    return replayCommand(of, withKey, answers) + replayFile(of, withKey, answers)
  }
  expect(await replayed([])).not.toContain('ssh-rsa')
  expect(await replayed(['machine.publicKey=ssh-rsa mine'])).toContain('ssh-rsa mine')
  expect(await replayed(['machine.login=password'])).toContain('ssh-rsa made-here')
})
