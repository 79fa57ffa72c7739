import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Values } from '../../src/answers/question.ts'
import { packageFile } from '../../src/base/files.ts'
import { nginxConf, sampleFiles, setup, setupScript, unit } from '../../src/blueprints/rails/setup.ts'
import type { ManagedDatabase } from '../../src/steps/results.ts'
import { startMariadb } from './mariadb.ts'
import { expectGoodUnit, expectSound, packedSize, within } from './scripts.ts'
import { hostile, paperFolder, run } from './support.ts'

// Needs: nginx

const sample: Values = { 'app.source': 'sample', 'app.port': 3000, 'app.workers': 2, 'app.healthPath': '/health' }
const git: Values = {
  ...sample,
  'app.source': 'git',
  'app.repository': 'https://git.example/owner/shop.git',
  'app.ref': 'v1.0',
  'app.healthPath': '/up',
}
const database: ManagedDatabase = {
  engine: 'mysql',
  host: { $ref: 'database/instance', field: 'host' },
  port: { $ref: 'database/instance', field: 'port' },
  name: 'app_production',
  user: 'railsuser',
  password: { $secret: 'database.password' },
  admin: { user: 'admin', password: { $secret: 'database.adminPassword' } },
  ready: [],
}
const folder = await paperFolder()
afterAll(() => folder.remove())

describe('the setup script for Rails', () => {
  test.each([
    ['the sample', sample],
    ['an application from Git', git],
  ])('for %s passes bash and shellcheck', (_, values) => expectSound(setupScript(values), folder.path))

  test('fits a command of Systems Manager with room to spare', () => {
    expect(packedSize(setupScript(sample))).toBeLessThanOrEqual(16 * 1024)
    expect(packedSize(setupScript(git))).toBeLessThanOrEqual(10 * 1024)
  })

  test('holds every file of the sample', async () => {
    const entries = await readdir(packageFile('templates/rails/sample'), { recursive: true, withFileTypes: true })
    const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
    expect(files.sort()).toEqual(sampleFiles.map(file => packageFile(`templates/rails/sample/${file}`)).sort())
  })

  test('is the same, byte by byte, for the same answers', () => {
    expect(setupScript({ ...sample })).toBe(setupScript(sample))
    expect(setupScript({})).toBe(setupScript(sample))
    expect(setupScript(git)).not.toBe(setupScript(sample))
  })

  test('holds no secret: they come in through the variables', () => {
    const values = { ...git, 'bucket.name': 'images-of-mine', 'app.credentials': true }
    expect(setup(values, { database })).toEqual({
      script: setupScript(git),
      env: {
        DB_HOST: database.host,
        DB_PORT: database.port,
        DB_NAME: 'app_production',
        DB_USER: 'railsuser',
        DB_ADMIN_USER: 'admin',
        S3_BUCKET: 'images-of-mine',
      },
      secrets: {
        DB_PASSWORD: { $secret: 'database.password' },
        DB_ADMIN_PASSWORD: { $secret: 'database.adminPassword' },
        SECRET_KEY_BASE: { $secret: 'app.secretKey' },
        RAILS_MASTER_KEY: { $secret: 'app.masterKey' },
      },
    })
  })

  test('refuses to run without root, and does nothing then', async () => {
    const { code, err } = await run('bash', ['-c', `id() { echo 1000; }\n${setupScript(sample)}`])
    expect(code).toBe(1)
    expect(err).toContain('must be run as root')
  })

  test('names the variable that is missing or holds a line break', async () => {
    const need = 'need DB_HOST DB_USER'
    expect((await inScript(need, { DB_HOST: 'h' })).out).toContain('DB_USER is missing')
    expect((await inScript(need, { DB_HOST: 'h', DB_USER: 'u\nx=1' })).out).toContain('DB_USER holds a line break')
    expect((await inScript(need, { DB_HOST: 'h', DB_USER: 'u' })).code).toBe(0)
  })

  test('writes a database address for the user’s own application that says the same, whatever is in the password', async () => {
    const password = `p%"$\`\\'@:/?#[]& ü`
    const env = {
      DB_HOST: 'db.example',
      DB_PORT: '3306',
      DB_NAME: 'app_production',
      DB_USER: 'rails',
      DB_PASSWORD: password,
    }
    const lines = `ROOT=${folder.path}; APP=$ROOT; DB_TLS_CA=$TLS; ln -sfn "$(command -v ruby)" "$ROOT/ruby"; printf '%s\\n' "$LOCK" >"$APP/Gemfile.lock"; database_url`
    const url = new URL((await inScript(lines, { ...env, TLS: '', LOCK: '    mysql2 (0.5.6)' })).out)
    expect([url.protocol, url.host, url.pathname, decodeURIComponent(url.password)]).toEqual([
      'mysql2:',
      'db.example:3306',
      '/app_production',
      password,
    ])
    const verified = new URL((await inScript(lines, { ...env, TLS: '/ca.pem', LOCK: '    trilogy (2.9.0)' })).out)
    expect([verified.protocol, verified.searchParams.get('ssl_mode'), verified.searchParams.get('ssl_ca')]).toEqual([
      'trilogy:',
      'verify_identity',
      '/ca.pem',
    ])
  })
})

