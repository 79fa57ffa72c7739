import { request } from 'node:https'
import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm'
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serve } from '../../../src/commands/emulator.ts'
import { bareEnv, eventsOf, type Running, run, start } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'

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

  test('that this account does not have is reported before anything is created', async () => {
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
    const field = (n: number, name: string) => outputs[`dns.${n}.${name}`]
    expect(field(1, 'name')).toMatch(/^_\w+\.www\.example\.com$/)
    expect(field(1, 'type')).toBe('CNAME')
    expect(field(1, 'value')).toMatch(/^_\w+\.\w+\.acm-validations\.aws$/)
    expect([field(2, 'name'), field(2, 'type'), field(2, 'value')]).toEqual([
      'www.example.com',
      'CNAME',
      outputs['balancer.load-balancer.dnsName'],
    ])
    expect(outputs['dns.afterwards']).toBe('stackwright up --stack rails --set domain.wait=yes')

    await addRecord(field(1, 'name')!, field(1, 'value')!)
    const second = await up('domain.wait=yes')
    expect(second.code).toBe(0)
    expect(second.last.outputs!.url).toMatch(/^https:/)
    expect((await browse(second.last.outputs!.url!, 'www.example.com')).status).toBe(200)
    expect(second.last.outputs, 'nothing is left to answer').not.toHaveProperty('dns.afterwards')
    expect(second.last.outputs, 'the name still has to lead there').toHaveProperty('dns.2.name')
  })

  test('is waited for where that is wanted: the record is shown as forms ask for it, and the run goes on once it is there', async () => {
    const waiting = begin('--set', 'domain.zone=elsewhere', '--set', 'domain.name=www.example.com', ...wait)
    const record = await asked(waiting)
    await addRecord(record.name, record.value)
    const ended = await waiting.ended
    expect(ended.code, ended.stderr).toBe(0)
    expect(ended.stdout).toMatch(/^url +https:/m)
    expect((await browse(/^url +(\S+)/m.exec(ended.stdout)![1]!, 'www.example.com')).status).toBe(200)
  })

  test('can be stopped while it waits: the same command waits on, and HTTP can be had instead', async () => {
    const first = begin('--set', 'domain.zone=elsewhere', '--set', 'domain.name=www.example.com', ...wait)
    const record = await asked(first)
    first.child.kill('SIGINT')
    expect((await first.ended).code).toBe(130)

    const again = begin()
    expect(await asked(again)).toEqual(record)
    again.child.kill('SIGINT')
    expect((await again.ended).code).toBe(130)

    const plain = await up('domain.wait=no')
    expect([plain.code, plain.last.outputs?.url]).toEqual([0, expect.stringMatching(/^http:/)])
    await addRecord(record.name, record.value)
    const secure = await up('domain.wait=yes')
    expect([secure.code, secure.last.outputs?.url]).toEqual([0, expect.stringMatching(/^https:/)])
    const certificates = server.inventory().filter(({ type }) => type === 'certificate')
    expect(certificates, 'one certificate all along').toHaveLength(1)
  })

  test('of which nothing comes can be given up, and its certificate goes', async () => {
    const first = begin('--set', 'domain.zone=elsewhere', '--set', 'domain.name=www.example.com', ...wait)
    await asked(first)
    first.child.kill('SIGINT')
    expect((await first.ended).code).toBe(130)
    const without = await up('domain.zone=none')
    expect([without.code, without.last.outputs?.url]).toEqual([0, expect.stringMatching(/^http:/)])
    expect(server.inventory().filter(({ type }) => type === 'certificate')).toEqual([])
  })
})

const wait = ['--set', 'domain.wait=yes']

/** A run as a person starts it without a terminal, who reads along. */
function begin(...more: string[]): Running & { said(): string } {
  const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: server.url })
  const running = start(['up', '--blueprint', 'rails', '--sandbox', '--yes', ...more], { cwd, env })
  let said = ''
  running.child.stderr?.on('data', chunk => (said += chunk))
  return { ...running, said: () => said }
}

