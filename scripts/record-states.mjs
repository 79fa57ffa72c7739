// Records stacks as a released version leaves them, for test/promises/old-states.test.ts: finished, killed while it
// was built, and killed while it was removed. Each fixture is the stack's own folder, the embedded cloud's data that
// goes with it, and the calls that were on their way when the kill came.
// Usage: node scripts/record-states.mjs FOLDER-OF-A-BUILT-VERSION [blueprint…]; needs that version's node_modules.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as forward } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const to = resolve(dirname(fileURLToPath(import.meta.url)), '../test/fixtures/states')
const [version, ...only] = process.argv.slice(2)
if (!version || !existsSync(join(version, 'bin/stackwright.js'))) {
  console.error('Name the folder of a built version.')
  process.exit(2)
}
const bin = resolve(version, 'bin/stackwright.js')
/** The folders of the first version are named without it. */
const number = JSON.parse(readFileSync(join(version, 'package.json'), 'utf8')).version
const prefix = number === '0.1.0' ? '' : `${number}-`

/**
 * What is built, and the calls at which the kill comes: the nth of an action, stopped on its way to the cloud
 * (`before`) or on its way back (`after`). The kill comes when all are on their way.
 */
const SUBJECTS = {
  django: {
    set: { 'machine.count': 2 },
    up: { before: ['RunInstances 1'], after: ['RunInstances 2', 'CreateDBInstance 1'] },
    down: { before: ['DeleteInstance 1'], after: ['DeleteDBInstance 1'] },
  },
  rails: {
    set: { 'domain.zone': 'route53', 'domain.name': 'www.shop-of-tests.com', 'bucket.versioned': 'yes' },
    zone: 'shop-of-tests.com',
    up: { before: ['CreateNatGateway 1'], after: ['CreateDBInstance 1', 'RequestCertificate 1'] },
    down: { before: ['DeleteDBInstance 1'], after: ['TerminateInstances 1'] },
  },
  'three-tier': {
    set: { 'web.targetCpu': 50, 'tier.targetCpu': 50 },
    up: { before: ['CreateNatGateway 1'], after: ['CreateDBCluster 1', 'CreateLaunchTemplate 1'] },
    down: { before: ['DeleteNatGateway 1'], after: ['DeleteAutoScalingGroup 1'] },
  },
}

for (const [blueprint, subject] of Object.entries(SUBJECTS)) {
  if (only.length > 0 && !only.includes(blueprint)) continue
  await record(blueprint, 'finished', subject, async cwd => {
    finish(cwd, blueprint, subject)
  })
  await record(blueprint, 'half-built', subject, (cwd, url) => killed(cwd, url, upOf(blueprint, subject), subject.up))
  await record(blueprint, 'half-removed', subject, (cwd, url) => {
    finish(cwd, blueprint, subject)
    return killed(cwd, url, ['teardown', '--yes', '--stack', 'shop'], subject.down)
  })
}

async function record(blueprint, half, { zone }, work) {
  const cwd = mkdtempSync(join(tmpdir(), 'sw-record-'))
  const start = ['sandbox', 'start', '--speed', '3000', '--seed', '1', '--json']
  const { url } = JSON.parse(stackwright(cwd, start).stdout)
  if (zone) await makeZone(url, zone)
  const sent = (await work(cwd, url)) ?? []
  // Until everything that was made can be seen everywhere.
  await wait(500)
  stackwright(cwd, ['sandbox', 'stop'])
  const folder = join(to, `${prefix}${blueprint}-${half}`)
  // What was released does not change: neither does what it left. `mkdir` refuses a folder that is there.
  mkdirSync(folder)
  cpSync(join(cwd, '.stackwright/shop'), join(folder, 'stack'), {
    recursive: true,
    filter: from => !from.endsWith('/lock'),
  })
  writeFileSync(
    join(folder, 'world.jsonl'),
    still(readFileSync(join(cwd, '.stackwright/.sandbox/world.jsonl'), 'utf8')),
  )
  if (sent.length > 0) writeFileSync(join(folder, 'sent.json'), `${JSON.stringify(sent, null, 1)}\n`)
  rmSync(cwd, { recursive: true, force: true })
  console.log(`${blueprint}-${half}: ${sent.map(({ action, moment }) => `${action} ${moment}`).join(', ') || 'done'}`)
}

