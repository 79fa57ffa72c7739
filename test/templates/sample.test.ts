import { existsSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile, readPackageFile } from '../../src/base/files.ts'
import { nginxConf } from '../../src/blueprints/django/setup.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { pythonWith } from './python.ts'
import { freePort, hostile, paperFolder, type Running, run, start } from './support.ts'

// Needs: curl, nginx

/**
 * The sample as the machine runs it: the pinned packages in an environment of their own, a real PostgreSQL, gunicorn,
 * and nginx in front with the configuration we deliver (but for the places of its log and pid files).
 */
const password = 'Pa$$w"0`rd\\1 %x'
const folder = await paperFolder()
const app = join(folder.path, 'app')
const stops: (() => Promise<void>)[] = []
let postgres: Postgres
let python: string
let env: NodeJS.ProcessEnv
let url: string
let appPort: number

beforeAll(async () => {
  python = await pythonWith('templates/django/requirements.txt')
  postgres = await startPostgres(password)
  stops.push(postgres.stop)
  env = {
    PATH: process.env.PATH,
    LC_ALL: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    DB_ENGINE: 'postgresql',
    DB_HOST: '127.0.0.1',
    DB_PORT: String(postgres.port),
    DB_NAME: 'db_example',
    DB_USER: postgres.user,
    DB_PASSWORD: password,
    DJANGO_SECRET_KEY: 'only for tests '.repeat(4),
  }
  await cp(packageFile('templates/django/sample'), app, { recursive: true })
}, 300_000)

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
  await folder.remove()
})

test('several machines migrate at the same moment: each succeeds, one does the work', async () => {
  const runs = await Promise.all(Array.from({ length: 4 }, prepare))
  expect(runs.map(ran => [ran.code, ran.err])).toEqual(runs.map(() => [0, '']))
  expect(runs.filter(ran => ran.out.includes('Applying demo.0001_initial... OK'))).toHaveLength(1)
  expect(runs.filter(ran => ran.out.includes('No migrations to apply'))).toHaveLength(3)
})

test('the migrations are complete: the models ask for nothing more', async () => {
  const { code, out } = await run(python, ['manage.py', 'makemigrations', '--check', '--dry-run'], { cwd: app, env })
  expect([code, out]).toEqual([0, 'No changes detected\n'])
})

test('a wrong password ends with the reason, without the password', async () => {
  const wrong = { ...env, DB_PASSWORD: 'wrong-geheim' }
  const program = readPackageFile('templates/machine/django-prepare.py').replace('PATIENCE = 60', 'PATIENCE = 0')
  const { code, err, out } = await run(python, ['-', 'config.wsgi'], { cwd: app, env: wrong, input: program })
  expect(code).toBe(1)
  expect(err).toMatch(/does not let us in:.*password authentication failed/)
  expect(err + out).not.toContain('geheim')
})

test('a WSGI application that is not Django has nothing to migrate', async () => {
  await writeFile(join(app, 'plain.py'), 'def application(environ, start_response):\n    raise NotImplementedError\n')
  const { code, out } = await run(python, [packageFile('templates/machine/django-prepare.py'), 'plain:application'], {
    cwd: app,
    env,
  })
  expect([code, out]).toEqual([0, 'Not a Django project: there is nothing to migrate.\n'])
})