/** The record that a run asks for, read as a person copies it into a form. */
async function asked({ said }: { said(): string }): Promise<{ name: string; value: string }> {
  const record = /Name: +(_\S+[^.\s])\nType: +CNAME\nValue: +(_\S+[^.\s])\n/
  await expect.poll(said, { timeout: 60_000 }).toMatch(record)
  const [, name = '', value = ''] = record.exec(said())!
  expect(said()).toContain('The certificate for www.example.com waits for a proof')
  return { name, value }
}

/** What the person's own DNS would do. */
async function addRecord(Name: string, Value: string): Promise<void> {
  const record = { Name, Type: 'CNAME' as const, TTL: 60, ResourceRecords: [{ Value }] }
  const Changes = [{ Action: 'CREATE' as const, ResourceRecordSet: record }]
  const HostedZoneId = await makeZone('example.com')
  await dns.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }))
}

describe('A certificate that exists already', () => {
  const acm = () => {
    const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' }
    return new ACMClient({ region: 'ap-northeast-1', endpoint: server.url, credentials })
  }
  const use = (arn: string, name: string) =>
    up('domain.zone=certificate', `https.certificateArn=${arn}`, `domain.name=${name}`)

  /** A certificate of somebody else's, proven in a zone or not. */
  async function certificate(name: string, zone?: string): Promise<string> {
    const client = acm()
    const wish = { DomainName: name, SubjectAlternativeNames: [`*.${name}`], ValidationMethod: 'DNS' as const }
    const { CertificateArn } = await client.send(new RequestCertificateCommand(wish))
    const read = async () =>
      (await client.send(new DescribeCertificateCommand({ CertificateArn })).catch(() => undefined))?.Certificate
    await expect.poll(async () => (await read())?.DomainValidationOptions?.[0]?.ResourceRecord).toBeDefined()
    if (zone === undefined) return CertificateArn!
    const record = (await read())!.DomainValidationOptions![0]!.ResourceRecord!
    const set = { Name: record.Name, Type: record.Type, TTL: 60, ResourceRecords: [{ Value: record.Value }] }
    const Changes = [{ Action: 'UPSERT' as const, ResourceRecordSet: set }]
    await dns.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes } }))
    await expect.poll(async () => (await read())?.Status).toBe('ISSUED')
    return CertificateArn!
  }

  test('serves HTTPS for a name that it covers, says which record leads there, and stays', async () => {
    const zone = await makeZone('example.com')
    const arn = await certificate('example.com', zone)
    const ended = await use(arn, 'shop.example.com')
    expect(ended.code, ended.stderr + JSON.stringify(ended.last)).toBe(0)
    const outputs = ended.last.outputs!
    expect(await browse(outputs.url!, 'shop.example.com')).toMatchObject({ status: 200 })
    expect(outputs['dns.1.name']).toBe('shop.example.com')
    expect(outputs['dns.1.type']).toBe('CNAME')
    expect(outputs['dns.1.value']).toMatch(/elb\.amazonaws\.com$/)
    expect(outputs['dns.2.name']).toBeUndefined()
    expect((await stackwright('teardown')).code).toBe(0)
    expect(server.inventory().map(({ type }) => type)).toContain('certificate')
  })

  test('that does not fit is reported before anything is created', async () => {
    const zone = await makeZone('example.com')
    const arn = await certificate('example.com', zone)
    const pending = await certificate('example.org')
    const wrong: [string, string, RegExp][] = [
      [arn, 'www.example.net', /certificate is for .*not for www\.example\.net/],
      [arn, 'a.b.example.com', /not for a\.b\.example\.com/],
      [pending, 'example.org', /PENDING_VALIDATION/],
      [arn.replace(/.{4}$/, '0000'), 'shop.example.com', /no certificate/],
      [
        arn.replace('ap-northeast-1', 'us-east-1'),
        'shop.example.com',
        /in us-east-1; a load balancer in ap-northeast-1/,
      ],
    ]
    for (const [given, name, why] of wrong) {
      const ended = await use(given, name)
      expect(ended.code, given).not.toBe(0)
      expect(JSON.stringify(ended.last), given).toMatch(why)
    }
    const others = ['hosted-zone', 'certificate', 'record']
    expect(server.inventory().filter(({ type }) => !others.includes(String(type)))).toEqual([])
  })
})
