import { describe, expect, it } from 'vitest'
import { parseSet, problemOf, readAnswersFile, valuesOf } from '../../src/answers/answers.ts'
import { Problem } from '../../src/base/errors.ts'
import { ask, fileWith, repository } from './asked.ts'
import type { Shop } from './fixture.ts'

describe('Where an answer comes from', () => {
  it('a flag wins over the environment, that over the answers file, that over what is saved, that over the default', async () => {
    const file = await readAnswersFile(
      fileWith('a.yaml', 'vpc:\n  name: file\n  cidr: 10.1.0.0/16\nmachine.count: 3\n'),
    )
    const saved = { 'vpc.name': 'saved', 'vpc.cidr': '10.2.0.0/16', 'machine.count': 4, 'machine.publicIp': false }
    const { answers, problems } = await ask({
      set: ['vpc.name=flag', `app.repository=${repository}`],
      sources: { env: { STACKWRIGHT_VPC_NAME: 'env', STACKWRIGHT_VPC_CIDR: '10.0.0.0/16' }, file, saved },
    })
    expect(problems).toEqual([])
    expect(answers['vpc.name']).toEqual({ value: 'flag', source: 'flag' })
    expect(answers['vpc.cidr']).toEqual({ value: '10.0.0.0/16', source: 'environment' })
    expect(answers['machine.count']).toEqual({ value: 3, source: 'answers file' })
    expect(answers['machine.publicIp']).toEqual({ value: false, source: 'saved' })
    expect(answers['vswitch.cidr']).toEqual({ value: '10.0.1.0/24', source: 'default' })
    expect(answers['vswitch.zone']).toEqual({ value: 'tokyo-a', source: 'default' })
  })

  it("text becomes a value of the question's type", async () => {
    const { answers, problems } = await ask({
      set: [
        `app.repository=${repository}`,
        'machine.count=12',
        'machine.publicIp=No',
        'machine.ports=22, 443',
        'machine.tags=team=shop,empty=,eq=a=b',
        'machine.months=12',
      ],
    })
    expect(problems).toEqual([])
    expect(valuesOf(answers)).toMatchObject({
      'machine.count': 12,
      'machine.publicIp': false,
      'machine.ports': ['22', '443'],
      'machine.tags': { team: 'shop', empty: '', eq: 'a=b' },
      'machine.months': 12,
    })
  })

  it('an empty variable counts as not given', async () => {
    const { answers } = await ask({ sources: { env: { STACKWRIGHT_VPC_NAME: '' } } })
    expect(answers['vpc.name']?.source).toBe('default')
  })
})

