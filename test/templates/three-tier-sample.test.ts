import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile } from '../../src/base/files.ts'
import { apacheConf, uwsgiIni } from '../../src/blueprints/three-tier/setup.ts'
import { type Mariadb, startMariadb } from './mariadb.ts'
import { pythonWith } from './python.ts'
import { freePort, paperFolder, type Running, run, start } from './support.ts'

// Needs: apache

/**
 * The three tiers as their machines run them: Apache with the delivered site, uWSGI with the pinned packages, and two
 * databases that know nothing of each other in place of a writer and its copy, so that it shows which one was asked.
 */
const folder = await paperFolder()
const password = 'Pa$$w0`rd\\1 %x#'
const table = 'test`table%s'
const stops: (() => Promise<void>)[] = []
let writer: Mariadb
let reader: Mariadb
let python: string
let env: Record<string, string>
let appPort: number
let url: string

beforeAll(async () => {
  python = await pythonWith('templates/three-tier/requirements.txt')
  writer = await startMariadb()
  // Two machines have the same port, but not the same address.
  reader = await startMariadb({ host: '127.0.0.2', port: writer.port })
  stops.push(writer.stop, reader.stop)
  await chmod(folder.path, 0o755)
  env = {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    DB_NAME: 'test_db',
    DB_USER: 'testuser',
    DB_PASSWORD: password,
    DB_TABLE: table,
    DB_ADMIN_USER: writer.admin,
    DB_ADMIN_PASSWORD: writer.adminPassword,
  }
}, 300_000)

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
  await folder.remove()
})

test('several machines prepare the database at the same moment: each succeeds, and there is one table', async () => {
  const runs = await Promise.all([1, 2, 3, 4].map(() => prepare(writer)))
  expect(runs.map(ran => [ran.code, ran.err])).toEqual(runs.map(() => [0, '']))
  expect(await writer.query('SHOW CREATE TABLE test_db.`test``table%s`')).toContain('`dt` datetime DEFAULT NULL')
  expect((await prepare(reader)).code).toBe(0)
})

test('the user may use its one database and nothing else, also where a name looks alike', async () => {
  const own = { user: 'testuser', password }
  await writer.query('CREATE DATABASE testXdb')
  await expect(writer.query('CREATE TABLE testXdb.t (a int)', own)).rejects.toThrow('denied')
  await expect(writer.query('SELECT user FROM mysql.user', own)).rejects.toThrow('denied')
})

