import { describe, expect, test } from 'vitest'
import type { Values } from '../../../../src/answers/question.ts'
import type { Json } from '../../../../src/base/json.ts'
import { problem, questions, type Row } from './asked.ts'

describe('Networks', () => {
  test.each<Row>([
    ['vpc.cidr', '172.16.0.0/12'],
    ['vpc.cidr', '10.0.0.0/8'],
    ['vpc.cidr', '192.168.0.0/24'],
    ['vswitch1.cidr', '172.16.0.0/16', { 'vswitch2.cidr': '172.17.0.0/16' }],
    ['vswitch2.cidr', '172.16.2.0/28'],
  ])('%s takes %j', (key, value, others) => expect(problem(key, value, others)).toBeUndefined())

  test.each<[...Row, RegExp]>([
    ['vpc.cidr', '172.16.0.0', {}, /not an IPv4 CIDR/],
    ['vpc.cidr', '172.16.0.0/33', {}, /not an IPv4 CIDR/],
    ['vpc.cidr', '0xac.16.0.0/12', {}, /not an IPv4 CIDR/],
    ['vpc.cidr', '0254.16.0.0/12', {}, /not an IPv4 CIDR/],
    ['vpc.cidr', '172.16.0.0/012', {}, /not an IPv4 CIDR/],
    ['vpc.cidr', ' 172.16.0.0/12', {}, /not an IPv4 CIDR/],
    ['vpc.cidr', 'fd00::/8', {}, /not an IPv4 CIDR/],
    ['vpc.cidr', '172.16.5.0/12', {}, /172\.16\.0\.0\/12/],
    ['vpc.cidr', '8.8.0.0/16', {}, /not private/],
    ['vpc.cidr', '100.64.0.0/10', {}, /not private/],
    ['vpc.cidr', '127.0.0.0/8', {}, /not private/],
    ['vpc.cidr', '0.0.0.0/0', {}, /not private/],
    ['vpc.cidr', '172.0.0.0/8', {}, /not private/],
    ['vpc.cidr', '10.0.0.0/29', {}, /too small/],
    ['vswitch1.cidr', '10.0.0.0/24', {}, /outside the VPC.*vpc\.cidr/],
    ['vswitch1.cidr', '172.16.0.0/12', {}, /16 to 29/],
    ['vswitch1.cidr', '172.16.0.0/30', {}, /16 to 29/],
    ['vswitch2.cidr', '172.16.1.128/25', {}, /overlaps 172\.16\.1\.0\/24.*vswitch1\.cidr/],
    ['vswitch2.cidr', '172.16.0.0/16', {}, /overlaps/],
    ['vswitch1.cidr', '172.16.1.0/28', { 'machine.count': 20 }, /no room for 10 machines/],
    ['vswitch1.cidr', '172.16.1.0/29', {}, /no room for 1 machines/],
    ['vswitch2.zone', 'ap-northeast-1a', {}, /two different zones/],
    ['vswitch1.zone', 'Tokyo', {}, /not a zone/],
  ])('%s refuses %j', (key, value, others, said) => expect(problem(key, value, others as Values)).toMatch(said))

  test.each([
    ['172.16.0.0/12', '172.16.1.0/24', '172.16.2.0/24'],
    ['172.16.0.0/22', '172.16.1.0/24', '172.16.2.0/24'],
    ['10.0.0.0/8', '10.0.1.0/24', '10.0.2.0/24'],
    ['192.168.4.0/23', '192.168.4.128/25', '192.168.5.0/25'],
    ['192.168.4.0/26', '192.168.4.16/28', '192.168.4.32/28'],
  ])('in a VPC of %s the VSwitches are %s and %s unless somebody says otherwise', async (vpc, first, second) => {
    const values = { 'vpc.cidr': vpc, 'vswitch1.cidr': first, 'vswitch2.cidr': second }
    const defaults = [1, 2].map(n =>
      questions.find(({ key }) => key === `vswitch${n}.cidr`)!.default!({ stack: 'demo', lookups: undefined, values }),
    )
    expect(await Promise.all(defaults)).toEqual([first, second])
    expect(problem('vswitch1.cidr', first, values)).toBeUndefined()
    expect(problem('vswitch2.cidr', second, values)).toBeUndefined()
  })

  test('an overlap is told once, at the second VSwitch', () => {
    const same = { 'vswitch1.cidr': '172.16.1.0/24', 'vswitch2.cidr': '172.16.1.0/24' }
    expect(problem('vswitch1.cidr', '172.16.1.0/24', same)).toBeUndefined()
    expect(problem('vswitch2.cidr', '172.16.1.0/24', same)).toMatch(/overlaps/)
  })
})

