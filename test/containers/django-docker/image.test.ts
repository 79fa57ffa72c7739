import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile, readPackageFile } from '../../../src/base/files.ts'
import { joinLayers } from '../../../src/blueprints/layers.ts'
import { ulimitFlags } from '../../../src/emulator/containers/rights.ts'
import { findRuntime, type Runtime } from '../../../src/emulator/containers/runtime.ts'
import { standInBases } from '../../../src/emulator/containers/stand-ins.ts'
import { sampled } from '../../support/sampled.ts'
import { addNote, type Bucket, linksTo, startBucket, visit } from '../../templates/notes.ts'
import { type PostgresOfRds, startPostgresOfRds } from '../../templates/postgres-rds.ts'
import { hostile, paperFolder, run } from '../../templates/support.ts'

// Needs: curl

/**
 * The sample's Dockerfiles, built without network from stand-ins for the images they start from, and run: in production
 * with a PostgreSQL that takes only TLS, and a bucket of the embedded AWS reached by the role of the machine.
 */
const folder = packageFile('templates/django-docker/sample')
const files = { base: 'Dockerfile.base', local: 'Dockerfile.local', dev: 'Dockerfile.dev', production: 'Dockerfile' }
type Stage = keyof typeof files
/** What runs; the layers for people who work on it take their time, and show nothing that production does not. */
const layers = sampled<'local' | 'dev' | 'production'>(
  'layers of the image',
  ['production', 'local', 'dev'],
  ([production]) => [production!],
)
/** The tests of these layers that are run. */
const some = <T>(rows: [Stage, T][]) => rows.filter(([stage]) => layers.some(layer => layer === stage))
/** What Debian calls the packages of requirements.txt. Its django-storages is without the backends. */
const contents = {
  debian: [
    ...['python3-django', 'python3-boto3', 'python3-psycopg2'],
    ...['uwsgi-core', 'uwsgi-plugin-python3', 'supervisor'],
  ],
  index: readPackageFile('templates/django-docker/sample/constraints.txt').match(/^django-storages==.+$/m) ?? [],
}
const url = 'http://127.0.0.1:7999'
const site = 'notes.example.com'
const password = 'Pa$$w"0`rd\\1 %x'
const own = `stackwright-test-${randomBytes(4).toString('hex')}`
const image = (stage: string) => `localhost/${own}:${stage}`
const text = (stage: Stage) => readPackageFile(`templates/django-docker/sample/${files[stage]}`)
const paper = await paperFolder()
let runtime: Runtime
let flags: string[]

beforeAll(async () => {
  runtime = await findRuntime()
  const bases = await standInBases(runtime, text('base'), contents)
  expect(bases.replaced).toEqual(['python:3.11-slim'])
  flags = ['--network', 'none', ...bases.flags]
  await build('base', join(folder, files.base))
  for (const stage of layers) {
    await build(stage, join(folder, files[stage]), '--build-arg', `BASE=${image('base')}`)
  }
}, 20 * 60_000)

afterAll(async () => {
  await runtime?.run(['rm', '--force', '--volumes', own])
  for (const stage of [...Object.keys(files), 'joined']) await runtime?.run(['rmi', '--force', image(stage)])
  await paper.remove()
})