describe('behind nginx and gunicorn', () => {
  beforeAll(async () => {
    expect((await prepare()).code).toBe(0)
    await serve()
  })

  test("the tutorial's own request stores a person, and the list shows it", async () => {
    const direct = await run('curl', [
      '-sS',
      `127.0.0.1:${appPort}/demo/add`,
      '-d',
      'name=First',
      '-d',
      'email=someemail@someemailprovider.com',
    ])
    expect(direct).toEqual({ code: 0, out: 'Saved\n', err: '' })
    const all = await fetch(`${url}/demo/all`)
    expect(all.headers.get('content-type')).toBe('application/json')
    expect(await all.json()).toEqual([{ id: 1, name: 'First', email: 'someemail@someemailprovider.com' }])
  })

  test('hostile names are stored and shown as text', async () => {
    const names = [...hostile, '<script>alert(1)</script>'].map(name => name.trim()).filter(Boolean)
    for (const name of names) expect((await add(name, 'a@b.example')).status).toBe(200)
    const all = (await (await fetch(`${url}/demo/all`)).json()) as { name: string }[]
    expect(all.slice(1).map(person => person.name)).toEqual(names)
    const page = await (await fetch(url)).text()
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toContain('<script>')
    expect(existsSync('/tmp/stackwright-was-here')).toBe(false)
  })

  test('a missing name, a long name, a false email and a NUL are refused with the field', async () => {
    const refused: [string, string, string][] = [
      ['', 'a@b.example', 'name'],
      ['x'.repeat(101), 'a@b.example', 'name'],
      ['First', 'nobody', 'email'],
      ['a\0b', 'a@b.example', 'name'],
    ]
    for (const [name, email, field] of refused) {
      const answer = await add(name, email)
      expect([answer.status, Object.keys(((await answer.json()) as { errors: object }).errors)]).toEqual([400, [field]])
    }
    expect((await fetch(`${url}/demo/add`)).status).toBe(405)
    expect((await fetch(`${url}/demo/all`, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${url}/nowhere`)).status).toBe(404)
  })

  test('an unknown page shows no debugging help, and nginx tells no version', async () => {
    const answer = await fetch(`${url}/nowhere`)
    expect(answer.headers.get('server')).toBe('nginx')
    expect(await answer.text()).not.toMatch(/DEBUG|Traceback|urlpatterns/)
  })

  test('a load balancer that asks HEAD in HTTP/1.0, without naming a host, gets its 200', async () => {
    expect(await raw('HEAD /health/ HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.[01] 200 /)
    expect(await raw('HEAD /health/ HTTP/1.1\r\nHost: 172.16.1.7\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200 /,
    )
  })

  test('the health page answers by address, and says 503 while the database is away', async () => {
    const health = await fetch(`${url}/health/`)
    expect([health.status, await health.json()]).toEqual([200, { ok: true }])
    await postgres.stop()
    const ill = await fetch(`${url}/health/`)
    expect([ill.status, await ill.json()]).toEqual([503, { ok: false, database: 'does not answer' }])
    expect((await fetch(`${url}/health/live/`)).status).toBe(200)
  })
})

function add(name: string, email: string): Promise<Response> {
  return fetch(`${url}/demo/add`, { method: 'POST', body: new URLSearchParams({ name, email }) })
}

/** The answer to a request written by hand. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request))
    socket.on('data', data => (answer += data))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

function prepare() {
  return run(python, [packageFile('templates/machine/django-prepare.py'), 'config.wsgi:application'], { cwd: app, env })
}

async function serve(): Promise<void> {
  appPort = await freePort()
  const gunicorn = await start(
    python,
    ['-m', 'gunicorn', '--bind', `127.0.0.1:${appPort}`, '--workers', '2', 'config.wsgi:application'],
    { cwd: app, env },
    async () => (await fetch(`http://127.0.0.1:${appPort}/health/live/`)).ok,
  )
  stops.push(gunicorn.stop)
  stops.push((await nginx()).stop)
}

async function nginx(): Promise<Running> {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  const conf = nginxConf({ 'app.port': appPort, 'backend.port': port })
    .replace('/run/nginx.pid', join(folder.path, 'nginx.pid'))
    .replaceAll('/var/log/nginx', folder.path)
  const file = join(folder.path, 'nginx.conf')
  await writeFile(file, `daemon off;\n${conf}`)
  return start('nginx', ['-c', file, '-e', 'stderr'], {}, async () => (await fetch(`${url}/health/live/`)).ok)
}
