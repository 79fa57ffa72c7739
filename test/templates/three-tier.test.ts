import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Values } from '../../src/answers/question.ts'
import { appScript, setup, unit, uwsgiIni, webScript } from '../../src/blueprints/three-tier/setup.ts'
import type { ManagedDatabase } from '../../src/steps/results.ts'
import { expectGoodUnit, expectSound, packedSize, within } from './scripts.ts'
import { paperFolder } from './support.ts'

const sample: Values = { 'app.source': 'sample', 'tier.port': 9090, 'app.healthPath': '/health' }
const git: Values = {
  ...sample,
  'app.source': 'git',
  'app.repository': 'https://git.example/owner/shop.git',
  'app.ref': 'v1.0',
  'app.module': 'shop.web:application',
  'app.healthPath': '/ok',
}
const database: ManagedDatabase = {
  engine: 'mysql',
  host: { $ref: 'database/cluster', field: 'host' },
  port: { $ref: 'database/cluster', field: 'port' },
  readerHost: { $ref: 'database/cluster', field: 'readerHost' },
  name: 'testdb',
  user: 'testuser',
  password: { $secret: 'aurora.password' },
  admin: { user: 'admin', password: { $secret: 'aurora.adminPassword' } },
  ready: [],
}
const folder = await paperFolder()
afterAll(() => folder.remove())

describe('the setup scripts of the two tiers', () => {
  test.each([
    ['a web server', webScript(sample)],
    ['an application server', appScript(sample)],
    ['an application server with the user’s own application', appScript(git)],
  ])('for %s passes bash and shellcheck, and fits the user data of a launch template', async (_, script) => {
    await expectSound(script, folder.path)
    expect(packedSize(script)).toBeLessThanOrEqual(12 * 1024)
  })

  test('are the same, byte by byte, for the same answers', () => {
    expect(appScript({})).toBe(appScript(sample))
    expect(webScript({})).toBe(webScript(sample))
    expect(appScript(git)).not.toBe(appScript(sample))
  })

  test('hold no secret, and the web tier gets none', () => {
    const tiers = setup({ ...sample, 'aurora.table': 'times' }, { database })
    expect(tiers.web).toEqual({ script: webScript(sample), env: {}, secrets: {} })
    expect(tiers.app).toEqual({
      script: appScript(sample),
      env: {
        DB_HOST: database.host,
        DB_READ_HOST: database.readerHost,
        DB_PORT: database.port,
        DB_NAME: 'testdb',
        DB_USER: 'testuser',
        DB_ADMIN_USER: 'admin',
        DB_TABLE: 'times',
      },
      secrets: {
        DB_PASSWORD: { $secret: 'aurora.password' },
        DB_ADMIN_PASSWORD: { $secret: 'aurora.adminPassword' },
      },
    })
  })

  test('read from the writer where there is no reader', () => {
    const { readerHost: _, ...alone } = database
    expect(setup(sample, { database: alone }).app.env.DB_READ_HOST).toEqual(database.host)
  })

  test.each(['', 'a b', '-oX', '$(touch x)', 'x;y', '"', 'a\nb', '${HOME}', 'x.'])(
    'take %j for no host',
    async APP_HOST => {
      const { code } = await within(webScript(sample), 'check_host', { APP_HOST })
      expect(code).not.toBe(0)
    },
  )

  test('refuse a module that would be more than a word in uWSGI’s file', () => {
    for (const module of ['a:b\nplugin=x', 'a:b %d', 'a:b ; exec', '$(x)'])
      expect(() => uwsgiIni({ ...git, 'app.module': module })).toThrow('cannot be written')
  })
})

describe('the unit of uWSGI', () => {
  test.each([
    ['the sample', sample],
    ['an application from Git', git],
  ])('for %s is taken by systemd without a word', (_, values) =>
    expectGoodUnit(unit(values), folder.path, 'stackwright-uwsgi'),
  )
})

describe('on Amazon Linux', () => {
  const stubs = `command() { case $2 in apt-get) return 1 ;; dnf) return 0 ;; *) return 1 ;; esac; }
    rpm() { return 1; }`

  test('Apache is httpd, with its proxy for uWSGI inside', async () => {
    const dnf = 'dnf() { echo "dnf $*"; }'
    const { out } = await within(webScript(sample), `${stubs}; ${dnf}; install_apache; echo "$SERVICE $CONF $LOGS"`, {})
    expect(out).toBe('dnf -y install httpd\nhttpd /etc/httpd/conf.d/three-tier.conf /var/log/httpd\n')
  })

  test('the newest Python among the packages runs the application, without a compiler', async () => {
    const dnf = 'dnf() { echo "dnf $*"; case $3 in python3.12) return 1 ;; esac; }'
    const { out } = await within(appScript(sample), `${stubs}; ${dnf}; install_packages; echo "$PYTHON"`, {})
    expect(out.trim().split('\n')).toEqual([
      'dnf -y install git',
      'dnf -y install python3.12 python3.12-pip',
      'dnf -y install python3.11 python3.11-pip',
      'python3.11',
    ])
  })
})

test('the user’s own application is what its repository has, however the folder was', async () => {
  const [repository, copy] = ['repository', 'copy'].map(name => join(folder.path, name)) as [string, string]
  const commit = (text: string) =>
    `printf '%s' '${text}' >app.txt; git add -A; git -c user.name=a -c user.email=a@b commit -qm x`
  const clone = 'clone "$(id -un)" "$COPY" "file://$ORIGIN" HEAD && cat "$COPY/app.txt" && ls -A "$COPY"'
  const lines = `exec 4>&1 >&2; chown() { :; }; as_user() { env GIT_ALLOW_PROTOCOL=file "$@"; }
    git init -q "$ORIGIN"; cd "$ORIGIN"; ${commit('one')}; ( ${clone} ) >&4
    cd "$ORIGIN"; ${commit('two')}; echo changed >"$COPY/app.txt"; echo foreign >"$COPY/left-over"; ( ${clone} ) >&4`
  const env = { ORIGIN: repository, COPY: copy, HOME: folder.path }
  const { out } = await within(appScript(git), lines, env)
  expect(out).toBe('one.git\napp.txt\ntwo.git\napp.txt\n')
})

test('a failure tells the chapter and the last log lines, without the secrets', async () => {
  const log = join(folder.path, 'log')
  await writeFile(log, 'connecting with geheim*1\nadministrator a[d]min\n')
  const lines = `LOG=${log}; SECRETS=(DB_PASSWORD DB_ADMIN_PASSWORD); exec 3>&1; CHAPTER=Database; (exit 7) || finish`
  const { out } = await within(appScript(sample), lines, { DB_PASSWORD: 'geheim*1', DB_ADMIN_PASSWORD: 'a[d]min' })
  expect(out).toBe(
    `connecting with ***\nadministrator ***\nstackwright: FAILED in the chapter "Database" (exit 7). The lines above are the last of ${log}.\n`,
  )
})