describe('Machines', () => {
  test.each<Row>([
    ['machine.ports', ['80', '443', '8000-8100', '53/udp', 'icmp']],
    ['machine.ports', []],
    ['machine.sshFrom', ['203.0.113.7', '198.51.100.0/24']],
    ['machine.sshFrom', []],
    ['machine.name', 'web_1.tokyo-a'],
    ['machine.hostname', 'web-1.example'],
    ['machine.description', 'チュートリアルのサーバー (1)'],
    ['machine.description', ''],
    ['machine.password', 'Abcdefg1'],
    ['machine.password', "a1'();:<>,.?/"],
    ['machine.months', 12],
    ['machine.tags', { team: 'web', 'cost/centre': 'a@b' }],
    ['machine.image', 'aliyun_3_x64_20G_alibase_20260513.vhd'],
    ['machine.image', 'm-6we0123456789'],
  ])('%s takes %j', (key, value) => expect(problem(key, value)).toBeUndefined())

  test.each<[string, Json, RegExp, Values?]>([
    ['machine.ports', ['0'], /1 to 65535/],
    ['machine.ports', ['65536'], /1 to 65535/],
    ['machine.ports', ['100-20'], /reversed/],
    ['machine.ports', ['80/sctp'], /not a port/],
    ['machine.sshFrom', ['203.0.113.7/24'], /203\.0\.113\.0\/24/],
    ['machine.sshFrom', ['me'], /not an IPv4 address or block\. Write it like 203/],
    ['machine.name', 'w', /2 to 128/],
    ['machine.name', '1web', /start with a letter/],
    ['machine.name', 'w'.repeat(129), /2 to 128/],
    ['machine.name', 'w'.repeat(127), /2 to 128/, { 'machine.count': 2 }],
    ['machine.hostname', '-web', /not a host name/],
    ['machine.hostname', 'web..a', /not a host name/],
    ['machine.hostname', '123', /only digits/],
    ['machine.hostname', 'w'.repeat(63), /2 to 64/, { 'machine.count': 12 }],
    ['machine.description', 'https://example.com', /must not start/],
    ['machine.password', 'short1A', /8 to 30/],
    ['machine.password', 'alllowercase', /three of/],
    ['machine.password', 'Abcdefg1 ', /letters, digits/],
    ['machine.password', 'Ab1'.repeat(11), /8 to 30/],
    ['machine.months', 10, /Choose one of/],
    ['machine.count', 0, /1 to 20/],
    ['machine.diskSize', 19, /20 to 2048/],
    ['machine.bandwidth', 101, /1 to 100/],
    ['machine.image', 'centos_7_9_x64_20G_alibase_20260513.vhd', /end of life/],
    ['machine.tags', { 'aliyun-x': 'y' }, /must not start with/],
    ['machine.tags', { 'acs:x': 'y' }, /must not start with/],
    ['machine.tags', { 'stackwright:stack': 'y' }, /must not start with/],
    ['machine.tags', Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`t${i}`, ''])), /at most 15/i],
  ])('%s refuses %j', (key, value, said, others) => expect(problem(key, value, others)).toMatch(said))

  test('no sentence about a password repeats it', () => {
    for (const value of ['hunter2', 'hunter2 hunter2', 'hunter2'.repeat(9)]) {
      expect(problem('machine.password', value)).not.toContain('hunter')
      expect(problem('database.password', value)).not.toContain('hunter')
    }
  })
})

