import { describe, expect, test } from 'vitest'
import { generatePassword } from '../../../../src/answers/password.ts'
import type { Question, Values } from '../../../../src/answers/question.ts'
import type { Json } from '../../../../src/base/json.ts'
import { onAws as rails } from '../../../../src/blueprints/rails/aws.ts'
import { onAws as threeTier } from '../../../../src/blueprints/three-tier/aws.ts'
import { domain, POLICIES } from '../../../../src/providers/aws/parts/domain.ts'

const asksOf = ({ steps }: typeof rails) =>
  steps.filter(({ id }) => id !== 'application').flatMap(({ asks }) => asks as Question[])
const questions = { rails: asksOf(rails), tiers: asksOf(threeTier) }

/** The tutorials' own answers, with what is out of date replaced. */
const tutorial: Values = {
  'vpc.cidr': '10.0.0.0/16',
  'public1.zone': 'ap-northeast-1a',
  'public2.zone': 'ap-northeast-1c',
  'public1.cidr': '10.0.1.0/24',
  'public2.cidr': '10.0.2.0/24',
  'private1.cidr': '10.0.3.0/24',
  'private2.cidr': '10.0.4.0/24',
  'machine.count': 2,
  'bastion.enabled': true,
  'database.adminUser': 'admin',
  'web.count': 2,
  'tier.count': 2,
  'balancer.name': 'demo-alb',
  'group.name': 'demo-web',
  'domain.zone': 'none',
  'health.interval': 10,
}

function problem(key: string, value: Json, others: Values = {}): string | undefined {
  const question = [...questions.rails, ...questions.tiers].find(one => one.key === key)
  if (!question) throw new Error(`no question ${key}`)
  return question.check?.(value, { ...tutorial, ...others, [key]: value })
}

const hostile = [
  '"; rm -rf /',
  '$(touch /tmp/x)',
  '`id`',
  "'; DROP TABLE users; --",
  'a\nb',
  'a\u0000b',
  '${IFS}',
  'a|b',
  '<script>',
  '\u202egnp.exe',
  'x'.repeat(70_000),
]

/** Free answers: everything but yes/no, numbers and choices from a fixed list. */
const free = [...questions.rails, ...questions.tiers].filter(
  ({ type, open, choices }) =>
    ['text', 'secret', 'list', 'tags'].includes(type) || (type === 'choice' && open && choices),
)

describe('Whatever people type', () => {
  const typed = free.filter(({ type, key }) => type !== 'tags' && key !== 'machine.keyFile')
  test.each([...new Set(typed.map(({ key }) => key))])('%s refuses what a shell, SQL or nginx would act on', key => {
    const list = typed.find(one => one.key === key)!.type === 'list'
    for (const value of hostile) {
      const said = problem(key, list ? [value] : value)
      expect(said, `${key} ${value.slice(0, 20)}`).toBeTypeOf('string')
      expect(said).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(said!.length).toBeLessThan(400)
    }
  })

  test('no sentence about a password repeats it', () => {
    for (const value of ['hunter2', 'hunter2 hunter2', 'hunter2'.repeat(9)]) {
      expect(problem('database.password', value)).toBeTypeOf('string')
      expect(problem('database.password', value)).not.toContain('hunter')
    }
  })

  test('passwords that this program makes are good ones', () => {
    for (let i = 0; i < 50; i++) expect(problem('aurora.adminPassword', generatePassword())).toBeUndefined()
  })

  test('every number has bounds, and refuses what is outside of them and fractions', () => {
    const numbers = [...questions.rails, ...questions.tiers].filter(({ type }) => type === 'number')
    for (const { key, min, max, check } of numbers) {
      expect(min, key).toBeTypeOf('number')
      expect(max, key).toBeTypeOf('number')
      for (const value of [min! - 1, max! + 1, min! + 0.5]) expect(check?.(value, tutorial), key).toBeTypeOf('string')
    }
  })
})

