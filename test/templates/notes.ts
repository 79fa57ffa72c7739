import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { packageFile } from '../../src/base/files.ts'
import { serve } from '../../src/emulator/server/server.ts'
import { freePort, paperFolder, run, start } from './support.ts'

/** A bucket of the embedded AWS, and what a machine's role is there for it: keys that the metadata service hands out. */
export interface Bucket {
  /** What an application finds in its environment. */
  env: Record<string, string>
  keys(): Promise<string[]>
  text(key: string): Promise<string>
  stop(): Promise<void>
}

const region = 'ap-northeast-1'

/** Starts both on loopback ports. */
export async function startBucket(): Promise<Bucket> {
  const sandbox = await serve({ speed: 1_000, seed: 1 })
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' }
  const s3 = new S3Client({ endpoint: sandbox.url, region, forcePathStyle: true, credentials })
  const Bucket = 'notes-of-people'
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }))
  const metadata = await startMetadata()
  return {
    env: {
      ...{ S3_BUCKET: Bucket, AWS_REGION: region, AWS_ENDPOINT_URL: sandbox.url },
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
    },
    async keys() {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
      return Contents.map(({ Key = '' }) => Key)
    },
    async text(Key) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
      return (await Body?.transformToString()) ?? ''
    },
    async stop() {
      await metadata.stop()
      s3.destroy()
      await sandbox.close()
    },
  }
}

async function startMetadata(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await paperFolder()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const id = 'ASIANOTES'
  const keys = { Code: 'Success', Type: 'AWS-HMAC', AccessKeyId: id, SecretAccessKey: id, Token: 'role-of-notes' }
  const role = '/latest/meta-data/iam/security-credentials'
  const facts = {
    [role]: 'notes',
    [`${role}/notes`]: JSON.stringify({ ...keys, LastUpdated: '@NOW@', Expiration: '@LATER@' }),
  }
  await writeFile(join(folder.path, 'facts.json'), JSON.stringify(facts))
  const program = packageFile('src/emulator/containers/programs/metadata.py')
  const args = [program, '127.0.0.1', String(port), join(folder.path, 'facts.json')]
  const server = await start('python3', args, {}, async () => (await fetch(url)).status === 401)
  return {
    url,
    async stop() {
      await server.stop()
      await folder.remove()
    },
  }
}

export interface Answer {
  status: number
  text: string
}

/** A browser that keeps its cookies for one request: what curl would ask, and what comes back. */
export async function visit(url: string, ...flags: string[]): Promise<Answer> {
  const { out, err } = await run('curl', ['--noproxy', '*', '-sS', '-w', '\n%{http_code}', ...flags, url])
  if (err) throw new Error(err)
  const [, text = '', status] = /^(.*)\n(\d+)$/s.exec(out) ?? []
  return { status: Number(status), text }
}

/** Sends the form of the page with a file, as a browser does. `flags`: of curl, for example headers. */
export async function addNote(url: string, text: string, file: { name: string; body: string }, ...flags: string[]) {
  const token = 'a'.repeat(32)
  const name = file.name.replace(/[\\"]/g, '\\$&')
  const folder = await paperFolder()
  const body = join(folder.path, 'body')
  await writeFile(body, file.body)
  const form = ['--form-string', `csrfmiddlewaretoken=${token}`, '--form-string', `text=${text}`]
  try {
    return await visit(
      `${url}/add`,
      ...['--cookie', `csrftoken=${token}`, ...form, '--form', `file=@"${body}";filename="${name}"`, ...flags],
    )
  } finally {
    await folder.remove()
  }
}

/** Where the links of a page with such a text lead. */
export function linksTo(page: string, text: string): string[] {
  return [...page.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g)]
    .filter(([, , shown = '']) => plain(shown) === text)
    .map(([, href = '']) => plain(href))
}

/** What a browser makes of escaped text. */
function plain(html: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#x27': "'", '#39': "'" }
  return html.replace(/&([#\w]+);/g, (written, name) => named[name] ?? written)
}