describe('What is wrong', () => {
  it('everything missing and everything wrong is reported at once, with flag and variable', async () => {
    const { missing, problems } = await ask({
      set: ['machine.count=0', 'machine.publicIp=maybe', 'vpc.cidr=everything', 'vswitch.zone=tokyo-c'],
    })
    expect(missing).toEqual([
      {
        key: 'app.repository',
        label: 'Git repository',
        flag: '--set app.repository=…',
        variable: 'STACKWRIGHT_APP_REPOSITORY',
      },
    ])
    expect(problems).toEqual([
      'machine.publicIp = maybe (--set): Public IP must be yes or no.',
      'vpc.cidr = everything (--set): That is not a CIDR block.',
      'vswitch.zone = tokyo-c (--set): Zone must be one of: tokyo-a, tokyo-b. Did you mean tokyo-a?',
      'machine.count = 0 (--set): Count must be between 1 and 200.',
    ])
    const problem = problemOf({ missing, problems })
    expect(problem?.exit).toBe(2)
    expect(problem?.list.at(-1)).toContain('STACKWRIGHT_APP_REPOSITORY')
  })

  it('an unknown key is reported with the nearest known one, in every source', async () => {
    const file = await readAnswersFile(fileWith('a.yaml', 'vpc: { crid: 10.0.0.0/8 }\nmachin: { count: 2 }\n'))
    const { problems } = await ask({
      set: ['vpc.nam=x', 'healthpath=/', `app.repository=${repository}`],
      sources: {
        env: { STACKWRIGHT_VPC_CIDER: 'x', STACKWRIGHT_SANDBOX_URL: 'http://127.0.0.1:1', PATH: '/bin' },
        file,
      },
    })
    expect(problems).toEqual([
      '--set vpc.nam: unknown answer. Did you mean vpc.name?',
      '--set healthpath: unknown answer. Did you mean app.healthPath?',
      'STACKWRIGHT_VPC_CIDER: unknown variable. Did you mean STACKWRIGHT_VPC_CIDR?',
      `${file.path}: unknown answer vpc.crid. Did you mean vpc.cidr?`,
      `${file.path}: unknown answer machin. Did you mean machine?`,
    ])
  })

  it('an answer that does not apply with the others is refused with the reason, and dropped when it was only saved', async () => {
    const given = await ask({ sources: { env: { STACKWRIGHT_MACHINE_PASSWORD: 'Correct-horse-1' } } })
    expect(given.problems).toEqual([
      'STACKWRIGHT_MACHINE_PASSWORD: machine.password does not apply because machine.login = key.',
    ])
    const saved = await ask({
      sources: { saved: { 'machine.password': { $secret: 'machine.password' }, 'old.key': 1 } },
    })
    expect(saved.problems).toEqual([])
    expect(saved.warnings).toEqual([])
    expect(saved.answers['machine.password']).toBeUndefined()
  })

  it('an answer from the file or the state that a newer answer made irrelevant is ignored with a warning', async () => {
    const file = await readAnswersFile(
      fileWith('kept.yaml', `machine: { login: password, password: '@nowhere' }\napp: { repository: ${repository} }\n`),
    )
    const overtaken = await ask({ set: ['machine.login=key'], sources: { file } })
    expect(overtaken.problems).toEqual([])
    expect(overtaken.warnings).toEqual([
      `machine.password (${file.path}) is ignored: it does not apply because machine.login = key.`,
    ])
    expect(overtaken.answers).not.toHaveProperty('machine.password')
    const saved = { 'machine.login': 'password', 'machine.password': { $secret: 'machine.password' } }
    const changed = await ask({ set: ['machine.login=key', `app.repository=${repository}`], sources: { saved } })
    expect(changed.problems).toEqual([])
    expect(changed.warnings).toEqual([
      'machine.password (the saved state) is ignored: it does not apply because machine.login = key.',
    ])
  })

  it('an irrelevant answer given for this run is an error, and so is one in a file without the answer that makes it apply', async () => {
    const typed = await ask({ set: ['machine.login=key', 'machine.password=Correct-horse-1'] })
    expect(typed.problems).toContain(
      '--set machine.password: machine.password does not apply because machine.login = key.',
    )
    const file = await readAnswersFile(fileWith('forgot.yaml', "machine: { password: '@nowhere' }\n"))
    const forgot = await ask({ sources: { file } })
    expect(forgot.problems).toContain(`${file.path}: machine.password does not apply because machine.login = key.`)
  })

  it('a saved choice stays valid when it has sold out since', async () => {
    const { problems, answers } = await ask({ sources: { saved: { 'vswitch.zone': 'tokyo-old' } } })
    expect(problems).toEqual([])
    expect(answers['vswitch.zone']?.value).toBe('tokyo-old')
  })

  it('a default that the cloud does not have is one problem among others', async () => {
    const lookups: Shop = {
      zones() {
        throw new Problem({ what: 'No zone has both in stock.' })
      },
    }
    const { problems } = await ask({ asking: { stack: 'web', lookups }, set: ['machine.count=0'] })
    expect(problems).toContain('vswitch.zone (its default): Zone: No zone has both in stock.')
    expect(problems.some(problem => problem.startsWith('machine.count'))).toBe(true)
  })

  it('control characters are refused everywhere and never printed', async () => {
    const { problems } = await ask({ set: ['vpc.name=a\u001b[2Jb\nc', `app.repository=${repository}`] })
    expect(problems).toEqual([
      'vpc.name = a\\u001b[2Jb\\u000ac (--set): VPC name must not contain line breaks or other control characters.',
    ])
  })

  it('--set without a value is refused, and its text is not repeated', () => {
    expect(() => parseSet(['vpc.name', 'x=1'])).toThrow(/Not KEY=VALUE: vpc.name/)
    expect(() => parseSet(['hunter2!$'])).not.toThrow(/hunter2/)
  })

  it('without a cloud only what needs no cloud is checked', async () => {
    const { problems, missing, answers } = await ask({
      asking: { stack: 'web' },
      set: ['vpc.cidr=wrong', 'vswitch.zone=anything'],
    })
    expect(missing.map(item => item.key)).toEqual(['app.repository'])
    expect(problems.some(problem => problem.startsWith('vswitch.zone'))).toBe(false)
    expect(problems.some(problem => problem.startsWith('vpc.cidr'))).toBe(true)
    expect(answers['machine.count']?.value).toBe(1)
  })
})
