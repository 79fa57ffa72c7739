import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile } from '../../src/base/files.ts'
import { nginxConf, setupScript } from '../../src/blueprints/rails/setup.ts'
import { type Sandbox, serve } from '../../src/commands/emulator.ts'
import { type Mariadb, startMariadb } from './mariadb.ts'
import { within } from './scripts.ts'
import { freePort, hostile, paperFolder, start } from './support.ts'

// Needs: nginx, rails

/**
 * The sample as the machine runs it, with Debian's Rails: a real MariaDB, prepared by the script's own chapters, puma,
 * nginx in front, and the embedded cloud's S3, which checks every signature. Its keys come from a metadata service.
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const region = 'ap-northeast-1'
const bucket = 'pictures-of-mine'
const folder = await paperFolder()
const app = join(folder.path, 'app')
const password = 'Pa$$w0`rd\\1 %x#'
const stops: (() => Promise<void>)[] = []
let server: Mariadb
let cloud: Sandbox
let s3: S3Client
let env: Record<string, string>
let url: string
let asked: string[]

beforeAll(async () => {
  server = await startMariadb()
  stops.push(server.stop)
  cloud = await serve({ speed: 1000, seed: 1 })
  stops.push(cloud.close)
  const keys = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' }
  s3 = new S3Client({ endpoint: cloud.url, region, credentials: keys, forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: region } }))
  const metadata = await role()
  await cp(packageFile('templates/rails/sample'), app, { recursive: true })
  await mkdir(join(app, 'public'))
  for (const name of ['bundle', 'ruby']) await symlink(`/usr/bin/${name}`, join(folder.path, name))
  env = {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C.UTF-8',
    HOME: folder.path,
    STACKWRIGHT_PACKAGES: 'distribution',
    DB_HOST: server.host,
    DB_PORT: String(server.port),
    DB_NAME: 'app_production',
    DB_USER: 'railsuser',
    DB_PASSWORD: password,
    DB_ADMIN_USER: server.admin,
    DB_ADMIN_PASSWORD: server.adminPassword,
    SECRET_KEY_BASE: 'only for tests '.repeat(4),
    S3_BUCKET: bucket,
    AWS_ENDPOINT_URL: cloud.url,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata,
  }
}, 300_000)

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
  await folder.remove()
})

test('several machines prepare the database at the same moment: each succeeds, one makes the table', async () => {
  expect(await chapter('install_gems; write_settings')).toMatchObject({ code: 0 })
  const runs = await Promise.all([1, 2, 3].map(() => chapter('prepare_database')))
  expect(runs.map(({ code, err }) => [code, err])).toEqual(runs.map(() => [0, '']))
  expect(runs.filter(ran => ran.out.includes('CreatePosts: migrated'))).toHaveLength(1)
  const { out } = await chapter('migrate', { DB_ADMIN_PASSWORD: 'unknown here' })
  expect(out).not.toContain('migrated')
})

test('a migration that fails fails the chapter, and lets the next machine in', async () => {
  const { code, out, err } = await chapter('APP=/nowhere; prepare_database; echo fine')
  expect(code).not.toBe(0)
  expect(out).not.toContain('fine')
  expect(err).not.toContain(server.adminPassword)
  expect((await chapter('prepare_database')).code).toBe(0)
})

test('a wrong password of the administrator is told without the password', async () => {
  const lines = 'sleep() { :; }; prepare_database'
  const { code, out, err } = await chapter(lines, { DB_ADMIN_PASSWORD: 'geheim-1' })
  expect(code).not.toBe(0)
  expect(out).toContain('does not let the administrator in')
  expect(err).toContain('Access denied for user')
  expect(out + err).not.toContain('geheim')
})

describe('behind nginx and puma', () => {
  const image = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(200_000)])

  beforeAll(serveIt, 120_000)

  test('an image is uploaded, lies in the bucket as it was, and is shown', async () => {
    const made = await add('First', image, 'x.png')
    expect(made.status).toBe(201)
    const post = (await made.json()) as { id: number; title: string; image: string }
    expect(post).toEqual({ id: post.id, title: 'First', image: `/posts/${post.id}/image` })
    const shown = await fetch(url + post.image)
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(digest(Buffer.from(await shown.arrayBuffer()))).toBe(digest(image))
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }))
    expect(Contents.map(({ Size }) => Size)).toEqual([image.length])
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: Contents[0]!.Key }))
    expect(object.ContentType).toBe('image/png')
    expect(digest(Buffer.from(await object.Body!.transformToByteArray()))).toBe(digest(image))
    expect(await (await fetch(url)).text()).toContain(`<img src="${post.image}"`)
  })

  test('the keys are asked of the machine’s role with a token, and not for every image', async () => {
    await add('Second', image, 'y.png')
    expect(asked.filter(path => path.endsWith('/web'))).toHaveLength(1)
  })

  test('hostile titles are stored and shown as text', async () => {
    const titles = [...hostile, '<script>alert(1)</script>'].map(title => title.trim()).filter(Boolean)
    for (const title of titles) expect((await add(title)).status).toBe(201)
    const all = (await (await fetch(`${url}/posts.json`)).json()) as { title: string }[]
    expect(
      all
        .slice(0, titles.length)
        .map(post => post.title)
        .reverse(),
    ).toEqual(titles)
    const page = await (await fetch(url)).text()
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toContain('<script>')
  })

  test('what is not an image, is too large or has no title is refused with the field', async () => {
    const page = Buffer.from('<svg onload=alert(1)>')
    expect(await refusal(await add('Page', page, 'x.png'))).toEqual([400, ['image']])
    const large = Buffer.concat([image, Buffer.alloc(5 * 1024 * 1024)])
    expect(await refusal(await add('Large', large, 'x.png'))).toEqual([400, ['image']])
    expect(await refusal(await add(''))).toEqual([400, ['title']])
    expect(await refusal(await add('x'.repeat(101)))).toEqual([400, ['title']])
    const words = await fetch(`${url}/posts.json`, {
      method: 'POST',
      body: new URLSearchParams({ title: 'a', image: 'b' }),
    })
    expect(await refusal(words)).toEqual([400, ['image']])
    expect((await fetch(`${url}/posts/99999/image`)).status).toBe(404)
    expect((await fetch(`${url}/nowhere`)).status).toBe(404)
  })

  test('a form sent by a browser comes back to the page', async () => {
    const answer = await sendForm('By hand', await openPage())
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${url}/`])
  })

  test('a form without the token of its page, or sent from a page of another site, is refused', async () => {
    const { cookie, token } = await openPage()
    expect((await sendForm('Forged', { cookie, token: '' })).status).toBe(422)
    expect((await sendForm('Forged', { cookie: '', token })).status).toBe(422)
    expect((await sendForm('Forged', { cookie, token }, { origin: 'https://elsewhere.example' })).status).toBe(422)
    expect(await (await fetch(url)).text()).not.toContain('Forged')
  })

  test('behind a load balancer that ends TLS the way back is https, and the form counts as sent from there', async () => {
    const home = url.replace('http:', 'https:')
    const answer = await sendForm('Safely', await openPage(), { 'x-forwarded-proto': 'https', origin: home })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${home}/`])
  })

  test('each answer tells which machine gave it, and nginx tells no version', async () => {
    const answer = await fetch(`${url}/health`)
    expect(answer.headers.get('x-served-by')).toBeTruthy()
    expect(answer.headers.get('server')).toBe('nginx')
    expect(await answer.json()).toEqual({ ok: true })
  })

  test('/demo/check writes and reads through the database, and leaves nothing', async () => {
    const answer = await fetch(`${url}/demo/check`)
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }])
    const posts = (await (await fetch(`${url}/posts.json`)).json()) as { title: string }[]
    expect(posts.filter(({ title }) => title === 'check')).toEqual([])
  })

  test('without the bucket an upload is refused with 502 and nothing is stored; without the database health says 503', async () => {
    const before = await server.query('SELECT COUNT(*) FROM app_production.posts')
    await cloud.close()
    expect((await add('Lost', image, 'x.png')).status).toBe(502)
    expect(await server.query('SELECT COUNT(*) FROM app_production.posts')).toBe(before)
    const unproven = await fetch(`${url}/demo/check`)
    expect([unproven.status, await unproven.json()]).toEqual([503, { ok: false, bucket: 'does not answer' }])
    await server.stop()
    const ill = await fetch(`${url}/health`)
    expect([ill.status, await ill.json()]).toEqual([503, { ok: false, database: 'does not answer' }])
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
  })
})

/** Runs chapters of the set-up script here instead of on a machine: other folders, and no other user. */
function chapter(lines: string, more: Record<string, string> = {}) {
  const here = `export -n DB_PASSWORD DB_ADMIN_PASSWORD
    ROOT=${folder.path}; STAMPS=$ROOT; APP=${app}; ENV_FILE=$ROOT/rails.env; DB_TLS_CA=; as_user() { env "$@"; }`
  return within(setupScript({}), `${here}\n${lines}`, { ...env, ...more })
}