/** The journal as one transaction, without the local ports of that computer. */
function still(text) {
  const [head, ...lines] = text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
  const things = new Map()
  const tokens = new Map()
  for (const { put = [], drop = [], tokens: used = [] } of lines) {
    for (const thing of put) things.set(`${thing.type} ${thing.id}`, thing)
    for (const name of drop) things.delete(name)
    for (const [name, token] of used) tokens.set(name, token)
  }
  const { clock, random } = lines.at(-1)
  const all = { clock, random, put: [...things.values()], tokens: [...tokens] }
  return `${JSON.stringify(head)}\n${JSON.stringify(all)}\n`
}

function upOf(blueprint, { set }) {
  const answers = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  return ['up', '--sandbox', '--yes', '--stack', 'shop', '--blueprint', blueprint, ...answers]
}

function finish(cwd, blueprint, subject) {
  stackwright(cwd, upOf(blueprint, subject))
}

function stackwright(cwd, args) {
  const ended = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8' })
  if (ended.status !== 0) throw new Error(`${args.join(' ')}: ${ended.stdout}${ended.stderr}`)
  return ended
}

/** Runs the command through a proxy that stops the calls at their points, and kills it then. Returns those calls. */
async function killed(cwd, url, args, points) {
  const stopped = []
  const counts = new Map()
  const wanted = points.before.length + points.after.length
  let kill
  const stop = (moment, call) => {
    if (!points[moment].includes(`${call.action} ${call.nth}`)) return false
    stopped.push({ moment, ...call })
    if (stopped.length === wanted) kill()
    return true
  }
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const action = actionOf(request, body)
    counts.set(action, (counts.get(action) ?? 0) + 1)
    const call = { action, nth: counts.get(action), body: body.toString() }
    if (stop('before', call)) return
    const passing = forward(new URL(request.url, url), { method: request.method, headers: request.headers })
    passing.on('response', async answer => {
      const content = await bodyOf(answer)
      if (stop('after', call)) return
      response.writeHead(answer.statusCode, answer.headers).end(content)
    })
    passing.end(body)
  })
  await new Promise(done => server.listen(0, '127.0.0.1', done))
  const env = { ...process.env, STACKWRIGHT_SANDBOX_URL: `http://127.0.0.1:${server.address().port}` }
  const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk))
  kill = () => child.kill('SIGKILL')
  const patience = setTimeout(kill, 60_000)
  await new Promise(done => child.on('close', done))
  clearTimeout(patience)
  server.close()
  server.closeAllConnections()
  if (stopped.length < wanted) throw new Error(`only ${stopped.map(({ action }) => action)} of ${wanted} came: ${said}`)
  return stopped.sort((a, b) => (`${a.action} ${a.nth}` < `${b.action} ${b.nth}` ? -1 : 1))
}

function actionOf({ method, url, headers }, body) {
  const form = new URLSearchParams(body.toString())
  const query = new URL(url, 'http://x').searchParams
  const target = String(headers['x-amz-target'] ?? '').split('.')[1]
  return headers['x-acs-action'] ?? target ?? form.get('Action') ?? query.get('Action') ?? `${method} ${url}`
}

async function bodyOf(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function makeZone(url, name) {
  const { CreateHostedZoneCommand, Route53Client } = createRequire(bin)('@aws-sdk/client-route-53')
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' }
  const client = new Route53Client({ endpoint: url, region: 'ap-northeast-1', credentials })
  await client.send(new CreateHostedZoneCommand({ Name: name, CallerReference: 'years ago' }))
}
