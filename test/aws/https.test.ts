import { request } from 'node:https'
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serve } from '../../src/sandbox/server.ts'
import { bareEnv, emptyFolder, eventsOf, run } from '../support/bin.ts'

let server: Awaited<ReturnType<typeof serve>>
let dns: Route53Client
let cwd: string
beforeEach(async () => {
  server = await serve({ speed: 1000 })
  cwd = await emptyFolder()
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' }
  dns = new Route53Client({ region: 'us-east-1', endpoint: server.url, credentials })
})
afterEach(async () => {
  dns.destroy()
  await server.close()
})

const stackwright = async (...args: string[]) => {
  const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: server.url })
  const ended = await run([...args, '--yes', '--json'], { cwd, env })
  return { ...ended, last: eventsOf(ended).at(-1) as { is: string; outputs?: Record<string, string> } }
}
const up = (...sets: string[]) =>
  stackwright('up', '--blueprint', 'rails', '--sandbox', ...sets.flatMap(set => ['--set', set]))

async function makeZone(name: string): Promise<string> {
  const made = await dns.send(new CreateHostedZoneCommand({ Name: name, CallerReference: name }))
  return made.HostedZone!.Id!.replace('/hostedzone/', '')
}

/** The status and the certificate's name that a browser gets which trusts the embedded cloud's authority. */
async function browse(url: string, host: string): Promise<{ status: number; names: string | undefined }> {
  const { certificate } = (await (await fetch(new URL('/-/authority', server.url))).json()) as { certificate: string }
  const { hostname, port } = new URL(url)
  const options = {
    hostname,
    port,
    path: '/health',
    servername: host,
    headers: { host },
    ca: certificate,
    agent: false,
  }
  return new Promise((resolve, reject) => {
    const asked = request(options, response => {
      const { subjectaltname } = (response.socket as import('node:tls').TLSSocket).getPeerCertificate()
      response.resume().on('end', () => resolve({ status: response.statusCode!, names: subjectaltname }))
    })
    asked.on('error', reject).end()
  })
}

describe('A domain in Route 53', () => {
  test('gets a certificate, HTTPS and its record, and leaves the zone as it was', async () => {
    const zone = await makeZone('example.com')
    const ended = await up('domain.zone=route53', 'domain.name=www.example.com')
    expect(ended.stderr + JSON.stringify(ended.last)).not.toContain('"failed"')
    expect(ended.code).toBe(0)
    const url = ended.last.outputs!.url!
    expect(url).toMatch(/^https:/)
    expect(await browse(url, 'www.example.com')).toEqual({ status: 200, names: 'DNS:www.example.com' })
    expect(server.inventory().map(({ type }) => type)).toContain('certificate')
    const gone = await stackwright('teardown')
    expect(gone.code).toBe(0)
    expect(server.inventory().map(({ type, id }) => [type, id])).toEqual([['hosted-zone', zone]])
  })

  test('that this account does not have is told before anything is made', async () => {
    await makeZone('example.org')
    const ended = await up('domain.zone=route53', 'domain.name=www.example.com')
    expect(ended.code).toBe(2)
    expect(JSON.stringify(ended.last)).toContain('example.org')
    expect(server.inventory().filter(({ type }) => type !== 'hosted-zone')).toEqual([])
  })
})

describe('A domain whose DNS is elsewhere', () => {
  test('is served over HTTP at first, with the records to add; over HTTPS once they are there', async () => {
    const first = await up('domain.zone=elsewhere', 'domain.name=www.example.com')
    expect(first.code).toBe(0)
    const outputs = first.last.outputs!
    expect(outputs.url).toMatch(/^http:/)
    const [proof = '', way = ''] = [outputs['dns.1'], outputs['dns.2']]
    expect(proof).toMatch(/^_\w+\.www\.example\.com\.? CNAME _\w+\.\S+$/)
    expect(way).toBe(`www.example.com CNAME ${outputs['load-balancer.dnsName']}`)

    // What the person's own DNS would do.
    const [Name, , Value] = proof.split(' ')
    const record = { Name, Type: 'CNAME' as const, TTL: 60, ResourceRecords: [{ Value }] }
    const Changes = [{ Action: 'CREATE' as const, ResourceRecordSet: record }]
    const HostedZoneId = await makeZone('example.com')
    await dns.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }))

    const second = await up('domain.wait=yes')
    expect(second.code).toBe(0)
    expect(second.last.outputs!.url).toMatch(/^https:/)
    expect((await browse(second.last.outputs!.url!, 'www.example.com')).status).toBe(200)
  })
})