describe('the database', () => {
  test('and its user are made with exactly the names and the password given, and may be made again', async () => {
    const server = await startMariadb()
    try {
      const admin = { DB_ADMIN_USER: server.admin, DB_ADMIN_PASSWORD: server.adminPassword, DB_TLS_CA: '' }
      const place = { DB_HOST: server.host, DB_PORT: String(server.port) }
      const texts = hostile.filter(text => text.trim() === text && text !== '' && text.length <= 50)
      for (const [n, text] of texts.entries()) {
        // Names are of the basic plane only, in every MySQL.
        const name = text.slice(0, 40).replace(/[\u{10000}-\u{10ffff}]/gu, 'x')
        const mine = { DB_NAME: name, DB_USER: `u${n}`, DB_PASSWORD: text }
        for (let times = 0; times < 2; times++) {
          const { code, err } = await inScript('make_database | as_admin', { ...admin, ...place, ...mine })
          expect({ text, code, err }).toEqual({ text, code: 0, err: '' })
        }
        await server.query(`CREATE TABLE \`${name.replaceAll('`', '``')}\`.t (a int)`, {
          user: mine.DB_USER,
          password: text,
        })
      }
      expect(await server.query("SELECT COUNT(*) FROM mysql.user WHERE user LIKE 'u%'")).toBe(`${texts.length}\n`)
    } finally {
      await server.stop()
    }
  })

  test('is closed to the user beside it, whose name only looks alike', async () => {
    const server = await startMariadb()
    try {
      await server.query('CREATE DATABASE appXproduction')
      const { code } = await inScript('make_database | as_admin', {
        ...{ DB_ADMIN_USER: server.admin, DB_ADMIN_PASSWORD: server.adminPassword, DB_TLS_CA: '' },
        ...{ DB_HOST: server.host, DB_PORT: String(server.port) },
        ...{ DB_NAME: 'app_production', DB_USER: 'rails', DB_PASSWORD: 'geheim' },
      })
      expect(code).toBe(0)
      const rails = { user: 'rails', password: 'geheim' }
      await expect(server.query('CREATE TABLE appXproduction.t (a int)', rails)).rejects.toThrow('denied')
      await expect(server.query('SELECT user FROM mysql.user', rails)).rejects.toThrow('denied')
    } finally {
      await server.stop()
    }
  })
})

describe('on Amazon Linux', () => {
  test('the newest Ruby is taken, with a compiler for the gems and the commands that carry its version', async () => {
    const lines = `ROOT=${folder.path}/al; mkdir -p "$ROOT"
      command() { [ "$2" != apt-get ]; }; rpm() { return 1; }
      dnf() { echo "dnf $*"; case " $* " in *" ruby3.4 "*|*-connector-c-devel*) return 1 ;; esac; }
      install_packages; readlink "$ROOT/ruby" "$ROOT/bundle"`
    const { code, out } = await inScript(lines, {})
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toEqual([
      'dnf -y install git nginx tar gcc gcc-c++ make libyaml-devel',
      'dnf -y install mariadb-connector-c-devel',
      'dnf -y install mariadb105-devel',
      'dnf -y install mariadb105',
      'dnf -y install system-rpm-config',
      'dnf -y install ruby3.4 ruby3.4-devel',
      'dnf -y install ruby3.2 ruby3.2-devel',
      '/usr/bin/ruby3.2',
      '/usr/bin/ruby3.2-bundle',
    ])
  })
})

describe('nginx and systemd', () => {
  test.each([
    [80, 3000],
    [8081, 9000],
  ])('nginx takes the site for port %i in front of %i', async (backend, app) => {
    const conf = nginxConf({ ...sample, 'backend.port': backend, 'app.port': app })
    expect(conf).toContain(`listen ${backend} default_server;`)
    expect(conf).toContain(`server 127.0.0.1:${app};`)
    const file = join(folder.path, 'nginx.conf')
    const site = conf.replaceAll('/var/log/nginx', folder.path)
    await writeFile(file, `pid ${folder.path}/nginx.pid;\nevents {}\nhttp {\n${site}}\n`)
    const { code, err } = await run('nginx', ['-t', '-c', file, '-e', 'stderr'])
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('syntax is ok') })
  })

  test.each([
    ['the sample', sample],
    ['an application from Git', git],
  ])('systemd takes the unit for %s without a word', (_, values) =>
    expectGoodUnit(unit(values), folder.path, 'stackwright-rails'),
  )

  test('puma listens on the loopback only, with the secrets in a file and not in the unit', () => {
    expect(unit(git)).toContain('puma -e production -b "tcp://127.0.0.1:3000" -w 2')
    expect(unit(git)).toContain('EnvironmentFile=/etc/stackwright/rails.env')
    expect(unit(git)).not.toMatch(/^Environment=/m)
  })
})

function inScript(lines: string, env: Record<string, string>) {
  return within(setupScript(sample), lines, env)
}
