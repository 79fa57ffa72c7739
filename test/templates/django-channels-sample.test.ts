import { randomUUID } from 'node:crypto'
import { cp, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile, readPackageFile } from '../../src/base/files.ts'
import { nginxConf } from '../../src/blueprints/django-channels/setup.ts'
import { type Held, openSocket } from '../support/web-socket.ts'
import { type PostgresOfRds, startPostgresOfRds } from './postgres-rds.ts'
import { pythonWith } from './python.ts'
import { type RealRedis, startRedis } from './redis.ts'
import { freePort, hostile, paperFolder, type Running, run, start } from './support.ts'

// Needs: nginx

/**
 * The sample as two machines run it: the pinned packages, a daphne for each, gunicorn behind nginx, a PostgreSQL and a
 * Redis that take only TLS.
 */
const name = 'chat.example.com'
const password = 'Pa$$w"0`rd\\1 %x'
const folder = await paperFolder()
const app = join(folder.path, 'app')
const stops: (() => Promise<void>)[] = []
let postgres: PostgresOfRds
let redis: RealRedis
let python: string
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  python = await pythonWith('templates/django-channels/constraints.txt')
  postgres = await startPostgresOfRds()
  stops.push(postgres.stop)
  redis = await startRedis()
  stops.push(redis.stop)
  env = {
    ...{ PATH: process.env.PATH, LC_ALL: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', SECRET_KEY: 'only for tests' },
    ...{
      ALLOWED_HOSTS: `${name},127.0.0.1,localhost`,
      CSRF_TRUSTED_ORIGINS: `https://${name}`,
      STATIC_ROOT: join(app, 'collected'),
    },
    ...{ DATABASE_HOST: '127.0.0.1', DATABASE_PORT: String(postgres.port), DATABASE_NAME: 'channels' },
    ...{ DATABASE_USER: 'chatter', DATABASE_PASSWORD: password, DATABASE_TLS_CA: postgres.ca },
    ...{ REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port), REDIS_PASSWORD: redis.password },
    ...{ REDIS_TLS: 'yes', SSL_CERT_FILE: redis.ca },
  }
  await cp(packageFile('templates/django-channels/sample'), app, { recursive: true })
  const made = await run('python3', [packageFile('templates/machine/postgresql.py')], {
    env: {
      ...{ PATH: process.env.PATH, DB_HOST: '127.0.0.1', DB_PORT: String(postgres.port), DB_NAME: 'channels' },
      ...{ DB_USER: 'chatter', DB_PASSWORD: password, DB_TLS_CA: postgres.ca },
      ...{ DB_ADMIN_USER: postgres.admin.user, DB_ADMIN_PASSWORD: postgres.admin.password },
    },
  })
  expect(made).toEqual({ code: 0, out: '', err: '' })
}, 600_000)

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
  await folder.remove()
})

test('several machines migrate at the same moment: each succeeds, one does the work', async () => {
  const input = readPackageFile('templates/machine/django-prepare.py').replace(
    '/opt/stackwright/public/static',
    join(folder.path, 'static'),
  )
  const prepare = () => run(python, ['-', 'config.wsgi:application'], { cwd: app, env, input })
  const runs = await Promise.all(Array.from({ length: 3 }, prepare))
  expect(runs.map(({ code, err }) => [code, err])).toEqual(runs.map(() => [0, '']))
  expect(runs.filter(({ out }) => out.includes('Applying chat.0001_initial... OK'))).toHaveLength(1)
})

test('the migrations are complete: the models ask for nothing more', async () => {
  const { code, out } = await run(python, ['manage.py', 'makemigrations', '--check', '--dry-run'], { cwd: app, env })
  expect([code, out]).toEqual([0, 'No changes detected\n'])
})

