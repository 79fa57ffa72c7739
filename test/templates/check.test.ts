import { afterAll, describe, expect, test } from 'vitest'
import { check as django } from '../../src/blueprints/django/setup.ts'
import { check as djangoChannels } from '../../src/blueprints/django-channels/setup.ts'
import { check as rails } from '../../src/blueprints/rails/setup.ts'
import { check as threeTier } from '../../src/blueprints/three-tier/setup.ts'
import { expectSound, within } from './scripts.ts'
import { paperFolder } from './support.ts'

const folder = await paperFolder()
afterAll(() => folder.remove())

const asked = { CHECK_PORT: '80', CHECK_PATH: '/health', CHECK_VISIT: '/health' }
const hostile = { 'app.healthPath': '/$(touch x)/`id`/\'";' }

describe.each([
  ['django', django, 'stackwright-django'],
  ['django-channels', djangoChannels, 'stackwright-web'],
  ['rails', rails, 'stackwright-rails'],
  ['three-tier', threeTier, 'stackwright-uwsgi'],
])('the script that looks for the broken hop: %s', (_, check, service) => {
  test('passes bash and shellcheck', () => expectSound(check({}), folder.path))

  test('begins with the line that says what runs it, and takes any answer as data', async () => {
    expect(check({})).toMatch(/^#!\/bin\/bash\n/)
    expect(check({})).toContain(`SERVICE=${service}`)
    await expectSound(check(hostile), folder.path)
    const told = await within(check(hostile), 'printf %s "$HEALTH_PATH"', asked)
    expect(told).toMatchObject({ code: 0, out: hostile['app.healthPath'] })
  })

  test('says a bad hop with its last lines as evidence, and ends', async () => {
    const told = await within(check({}), "bad port 'nothing answers' $'one\\n\\ntwo'; echo further", asked)
    expect(told).toMatchObject({ code: 0, out: 'hop port bad nothing answers\n| one\n| two\n' })
  })

  test('names the port that nobody listens on', async () => {
    const told = await within(check({}), 'check_port', { ...asked, CHECK_PORT: '1' })
    expect(told.out).toMatch(/^hop port bad nothing answers on port 1, which the load balancer checks\n/)
  })
})

describe('what the database client says', () => {
  test.each([
    ["ERROR 2005 (HY000): Unknown server host 'db' (-2)", 'the name db does not resolve here'],
    ["ERROR 2002 (HY000): Can't connect to server on 'db' (115)", 'db:3306 cannot be reached from this machine'],
    ["ERROR 1045 (28000): Access denied for user 'shop'@'10.0.1.2' (using password: YES)", 'it refuses the user shop'],
    ["ERROR 1044 (42000): Access denied for user 'shop'@'%' to database 'posts'", 'the user shop may not use'],
    ["ERROR 1049 (42000): Unknown database 'posts'", 'there is no database posts'],
    ['mariadb: command not found', 'it refuses the application'],
  ])('%s', async (said, meaning) => {
    const database = { DB_HOST: 'db', DB_PORT: '3306', DB_USER: 'shop', DB_NAME: 'posts', SAID: said }
    const told = await within(rails({}), 'meaning_of "$SAID"', { ...asked, ...database })
    expect(told.out).toContain(meaning)
  })
})

describe('the three tiers', () => {
  test('a web server that is not told where the application tier is says so', async () => {
    const lines = `CONF=${folder.path}/none; check_inner_balancer`
    expect((await within(threeTier({}), lines, asked)).out).toMatch(
      /^hop Apache bad .* does not name the application tier/,
    )
  })

  test('a web server that cannot reach the internal load balancer names it', async () => {
    const conf = `printf 'Define TIER_HOST "localhost"\\n' > ${folder.path}/conf; CONF=${folder.path}/conf; APP_PORT=1`
    const told = await within(threeTier({}), `${conf}; check_inner_balancer`, asked)
    expect(told.out).toMatch(/^hop internal load balancer bad nothing answers at localhost:1 from this machine\n\| /)
  })
})