describe('Questions fit the blueprint', () => {
  const asked = (list: Question[]) => list.filter(({ advanced, when }) => !advanced && (when?.(tutorial) ?? true))

  test('Rails is asked for little, and not for what a default answers well', () => {
    expect(asked(questions.rails).map(({ key }) => key)).toEqual([
      'vpc.name',
      'vpc.cidr',
      'public1.zone',
      'public2.zone',
      'nat.count',
      'machine.count',
      'machine.type',
      'bastion.enabled',
      'bastion.type',
      'bastion.sshFrom',
      'machine.keyFile',
      'database.class',
      'database.storage',
      'database.name',
      'database.user',
      'bucket.name',
      'listener.port',
      'domain.zone',
    ])
  })

  test('so is the three-tier stack', () => {
    expect(asked(questions.tiers).map(({ key }) => key)).toEqual([
      'vpc.name',
      'vpc.cidr',
      'public1.zone',
      'public2.zone',
      'nat.count',
      'web.type',
      'web.count',
      'tier.type',
      'tier.count',
      'aurora.class',
      'aurora.readers',
      'aurora.name',
      'aurora.user',
      'listener.port',
    ])
  })

  test('what the tutorials have and is out of date is refused, with its successor', () => {
    expect(problem('machine.type', 't2.micro')).toMatch(/t4g\.micro/)
    expect(problem('database.class', 'db.t2.micro')).toMatch(/db\.t4g\.micro/)
    expect(problem('database.version', '8.0.39')).toMatch(/8\.4/)
    expect(problem('aurora.version', '5.7.mysql_aurora.2.11.3')).toMatch(/8\.0\.mysql_aurora\.3/)
    expect(problem('https.policy', 'ELBSecurityPolicy-2016-08')).toMatch(/TLS13/)
    expect(problem('public1.cidr', '10.0.0.0/8')).toMatch(/slip/)
  })

  test('a tutorial’s older TLS policy may be chosen where the blueprint says so, with a caution', () => {
    const tutorialPolicy = 'ELBSecurityPolicy-2016-08'
    const policy = domain.questions({ tutorialPolicy }).find(({ key }) => key === 'https.policy')!
    expect(policy.check!(tutorialPolicy, tutorial)).toBeUndefined()
    expect(policy.caution!(tutorialPolicy, tutorial)).toMatch(/TLS 1\.0/)
    expect(policy.caution!(POLICIES[0]!, tutorial)).toBeUndefined()
    expect(policy.check!('ELBSecurityPolicy-2015-05', tutorial)).toMatch(/TLS13/)
    expect(policy.default!({} as never)).toBe(POLICIES[0])
  })

  test('a key is asked for only where there is a machine to enter from outside', () => {
    const key = questions.rails.find(one => one.key === 'machine.keyFile')!
    expect(key.when!({ 'bastion.enabled': false })).toBe(false)
    expect(questions.tiers.map(one => one.key)).not.toContain('machine.keyFile')
  })
})