describe('on two machines', () => {
  let ports: [number, number]
  let daphnes: [Running, Running]
  let web: string

  beforeAll(async () => {
    ports = [await freePort(), await freePort()]
    daphnes = [await daphne(ports[0]), await daphne(ports[1])]
    for (const one of daphnes) stops.push(() => one.stop())
    web = await pages()
  }, 120_000)

  test('the check on a machine opens a WebSocket as a visitor does', async () => {
    const [check = ''] = /^check_handshake\(\) \{[\s\S]*?^\}/m.exec(
      readPackageFile('templates/django-channels/check.sh'),
    )!
    const around = 'bad() { echo "bad $*"; exit 0; }; log_of() { :; }; SERVICE=x'
    const script = `${around}\nWEBSOCKET_PORT=${ports[0]} CHECK_WEBSOCKET=/ws/check/\n${check}\ncheck_handshake && echo well`
    expect(await run('bash', ['-c', script])).toMatchObject({ out: 'well\n' })
  })

  test('what one page says reaches a page on the other machine, and the history has it', async () => {
    const [here, there] = [await enter(ports[0], 'lobby'), await enter(ports[1], 'lobby')]
    const said = say(here, 'Hello')
    expect(await message(there)).toMatchObject({ ...said, id: expect.any(Number) })
    expect(await message(here)).toMatchObject(said)
    const later = await enter(ports[1], 'lobby')
    expect(await message(later)).toMatchObject(said)
    expect(await postgres.query('SELECT text FROM chat_message', chatter)).toBe('Hello\n')
  })

  test('a page that was away gets what it has missed, and another room gets nothing', async () => {
    const talker = await enter(ports[0], 'away')
    say(talker, 'before')
    const { id } = await message(talker)
    const elsewhere = await enter(ports[1], 'elsewhere')
    say(talker, 'meanwhile')
    await message(talker)
    const back = await enter(ports[1], 'away', { query: `?since=${id}` })
    const texts = [(await message(back)).text, (await message(back)).text]
    expect(texts.at(-1)).toBe('meanwhile')
    say(elsewhere, 'only here')
    expect((await message(elsewhere)).text).toBe('only here')
  })

  test('a message that is sent again after a lost connection is there once', async () => {
    const page = await enter(ports[0], 'again')
    const said = say(page, 'once')
    const first = await message(page)
    page.send(JSON.stringify(said))
    expect(await message(page)).toEqual(first)
    expect(await postgres.query("SELECT count(*) FROM chat_message WHERE room = 'again'", chatter)).toBe('1\n')
  })

  test('hostile text comes back as it was', async () => {
    const page = await enter(ports[0], 'hostile')
    for (const text of [...hostile, '<script>alert(1)</script>'].map(text => text.trim()).filter(Boolean)) {
      say(page, text)
      expect((await message(page)).text).toBe(text)
    }
  })

  test('what is no message is refused with a sentence, and the page stays connected', async () => {
    const page = await enter(ports[0], 'refused')
    const key = randomUUID().replaceAll('-', '')
    const bad: [string, RegExp][] = [
      ['no JSON', /is JSON/],
      ['[]', /is JSON/],
      [JSON.stringify({ key: 'x', name: 'a', text: 'b' }), /is JSON/],
      [JSON.stringify({ key, name: 'a', text: 5 }), /is JSON/],
      [JSON.stringify({ key, name: '', text: 'b' }), /name: /],
      [JSON.stringify({ key, name: 'a', text: 'x'.repeat(1001) }), /text: /],
      [JSON.stringify({ key, name: 'a', text: 'a\0b' }), /cannot be stored/],
      [`{"key":"${key}","name":"a","text":"\\ud800"}`, /cannot be stored/],
    ]
    for (const [text, why] of bad) {
      page.send(text)
      expect(JSON.parse(await page.next()).error, text).toMatch(why)
    }
    say(page, 'still here')
    expect((await message(page)).text).toBe('still here')
  })

  test('a page of another site, an unknown path and a room with a bad name open no WebSocket', async () => {
    await expect(enter(ports[0], 'lobby', { origin: 'https://evil.example' })).rejects.toThrow('status 403')
    await expect(enter(ports[0], 'a%20b')).rejects.toThrow('status 403')
    await expect(enter(ports[0], 'x'.repeat(51))).rejects.toThrow('status 403')
    await expect(socket(ports[0], '/ws/')).rejects.toThrow('status 403')
  })

  test('health checks are answered by address, whatever happens behind', async () => {
    for (const url of [`http://127.0.0.1:${ports[0]}/ws/healthz`, `${web}/healthz`]) {
      expect(await statusAs('10.0.3.7', url)).toBe(200)
    }
  })

  test('pages show names as text, and their script comes from nginx', async () => {
    const page = await visit('/chat/lobby/')
    const script = /<script src="([^"]+)" data-room="lobby">/.exec(await page.text())![1]!
    expect((await visit(script)).headers.get('content-type')).toMatch(/javascript/)
    expect((await visit('/chat/%3Cscript%3E/')).status).toBe(404)
    expect((await visit('/chat/?room=%3Cscript%3E')).headers.get('location')).toBe('/')
    expect((await visit('/chat/?room=my-room')).headers.get('location')).toBe('/chat/my-room/')
    expect(await statusAs('evil.example', `${web}/`)).toBe(400)
  })

  test('the proof of the whole way leaves nothing behind', async () => {
    const answer = await visit('/demo/check')
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }])
    ;(await socket(ports[0], '/ws/check/')).close()
    expect(await postgres.query("SELECT count(*) FROM chat_message WHERE room = 'check'", chatter)).toBe('0\n')
  })

  test('without Redis the proof fails on both ways, and health checks go on', async () => {
    await redis.stop()
    const answer = await visit('/demo/check')
    expect([answer.status, await answer.json()]).toEqual([503, { ok: false, redis: 'does not pass a message on' }])
    await expect(socket(ports[0], '/ws/check/')).rejects.toThrow('status 403')
    expect((await fetch(`http://127.0.0.1:${ports[0]}/ws/healthz`)).status).toBe(200)
  })

  test('without the database the proof says so', async () => {
    await postgres.stop()
    expect(await (await visit('/demo/check')).json()).toEqual({ ok: false, database: 'does not take a write' })
    expect((await visit('/healthz')).status).toBe(200)
  })

  /** gunicorn, with nginx in front as it is delivered but for the places of its files. */
  async function pages(): Promise<string> {
    const [appPort, port] = [await freePort(), await freePort()]
    const program = ['-m', 'gunicorn', '--bind', `127.0.0.1:${appPort}`, '--threads', '2', 'config.wsgi:application']
    const answers = (at: number) => async () => (await fetch(`http://127.0.0.1:${at}/healthz`)).ok
    const gunicorn = await start(python, program, { cwd: app, env }, answers(appPort))
    stops.push(gunicorn.stop)
    const site = nginxConf({ 'app.port': appPort, 'backend.port': port })
      .replaceAll('/var/log/nginx', folder.path)
      .replace('/opt/stackwright/public', folder.path)
    const file = join(folder.path, 'nginx.conf')
    const types = 'include /etc/nginx/mime.types;'
    await writeFile(
      file,
      `daemon off;\npid ${folder.path}/nginx.pid;\nuser root;\nevents {}\nhttp {\n${types}\n${site}}\n`,
    )
    const nginx = await start('nginx', ['-c', file, '-e', 'stderr'], {}, answers(port))
    stops.push(nginx.stop)
    return `http://127.0.0.1:${port}`
  }

  function visit(path: string): Promise<Response> {
    return fetch(web + path, { redirect: 'manual' })
  }
})