async function serveIt(): Promise<void> {
  const appPort = await freePort()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  const begin = `set -a; . ${folder.path}/rails.env; cd ${app}; exec ${folder.path}/bundle exec puma -e production -b tcp://127.0.0.1:${appPort} -w 2 -t 1:5`
  const puma = await start('/bin/bash', ['-c', begin], { env: { PATH: env.PATH, LC_ALL: 'C.UTF-8' } }, async () => {
    return (await fetch(`http://127.0.0.1:${appPort}/health/live`)).ok
  })
  stops.push(puma.stop)
  const site = nginxConf({ 'app.port': appPort, 'backend.port': port })
    .replaceAll('/var/log/nginx', folder.path)
    .replace('/var/www/sample', app)
  const file = join(folder.path, 'nginx.conf')
  await writeFile(file, `daemon off;\npid ${folder.path}/nginx.pid;\nevents {}\nhttp {\n${site}}\n`)
  const nginx = await start(
    'nginx',
    ['-c', file, '-e', 'stderr'],
    {},
    async () => (await fetch(`${url}/health/live`)).ok,
  )
  stops.push(nginx.stop)
}

/** The metadata service of a machine with a role, version 2: nothing without a token. */
async function role(): Promise<string> {
  asked = []
  const token = 'a-token-of-the-machine'
  const until = new Date(Date.now() + 6 * 3_600_000).toISOString()
  const answers: Record<string, string> = {
    '/latest/meta-data/iam/security-credentials/': 'web\n',
    '/latest/meta-data/iam/security-credentials/web': JSON.stringify({
      Code: 'Success',
      AccessKeyId: 'sandbox-sts',
      SecretAccessKey: 'sandbox-sts',
      Token: 'live',
      Expiration: until.replace(/\.\d+/, ''),
    }),
    '/latest/meta-data/placement/region': region,
  }
  const service = createServer((request, response) => {
    const path = request.url ?? ''
    if (request.method === 'PUT' && path === '/latest/api/token') return response.end(token)
    asked.push(path)
    if (request.headers['x-aws-ec2-metadata-token'] !== token) return response.writeHead(401).end()
    const answer = answers[path]
    return answer === undefined ? response.writeHead(404).end() : response.end(answer)
  })
  await new Promise<void>(resolve => service.listen(0, '127.0.0.1', resolve))
  stops.push(async () => void service.close())
  return `http://127.0.0.1:${(service.address() as AddressInfo).port}`
}

function add(title: string, file?: Buffer, name = ''): Promise<Response> {
  const form = new FormData()
  form.append('title', title)
  if (file) form.append('image', new Blob([new Uint8Array(file)], { type: 'image/png' }), name)
  return fetch(`${url}/posts.json`, { method: 'POST', body: form })
}

interface Visit {
  cookie: string
  token: string
}

/** What a browser keeps of the page with the form. */
async function openPage(): Promise<Visit> {
  const answer = await fetch(url)
  const token = /name="authenticity_token" value="([^"]+)"/.exec(await answer.text())?.[1] ?? ''
  return { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0]!, token }
}

function sendForm(title: string, { cookie, token }: Visit, more: Record<string, string> = {}): Promise<Response> {
  const headers = { accept: 'text/html', cookie, ...more }
  const body = new URLSearchParams({ title, authenticity_token: token })
  return fetch(`${url}/posts`, { method: 'POST', body, headers, redirect: 'manual' })
}

async function refusal(answer: Response): Promise<[number, string[]]> {
  const { errors } = (await answer.json()) as { errors: object }
  return [answer.status, Object.keys(errors)]
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