describe('Answers that fit', () => {
  test.each<[string, Json, Values?]>([
    ['vpc.cidr', '10.0.0.0/16'],
    ['vpc.cidr', '192.168.0.0/20'],
    ['public1.zone', 'us-east-1f'],
    ['private2.zone', 'ap-northeast-1c', { 'private1.zone': 'ap-northeast-1a' }],
    ['private1.cidr', '10.0.200.0/27'],
    ['machine.type', 'm7g.large'],
    ['machine.image', 'ami-0123456789abcdef0'],
    ['machine.name', 'Web server (blue)'],
    ['machine.roleName', 'demo+web@tokyo'],
    ['bastion.sshFrom', ['203.0.113.7', '198.51.100.0/24']],
    ['database.version', '8.4.7'],
    ['database.class', 'db.m7g.large'],
    ['database.password', 'Abcdefg1!'],
    ['database.user', 'railsuser'],
    ['bucket.name', 'demo-images-500000000001'],
    ['aurora.version', '8.0.mysql_aurora.3.08.2'],
    ['aurora.class', 'db.serverless'],
    ['aurora.table', 'testtable'],
    ['health.path', '/up?full=1'],
    ['health.codes', '200,301'],
    ['health.codes', '200-399'],
    ['domain.name', 'www.example.com'],
    ['domain.name', 'xn--bcher-kva.de'],
    ['domain.zoneId', 'Z0123456789ABCDEFGHIJ'],
    ['https.policy', 'ELBSecurityPolicy-TLS13-1-2-2021-06'],
    ['https.certificateArn', 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012'],
    ['domain.name', 'example.com', { 'domain.zone': 'certificate' }],
    ['machine.tags', { team: 'web', Server: 'x' }],
  ])('%s takes %j', (key, value, others) => expect(problem(key, value, others)).toBeUndefined())
})

describe('Answers that do not fit are told why', () => {
  const elsewhere = { 'domain.zone': 'elsewhere' }
  test.each<[string, Json, RegExp, Values?]>([
    ['https.certificateArn', 'arn:aws:iam::123456789012:server-certificate/shop', /certificate of IAM.*Import/],
    ['https.certificateArn', 'shop', /not the ARN/],
    ['vpc.cidr', '10.0.0.0/15', /too large.*16 or more/],
    ['vpc.cidr', '10.0.0.0/26', /too small.*25 or less/],
    ['vpc.cidr', '8.8.0.0/16', /not private/],
    ['vpc.cidr', '10.0.0.1/16', /10\.0\.0\.0\/16/],
    ['public2.zone', 'ap-northeast-1a', /two different zones/],
    ['private1.zone', 'ap-northeast-1d', /public subnets’ zones/],
    ['public1.zone', 'ap-northeast-1', /not an Availability Zone/],
    ['public2.cidr', '10.0.1.0/25', /overlaps 10\.0\.1\.0\/24 \(public1\.cidr\)/],
    ['private1.cidr', '10.1.0.0/24', /outside the VPC/],
    ['private1.cidr', '10.0.9.0/28', /16 to 27/],
    ['machine.count', 0, /1 to 50/],
    ['machine.image', 'ami-1', /not an image id/],
    ['machine.roleName', 'web role', /letters, digits/],
    ['machine.tags', { 'aws:x': 'y' }, /must not start with/],
    ['machine.tags', { 'stackwright:stack': 'y' }, /must not start with/],
    ['machine.tags', { Name: 'y' }, /own/],
    ['bastion.sshFrom', ['here'], /not an IPv4/],
    ['database.identifier', 'demo--db', /single hyphens/],
    ['database.identifier', 'Demo', /lowercase letters/],
    ['database.identifier', 'demo-', /hyphen/],
    ['database.password', 'Abcdefg1@', /must not have/],
    ['database.password', 'Abcdef/1', /must not have/],
    ['database.password', 'Abcdefg1"', /must not have/],
    ['database.password', 'Abc1!', /8 to 41/],
    ['database.adminUser', 'root', /reserved/],
    ['database.adminUser', 'a'.repeat(17), /1 to 16/],
    ['database.user', 'admin', /reserved/],
    ['database.user', 'rails-user', /contains/],
    ['database.user', 'dba', /already the master user/, { 'database.adminUser': 'dba' }],
    ['database.name', 'mysql', /reserved/],
    ['database.name', 'select', /reserved/],
    ['database.storage', 19, /20 to/],
    ['database.class', 't4g.micro', /not a DB instance class/],
    ['bucket.name', 'ab', /3 to 63/],
    ['bucket.name', 'my.bucket', /dot/],
    ['bucket.name', 'MyBucket', /lowercase letters/],
    ['bucket.name', '-bucket', /hyphen/],
    ['bucket.name', 'xn--bucket', /that S3 reserves/],
    ['bucket.name', 'bucket-s3alias', /that S3 reserves/],
    ['web.min', 3, /starts with/],
    ['web.max', 1, /starts with/],
    ['tier.balancerName', 'demo-alb', /balancer\.name/],
    ['tier.groupName', 'demo-web', /group\.name/],
    ['tier.balancerName', 'internal-x', /internal-/],
    ['balancer.name', 'a'.repeat(33), /1 to 32/],
    ['balancer.name', 'a_b', /hyphens only/],
    ['backend.port', 22, /SSH/],
    ['listener.port', 443, /HTTPS/, { 'domain.zone': 'route53' }],
    ['health.timeout', 10, /less than the interval/],
    ['health.codes', '200-600', /200 to 499/],
    ['health.codes', '399-200', /backwards/],
    ['domain.name', 'https://example.com', /address/],
    ['domain.name', '*.example.com', /is a wildcard/],
    ['domain.name', 'example', /not a domain name/],
    ['domain.name', 'Example.com', /lowercase letters/],
    ['domain.name', 'bücher.de', /xn--/],
    ['domain.name', 'x.internal', /no certificate can be issued/],
    ['domain.name', 'example.com', /www\.example\.com/, elsewhere],
    ['domain.name', `${'a'.repeat(61)}.com`, /at most 64/],
    ['domain.zoneId', '/hostedzone/Z1', /hosted zone/],
    ['https.policy', 'ELBSecurityPolicy-TLS-1-1-2017-01', /TLS 1\.0 or 1\.1/],
    ['aurora.table', 'Table', /lowercase letters/],
    ['aurora.table', 'order', /reserved/],
  ])('%s refuses %j', (key, value, said, others) => expect(problem(key, value, others)).toMatch(said))
})