const chatter = { user: 'chatter', password, database: 'channels' }

function daphne(port: number): Promise<Running> {
  const program = ['-m', 'daphne', '-b', '127.0.0.1', '-p', String(port), 'config.asgi:application']
  return start(python, program, { cwd: app, env }, async () => (await fetch(`http://127.0.0.1:${port}/ws/healthz`)).ok)
}

/** A page in a room, once its machine has said who it is. */
async function enter(port: number, room: string, { query = '', origin = `https://${name}` } = {}): Promise<Held> {
  const held = await socket(port, `/ws/chat/${room}/${query}`, origin)
  expect(JSON.parse(await held.next())).toEqual({ server: expect.any(String) })
  return held
}

function socket(port: number, path: string, origin = `https://${name}`): Promise<Held> {
  return openSocket({ hostname: '127.0.0.1', port, path, headers: { host: name, origin } })
}

/** What a page answers to who asks for it by another name. */
function statusAs(host: string, url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { host }, agent: false }, reply => resolve(reply.resume().statusCode))
    asked.on('error', reject).end()
  })
}

function say(page: Held, text: string) {
  const said = { key: randomUUID().replaceAll('-', ''), name: 'Ann', text }
  page.send(JSON.stringify(said))
  return said
}

async function message(page: Held) {
  return JSON.parse(await page.next()) as { id: number; key: string; name: string; text: string }
}