describe('through Apache and uWSGI', () => {
  beforeAll(serveIt, 120_000)

  test('/ and /read list nothing at first; /write stores now through the writer', async () => {
    for (const path of ['/', '/read']) {
      const answer = await fetch(url + path)
      expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
        200,
        'application/json',
        '[]',
      ])
    }
    for (let times = 0; times < 3; times++) {
      expect(await (await fetch(`${url}/write`)).text()).toMatch(/^Saved: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    }
    expect(await writer.query('SELECT COUNT(*) FROM test_db.`test``table%s`')).toBe('3\n')
  })

  test('/demo/check writes and reads through the writer, and leaves nothing', async () => {
    const count = () => writer.query('SELECT COUNT(*) FROM test_db.`test``table%s`')
    const before = await count()
    const answer = await fetch(`${url}/demo/check`)
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }])
    expect(await count()).toBe(before)
  })

  test('/ and /read list what the reader has, and nothing but that', async () => {
    expect(await (await fetch(`${url}/read`)).json()).toEqual([])
    await reader.query("INSERT INTO test_db.`test``table%s` VALUES ('2026-11-22 03:01:47'), ('2026-11-22 03:01:52')")
    const both = ['2026-11-22 03:01:47', '2026-11-22 03:01:52']
    expect(await (await fetch(`${url}/`)).json()).toEqual(both)
    expect(await (await fetch(`${url}/read`)).json()).toEqual(both)
  })

  test('answers and logs tell which machine of each tier served', async () => {
    const answer = await fetch(`${url}/read?which`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(answer.headers.get('x-web-server')).toBe('web-of-the-test')
    expect(answer.headers.get('x-app-server')).toBeTruthy()
    expect(answer.headers.get('server')).toBe('Apache')
    await expect
      .poll(() => readFile(join(folder.path, 'access_log'), 'utf8'))
      .toMatch(/^203\.0\.113\.9 .*"GET \/read\?which HTTP\/1\.1" 200 .* app=\S+$/m)
  })

  test('uWSGI’s own log names the requests', async () => {
    await fetch(`${url}/read?named`)
    await expect.poll(() => uwsgi.said()).toMatch(/GET \/read\?named => generated \d+ bytes/)
  })

  test('the probe of the set-up asks uWSGI as Apache does', async () => {
    const probe = (port: number, path: string) =>
      run(python, [packageFile('templates/three-tier/probe.py'), String(port), path], { env })
    expect(await probe(appPort, '/health')).toEqual({ code: 0, out: 'HTTP/1.1 200 OK\n', err: '' })
    expect((await probe(appPort, '/nowhere')).code).toBe(1)
    expect((await probe(await freePort(), '/health')).code).toBe(1)
  })

  test('hostile paths and headers do no harm', async () => {
    for (const path of ['/%2e%2e/%2e%2e/etc/passwd', '/read%00', '/health/web/../../etc/passwd', "/read?a='%3B--"])
      expect((await fetch(url + path)).status).toBeLessThan(500)
    expect(
      await raw('GET /read HTTP/1.1\r\nHost: a\r\nX-Long: ' + 'x'.repeat(6000) + '\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 200 /)
    expect(await raw('TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 405 /)
  })

  test('the web server’s own life is told without the tiers behind it, the stack’s health through all of them', async () => {
    expect(await health()).toEqual([200, 200, 200])
    await reader.stop()
    expect(await health()).toEqual([200, 200, 503])
    const ill = await fetch(`${url}/read`)
    expect([ill.status, await ill.json()]).toEqual([503, { ok: false, database: 'does not answer' }])
    await uwsgi.stop()
    expect(await health()).toEqual([200, 503, 503])
    await startUwsgi()
    // Not only after a minute.
    expect(await health()).toEqual([200, 200, 503])
  })
})

let uwsgi: Running

async function serveIt(): Promise<void> {
  appPort = await freePort()
  await startUwsgi()
  stops.push(() => uwsgi.stop())
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  await mkdir(join(folder.path, 'public'))
  await writeFile(join(folder.path, 'public/live'), 'ok\n')
  const modules = ['mpm_event', 'authz_core', 'alias', 'mime', 'headers', 'proxy', 'proxy_uwsgi']
  const site = apacheConf({ 'web.port': port, 'tier.port': appPort }).replaceAll(
    '/opt/stackwright/public',
    `${folder.path}/public`,
  )
  const conf = [
    ...modules.map(name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    `ServerRoot ${folder.path}`,
    `DefaultRuntimeDir ${folder.path}`,
    `PidFile ${folder.path}/apache.pid`,
    'TypesConfig /dev/null',
    `ErrorLog ${folder.path}/main_log`,
    `Listen 127.0.0.1:${port}`,
    'User nobody',
    'Group nogroup',
    '<Directory />\nRequire all denied\n</Directory>',
    'Define TIER_HOST "127.0.0.1"',
    'Define TIER_SERVER "web-of-the-test"',
    `Define TIER_LOGS "${folder.path}"`,
    site,
  ]
  const file = join(folder.path, 'apache.conf')
  await writeFile(file, conf.join('\n'))
  const apache = await start('apache2', ['-X', '-f', file], { env: { PATH: `${env.PATH}:/usr/sbin` } }, async () => {
    return (await fetch(`${url}/health/web`)).ok
  })
  stops.push(apache.stop)
}

async function startUwsgi(): Promise<void> {
  const ini = uwsgiIni({ 'tier.port': appPort }).replace(
    '/opt/stackwright/sample',
    packageFile('templates/three-tier/sample'),
  )
  const file = join(folder.path, 'uwsgi.ini')
  await writeFile(file, ini.replace('socket = :', 'socket = 127.0.0.1:'))
  const ports = { DB_HOST: writer.host, DB_READ_HOST: reader.host, DB_PORT: String(writer.port) }
  const program = join(python, '../uwsgi')
  uwsgi = await start(
    program,
    ['--virtualenv', join(python, '../..'), '--ini', file],
    { env: { ...env, ...ports } },
    () => open(appPort),
  )
}

function open(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function prepare(server: Mariadb) {
  const place = { DB_HOST: server.host, DB_READ_HOST: server.host, DB_PORT: String(server.port) }
  return run(python, [packageFile('templates/three-tier/prepare.py')], { env: { ...env, ...place } })
}

/** Of the web server alone, of the application server alone, of all. */
function health(): Promise<number[]> {
  const paths = ['/health/web', '/health/live', '/health']
  return Promise.all(paths.map(async path => (await fetch(url + path)).status))
}

function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request))
    socket.on('data', data => (answer += data))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}