describe('the layers', () => {
  test.each(
    some<string>([
      ['local', 'config.settings.local sqlite3'],
      ['dev', 'config.settings.dev sqlite3'],
      ['production', 'config.settings.production postgresql'],
    ]),
  )('%s has its own settings', async (stage, settings) => {
    const program =
      'from django.conf import settings as s; print(s.SETTINGS_MODULE, s.DATABASES["default"]["ENGINE"].rpartition(".")[2])'
    const env = { SECRET_KEY: 'x', S3_BUCKET: 'x', AWS_REGION: 'x', ...database('x', 'x') }
    expect(await once(stage, env, 'python', '-c', program)).toBe(`${settings}\n`)
  })

  test.each(layers)('%s runs as the application, listens on 7999 and says what it stands on', async stage => {
    const [{ User, ExposedPorts, Labels }] = JSON.parse(
      await podman('image', 'inspect', '--format', '[{{json .Config}}]', image(stage)),
    )
    expect([User, ExposedPorts, Labels['stackwright.stand-in']]).toEqual(['app', { '7999/tcp': {} }, 'true'])
  })

  test('one file with the same stages makes the same image of production', async () => {
    const file = join(paper.path, 'Dockerfile')
    const stages = (['local', 'dev', 'production'] as const).map(name => ({ name, dockerfile: text(name) }))
    await writeFile(file, joinLayers([{ name: 'base', dockerfile: text('base') }, ...stages]))
    await build('joined', file)
    expect(await filesOf('joined')).toBe(await filesOf('production'))
  })
})

describe.each(
  some<Record<string, string>>([
    ['local', {}],
    ['dev', { SECRET_KEY: 'only for tests', ALLOWED_HOSTS: '127.0.0.1' }],
  ]),
)('%s', (stage, env) => {
  beforeAll(async () => {
    await serve(stage, env)
    await podman('exec', own, 'python', 'manage.py', 'migrate')
  })

  test('keeps notes and files in one folder, and shows no file as a page of its own', async () => {
    expect((await addNote(url, 'First', { name: 'a page.html', body: '<p>Hello</p>' })).status).toBe(302)
    const page = (await visit(url)).text
    expect(page).toContain('First')
    const [link] = linksTo(page, 'a page.html')
    const file = await visit(url + link, '--include')
    expect(file.text).toMatch(/content-disposition: attachment/i)
    expect(file.text).toMatch(/<p>Hello<\/p>$/)
    expect((await visit(`${url}/static/notes/notes.css`)).status).toBe(200)
    expect(await podman('exec', own, 'sh', '-c', 'ls /srv/data')).toBe('notes.sqlite3\nuploads\n')
  })

  test('shows its debugging pages to whoever works on it, and to nobody else', async () => {
    expect((await visit(`${url}/nowhere`)).text.includes('DEBUG = True')).toBe(stage === 'local')
  })
})