describe('Databases', () => {
  test.each<[string, Json, Values?]>([
    ['database.privilegedUser', 'root'],
    ['database.user', 'djangouser'],
    ['database.name', 'db_example'],
    ['database.name', 'db-example'],
    ['database.storage', 25],
    ['database.finalBackup', true, { 'database.engine': 'MySQL', 'database.storageType': 'local_ssd' }],
    ['database.allow', ['172.16.0.0/12']],
    ['database.allow', ['172.16.1.0/24', '203.0.113.7']],
    ['database.password', 'Abcdefg1!'],
    ['database.months', 24],
    ['database.privileged', false, { 'database.engine': 'MySQL' }],
  ])('%s takes %j', (key, value, others) => expect(problem(key, value, others)).toBeUndefined())

  const mysql = { 'database.engine': 'MySQL', 'database.privilegedUser': 'dbadmin' }
  test.each<[string, Json, RegExp, Values?]>([
    ['database.privilegedUser', 'root', /reserved.*MySQL/, mysql],
    ['database.user', 'admin', /reserved/, mysql],
    ['database.user', 'aurora', /reserved/, mysql],
    ['database.user', 'select', /reserved/, mysql],
    ['database.user', 'u'.repeat(33), /2 to 32/, mysql],
    ['database.user', 'postgres', /reserved.*PostgreSQL/],
    ['database.user', 'pg_monitor', /reserved/],
    ['database.user', 'replicator', /reserved/],
    ['database.privileged', false, /PostgreSQL needs a privileged account/],
    ['database.user', 'root', /already the privileged account/],
    ['database.user', 'u'.repeat(64), /2 to 63/],
    ['database.user', 'Django', /lowercase/],
    ['database.user', 'django_', /end with/],
    ['database.user', 'django-user', /contains/],
    ['database.user', '1django', /start with a letter/],
    ['database.name', 'template1', /reserved/],
    ['database.name', 'mysql', /reserved/, mysql],
    ['database.name', 'information_schema', /reserved/],
    ['database.name', 'd', /2 to 63/],
    ['database.accessGroup', 'default', /own group/],
    ['database.finalBackup', true, /only for MySQL on local disks/],
    ['database.finalBackup', true, /only for MySQL on local disks/, { ...mysql, 'database.storageType': 'cloud_essd' }],
    ['database.storage', 21, /steps of 5.*25/],
    ['database.storage', 0, /5 or more/],
    ['database.allow', [], /empty/],
    ['database.allow', ['0.0.0.0/0'], /everyone/],
    ['database.allow', ['172.16.2.0/24'], /172\.16\.1\.0\/24.*whitelist/],
    ['database.password', 'Abcdefg1,', /letters, digits/],
    ['database.password', 'Abcdef1', /8 to 32/],
    ['database.months', 10, /Choose one of/],
  ])('%s refuses %j', (key, value, said, others) => expect(problem(key, value, others)).toMatch(said))
})

describe('Load balancers', () => {
  test.each<[string, Json]>([
    ['listener.port', 80],
    ['backend.port', 8081],
    ['backend.weight', 100],
    ['health.path', '/health/'],
    ['health.path', '/?health'],
    ['health.codes', ['http_2xx']],
  ])('%s takes %j', (key, value) => expect(problem(key, value)).toBeUndefined())

  test.each<[string, Json, RegExp, Values?]>([
    ['listener.port', 0, /1 to 65535/],
    ['listener.port', 65536, /1 to 65535/],
    ['backend.port', 22, /SSH/],
    ['backend.weight', 0, /would not serve/],
    ['backend.weight', 101, /1 to 100/],
    ['health.path', 'health', /start with a slash/],
    ['health.path', '/', /lone slash/],
    ['health.path', `/${'a'.repeat(80)}`, /at most 80/],
    ['health.interval', 51, /1 to 50/],
    ['health.timeout', 0, /1 to 300/],
    ['health.healthy', 1, /2 to 10/],
    ['health.unhealthy', 11, /2 to 10/],
    ['health.codes', [], /at least one/i],
    ['health.codes', ['200'], /not one of/],
    ['balancer.backupZone', 'ap-northeast-1a', /must be another/, { 'balancer.primaryZone': 'ap-northeast-1a' }],
  ])('%s refuses %j', (key, value, said, others) => expect(problem(key, value, others)).toMatch(said))
})
