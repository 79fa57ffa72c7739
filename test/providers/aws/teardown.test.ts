import { S3 } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, serve } from '../../../src/commands/emulator.ts'
import { config } from '../../emulator/aws/support.ts'
import { bareEnv, bin, run } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'
import { startTerminal, type Terminal } from '../../support/terminal.ts'

// Protected, versioned and in use: what makes removals by hand take an afternoon.
const stacks = {
  rails: ['bucket.versioned=yes', 'database.deletionProtection=yes'],
  'three-tier': ['aurora.deletionProtection=yes'],
}

let sandbox: Sandbox
let terminal: Terminal | undefined

beforeAll(async () => {
  sandbox = await serve({ speed: 100 })
})
afterEach(() => terminal?.close())
afterAll(() => sandbox.close())

async function built(blueprint: keyof typeof stacks): Promise<string> {
  const cwd = await emptyFolder()
  const set = stacks[blueprint].flatMap(answer => ['--set', answer])
  const up = ['up', '--sandbox', '--yes', '--blueprint', blueprint, '--stack', 'shop', ...set]
  const ended = await run(up, { cwd, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: sandbox.url }) })
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  return cwd
}

/** Three versions of one object, a deleted object, and an unfinished upload. */
async function fill(): Promise<void> {
  const s3 = new S3({ ...config(sandbox.url), forcePathStyle: true })
  const Bucket = (await s3.listBuckets({})).Buckets![0]!.Name!
  for (const Body of ['one', 'two', 'three']) await s3.putObject({ Bucket, Key: 'logo.png', Body })
  await s3.putObject({ Bucket, Key: 'old.png', Body: 'old' })
  await s3.deleteObject({ Bucket, Key: 'old.png' })
  await s3.createMultipartUpload({ Bucket, Key: 'half.png' })
  const { Versions, DeleteMarkers } = await s3.listObjectVersions({ Bucket })
  expect([Versions!.length, DeleteMarkers!.length]).toEqual([4, 1])
}

/** Network interfaces of load balancers that were there when no load balancer was any more, as long as `work` takes. */
async function lingering(work: Promise<unknown>): Promise<Set<string>> {
  const seen = new Set<string>()
  const look = () => {
    const things = sandbox.world.all()
    if (things.some(({ type }) => type === 'load-balancer')) return
    for (const { id, type, data } of things) {
      if (type === 'network-interface' && String(data.description).startsWith('ELB ')) seen.add(id)
    }
  }
  const timer = setInterval(look, 5)
  await work.finally(() => clearInterval(timer))
  return seen
}

function teardownIn(cwd: string): Terminal {
  const env = { HOME: cwd, STACKWRIGHT_SANDBOX_URL: sandbox.url }
  return startTerminal([process.execPath, bin, 'teardown', '--stack', 'shop'], { columns: 120, rows: 50, env, cwd })
}

/** Up to the question whose answer removes everything; no last backup is wanted. */
async function asked(open: Terminal): Promise<string> {
  await open.waitFor('Keep a final backup', 60_000)
  open.key('Enter')
  await open.waitFor('Type shop to confirm')
  return open.history()
}

describe.each(['rails', 'three-tier'] as const)('a %s stack that is protected, full and in use', blueprint => {
  let cwd: string

  beforeAll(async () => {
    cwd = await built(blueprint)
    if (blueprint === 'rails') await fill()
  })

  it('stays wholly when the name typed is another one; what dies with it is said before', async () => {
    const before = sandbox.inventory()
    terminal = teardownIn(cwd)
    const said = await asked(terminal)
    expect(said).toContain('Its data is lost with it.')
    expect(said).toContain('Its deletion protection is switched off first.')
    if (blueprint === 'rails') expect(said).toContain('So are the old versions of its objects.')
    terminal.type('shap')
    terminal.key('Enter')
    await terminal.waitFor('Type shop')
    terminal.key('C-c')
    expect(await terminal.exit()).toBe(130)
    expect(sandbox.inventory()).toEqual(before)
  })

  it('is gone after one run, though network interfaces outlive what they belonged to', async () => {
    terminal = teardownIn(cwd)
    await asked(terminal)
    terminal.type('shop')
    terminal.key('Enter')
    const outlived = await lingering(terminal.exit(120_000).then(code => expect(code).toBe(0)))
    expect(outlived.size).toBeGreaterThan(0)
    expect(sandbox.inventory()).toEqual([])
  })
})