describe('production', () => {
  let postgres: PostgresOfRds
  let bucket: Bucket
  let env: Record<string, string>

  beforeAll(async () => {
    postgres = await startPostgresOfRds()
    bucket = await startBucket()
    env = {
      ...{ SECRET_KEY: 'only for tests', ALLOWED_HOSTS: `127.0.0.1,${site}` },
      ...{ CSRF_TRUSTED_ORIGINS: `https://${site}`, SECURE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO,https' },
      ...bucket.env,
      ...database(String(postgres.port), '/etc/app/database-ca.pem'),
    }
    await makeDatabase(postgres)
    expect(await once('production', env, 'python', 'manage.py', 'migrate')).toContain(
      'Applying notes.0001_initial... OK',
    )
    expect(await once('production', env, 'python', 'manage.py', 'collectstatic', '--noinput')).toContain(
      '1 static file',
    )
    await serve('production', env)
  }, 600_000)

  afterAll(async () => {
    await bucket?.stop()
    await postgres?.stop()
  })

  test('the container runs nginx, uWSGI and supervisor, and nothing as root', async () => {
    const [, ...processes] = (await podman('top', own, 'user', 'comm')).trim().split('\n')
    expect([...new Set(processes.map(line => line.replace(/\s+/, ' ').trim()))].sort()).toEqual([
      'app nginx',
      'app supervisord',
      'app uwsgi',
    ])
  })

  test('the migrations are complete: the models ask for nothing more', async () => {
    expect(await podman('exec', own, 'python', 'manage.py', 'makemigrations', '--check', '--dry-run')).toBe(
      'No changes detected\n',
    )
  })

  test('the health check is answered by address and by any name; a page is not', async () => {
    for (const host of ['10.0.1.7', '10.0.1.7:7999', 'nobody.example']) {
      expect(await visit(`${url}/healthz`, '-H', `Host: ${host}`)).toEqual({ status: 200, text: 'ok\n' })
      expect((await visit(url, '-H', `Host: ${host}`)).status).toBe(400)
    }
  })

  test('database and storage take a write and a read, and keep nothing of it', async () => {
    expect(await visit(`${url}/demo/check`)).toEqual({ status: 200, text: '{"ok": true}' })
    expect((await bucket.keys()).filter(key => key.includes('check'))).toEqual([])
    expect(await notes('SELECT count(*) FROM notes_note')).toBe('0\n')
  })

  test('an uploaded file is in the bucket, and served from there by a signed address alone', async () => {
    expect((await addNote(url, 'A photo', { name: 'photo.txt', body: 'light' })).status).toBe(302)
    const keys = (await bucket.keys()).filter(key => key.startsWith('uploads/'))
    expect(keys).toEqual([expect.stringMatching(/^uploads\/\d{4}\/\d\d\/photo\.txt$/)])
    expect(await bucket.text(keys[0]!)).toBe('light')
    const [link = ''] = linksTo((await visit(url)).text, 'photo.txt')
    expect(link.startsWith(`${env.AWS_ENDPOINT_URL}/${env.S3_BUCKET}/${keys[0]}?X-Amz-`)).toBe(true)
    expect(await visit(link)).toEqual({ status: 200, text: 'light' })
    expect((await visit(link.replace(/\?.*/, ''))).status).toBe(403)
  })

  test('static files come from the bucket', async () => {
    const [, sheet = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec((await visit(url)).text) ?? []
    expect(await visit(sheet.replaceAll('&amp;', '&'))).toEqual({
      status: 200,
      text: readPackageFile('templates/django-docker/sample/notes/static/notes/notes.css'),
    })
    expect((await visit(`${url}/static/notes/notes.css`)).status).toBe(404)
  })

  test('hostile names of files and hostile texts are stored and shown as text', async () => {
    // The way a name takes through a form changes these two characters; and what is before a slash is a folder.
    const names = [...hostile, '<img src=x onerror=alert(1)>', "'); DROP TABLE notes_note; --"]
      .map(name => name.replace(/["\\\t]|.*\//g, '').trim())
      .filter(Boolean)
    for (const name of names)
      expect([name, (await addNote(url, name, { name, body: name })).status]).toEqual([name, 302])
    const page = (await visit(url)).text
    expect(page).not.toContain('<img')
    for (const name of names) {
      const [link = ''] = linksTo(page, name)
      expect(await visit(link)).toEqual({ status: 200, text: name })
    }
    expect(await notes(`SELECT text FROM notes_note WHERE file_name LIKE '%DROP TABLE notes_note%'`)).toBe(
      "'); DROP TABLE notes_note; --\n",
    )
  })

  test('a form counts only from its own site, also where the load balancer speaks HTTPS', async () => {
    const file = { name: 'x', body: 'x' }
    const through = ['-H', `Host: ${site}`, '-H', 'X-Forwarded-Proto: https']
    const from = async (origin: string) =>
      (await addNote(url, 'x', file, ...through, '-H', `Origin: ${origin}`, '-H', `Referer: ${origin}/`)).status
    expect([await from(`https://${site}`), await from('https://elsewhere.example')]).toEqual([302, 403])
  })

  test('a note without text or with too large a file is refused, a photo of some megabytes is not', async () => {
    expect((await addNote(url, '', { name: 'x', body: 'x' })).status).toBe(400)
    expect((await addNote(url, 'large', { name: 'x', body: 'x'.repeat(21 << 20) })).status).toBe(413)
    expect((await addNote(url, 'photo', { name: 'x', body: 'x'.repeat(5 << 20) })).status).toBe(302)
  })

  test('what is printed is the output of the container, and holds no secret', async () => {
    const { stdout, stderr } = await runtime.run(['logs', own])
    expect(stdout + stderr).toMatch(/"GET \/ HTTP\/1\.1" 200/)
    expect(stdout + stderr).toContain('spawned uWSGI worker 1')
    expect(stdout + stderr).not.toContain(password)
  })

  test('another container shows what the first one took', async () => {
    await serve('production', env)
    const page = (await visit(url)).text
    expect(page).toContain('<img'.replace('<', '&lt;'))
    const [link = ''] = linksTo(page, '<img src=x onerror=alert(1)>')
    expect(await visit(link)).toMatchObject({ status: 200 })
  })

  test('without its database it stays in service and says what is missing', async () => {
    await postgres.stop()
    expect((await visit(`${url}/healthz`)).status).toBe(200)
    expect(await visit(`${url}/demo/check`)).toEqual({
      status: 503,
      text: '{"ok": false, "database": "does not take a write"}',
    })
  })

  const notes = (sql: string) => postgres.query(sql, { user: 'writer', password, database: 'notes' })
})

const podman = (...args: string[]) => runtime.must('The test failed to ask Podman.', args, { timeout: 600_000 })

async function build(stage: string, file: string, ...more: string[]): Promise<void> {
  await podman('build', ...flags, ...more, '--tag', image(stage), '--file', file, folder)
}

const runFlags = (env: Record<string, string>) => [
  ...[...runtime.runFlags, ...ulimitFlags({ userNamespaces: false }), '--network', 'host', '--pull=never'],
  ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ...(env.DATABASE_TLS_CA?.startsWith('/') ? ['--volume', `${paper.path}/ca.pem:${env.DATABASE_TLS_CA}:ro`] : []),
]

/** Runs one command in a container of its own. */
async function once(stage: Stage, env: Record<string, string>, ...command: string[]): Promise<string> {
  return await podman('run', '--rm', ...runFlags(env), image(stage), ...command)
}

/** In place of what ran before. */
async function serve(stage: Stage, env: Record<string, string>): Promise<void> {
  await runtime.run(['rm', '--force', '--volumes', own])
  await podman('run', '--detach', '--name', own, ...runFlags(env), image(stage))
  for (let tries = 0; tries < 300; tries++) {
    if ((await visit(`${url}/healthz`).catch(() => undefined))?.status === 200) return
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error((await runtime.run(['logs', own])).stdout)
}

/** How its containers run, and every file of the application and its configuration. */
async function filesOf(stage: string): Promise<string> {
  const config = await podman('image', 'inspect', '--format', '{{json .Config}}', image(stage))
  const list =
    'find /etc/app /srv -type f -exec sha256sum {} + | sort; find /etc/app /srv /run/app -printf "%p %u %m\\n" | sort'
  return config + (await podman('run', '--rm', ...runFlags({}), image(stage), 'sh', '-c', list))
}

const database = (port: string, ca: string) => ({
  ...{ DATABASE_HOST: '127.0.0.1', DATABASE_PORT: port, DATABASE_NAME: 'notes', DATABASE_USER: 'writer' },
  ...{ DATABASE_PASSWORD: password, DATABASE_TLS_CA: ca },
})

async function makeDatabase({ port, ca, admin }: PostgresOfRds): Promise<void> {
  await run('install', ['-m', '644', ca, `${paper.path}/ca.pem`])
  const made = await run('python3', [packageFile('templates/machine/postgresql.py')], {
    env: {
      ...{ PATH: process.env.PATH, DB_HOST: '127.0.0.1', DB_PORT: String(port), DB_NAME: 'notes' },
      ...{ DB_USER: 'writer', DB_PASSWORD: password, DB_TLS_CA: ca },
      ...{ DB_ADMIN_USER: admin.user, DB_ADMIN_PASSWORD: admin.password },
    },
  })
  expect(made).toEqual({ code: 0, out: '', err: '' })
}
