import { X509Certificate } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { slowly } from '../aws/support.ts'
import { describeFaults } from './faults.ts'
import { describeNoticedLate } from './noticed-late.ts'
import { describeReach } from './reach.ts'
import { buildShop, domain, type Shop, type Told, visit } from './shop.ts'

let shop: Shop
let made: Told

beforeAll(async () => ({ shop, made } = await buildShop()), 20 * 60_000)

afterAll(async () => await shop?.close(), 120_000)

/** A real PNG of two by two points. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEklEQVR42mM4oaGhUXGCAUIBACIeBQEWwDnCAAAAAElFTkSuQmCC',
  'base64',
)

/** What a browser sends when the person fills in the form of a page: its own fields, its cookie, where it comes from. */
async function sendForm(page: string, cookie: string, title: string, file: Buffer) {
  const form = /<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/.exec(page)
  if (!form) throw new Error(`there is no form in ${page}`)
  const data = new FormData()
  for (const [, name, value] of form[2]!.matchAll(/type="hidden" name="([^"]+)" value="([^"]+)"/g))
    data.append(name!, value!)
  data.append('title', title)
  data.append('image', new Blob([new Uint8Array(file)], { type: 'image/png' }), 'picture.png')
  const packed = new Response(data)
  const headers = { 'content-type': packed.headers.get('content-type')!, cookie, origin: `https://${domain}` }
  const body = Buffer.from(await packed.arrayBuffer())
  return await shop.visit(form[1]!, { method: 'POST', headers, body })
}

const cookieOf = (headers: IncomingHttpHeaders) => (headers['set-cookie'] ?? [])[0]?.split(';')[0] ?? ''

describe('Rails in machines that really run', () => {
  it('is built to its end by the program alone, with an address that is HTTPS', () => {
    expect(made.last, JSON.stringify(made.last) + made.stderr).toMatchObject({ is: 'done' })
    expect(made.last.outputs.url).toMatch(/^https:/)
  })

  it('is trusted only by who trusts the sandbox’s authority, and only for its name', async () => {
    expect((await shop.visit('/')).status).toBe(200)
    await expect(shop.visit('/', { ca: undefined })).rejects.toThrow(/certificate/)
    await expect(shop.visit('/', { servername: 'www.example.org' })).rejects.toThrow(/altnames/)
    expect(new X509Certificate(shop.authority).ca).toBe(true)
  })

  it('sends HTTP to HTTPS, with the path that was asked for', async () => {
    const url = await shop.reach(domain, 80)
    expect(url).toMatch(/^http:/)
    const { status, headers } = await visit(url!, '/posts?page=2')
    expect([status, headers.location]).toEqual([301, `https://${domain}:443/posts?page=2`])
  })

  it('takes an image from its form, keeps it in the bucket and shows the very bytes', async () => {
    const before = await shop.visit('/')
    expect(before.body.toString()).toContain('<h1>Rails works</h1>')
    const sent = await sendForm(before.body.toString(), cookieOf(before.headers), 'A <small> picture', picture)
    expect([sent.status, sent.headers.location]).toEqual([302, `https://${domain}/`])

    const after = (await shop.visit('/')).body.toString()
    expect(after).toContain('A &lt;small&gt; picture')
    const [, link = ''] = /<img src="([^"]+)"/.exec(after) ?? []
    const shown = await shop.visit(link)
    expect([shown.status, shown.headers['content-type']]).toEqual([200, 'image/png'])
    expect(shown.body.equals(picture)).toBe(true)

    const { Contents = [] } = await shop.s3.listObjectsV2({ Bucket: shop.bucket })
    expect(Contents).toHaveLength(1)
    const object = await shop.s3.getObject({ Bucket: shop.bucket, Key: Contents[0]!.Key })
    expect(object.ContentType).toBe('image/png')
    expect(Buffer.from(await object.Body!.transformToByteArray()).equals(picture)).toBe(true)
  })

  it('refuses a form without the token of its page', async () => {
    const { body, headers } = await shop.visit('/')
    const page = body.toString().replace(/name="authenticity_token" value="[^"]+"/, '')
    expect((await sendForm(page, cookieOf(headers), 'Forged', picture)).status).toBe(422)
  })

  it('has the row in MariaDB, made by the application’s own user', async () => {
    const sql = 'SELECT CONCAT_WS("|", title, image_type) FROM app_production.posts'
    const rows = await shop.inside('database', `mariadb --socket=/run/mysqld/mysqld.sock -BN -e '${sql}'`)
    expect(rows.trim().split('\n')).toEqual(['A <small> picture|image/png'])
    const grants = await shop.inside(
      'database',
      `mariadb --socket=/run/mysqld/mysqld.sock -BN -e 'SHOW GRANTS FOR railsuser'`,
    )
    expect(grants).toContain('`app\\\\_production`.*')
  })

  it('is served by both web servers', async () => {
    for (let n = 0; n < 8; n++) await shop.visit(`/?visit=${n}`, { headers: { 'user-agent': 'a visitor' } })
    for (const id of [shop.first, shop.second]) {
      expect(await shop.inside(id, 'cat /var/log/nginx/access.log'), id).toMatch(/"GET \/\?visit=\d HTTP.*a visitor/)
      expect(await shop.inside(id, 'journalctl -u stackwright-rails -o cat'), id).toContain('Started GET "/?visit=')
    }
  })
})

describeReach(() => shop)
describeFaults(() => shop)
describeNoticedLate(() => shop)

describe('The end of the stack', () => {
  it('needs --yes without a terminal, and names the data that dies', async () => {
    const refused = await shop.command('teardown')
    expect(refused.code).toBe(2)
    expect((await shop.visit('/')).status).toBe(200)
  })

  it('leaves no object, no earlier version and no container', async () => {
    const { Contents = [] } = await shop.s3.listObjectsV2({ Bucket: shop.bucket })
    // A person removed a picture in the console; in this bucket its earlier version is still there.
    await shop.s3.deleteObject({ Bucket: shop.bucket, Key: Contents[0]!.Key })
    const { Versions = [], DeleteMarkers = [] } = await shop.s3.listObjectVersions({ Bucket: shop.bucket })
    expect([Versions.length, DeleteMarkers.length]).toEqual([1, 1])
    const gone = await shop.command('teardown', '--yes')
    expect(gone.last, JSON.stringify(gone.last)).toMatchObject({ is: 'done' })
    const losses = (gone.events.find(event => event.is === 'plan')!.changes as { type: string; notes?: string[] }[])
      .filter(line => line.notes?.includes('Its data is lost with it.'))
      .map(line => line.type)
    expect(losses.sort()).toEqual(['aws:bucket', 'aws:db-instance'])
    await expect(shop.s3.headBucket({ Bucket: shop.bucket })).rejects.toThrow()
    const left = async () =>
      (await shop.runtime.run(['ps', '--all', '--quiet', '--filter', `label=stackwright.sandbox=${shop.sandbox}`]))
        .stdout
    expect(await slowly(left, text => text === '', 120)).toBe('')
  }, 600_000)
})
