import { ACMClient, ListCertificatesCommand } from '@aws-sdk/client-acm'
import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds'
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { codeOf, config, type Key, sandbox, sandboxKey } from '../support.ts'
import { echo } from './echo.ts'
import { form, signed } from './signed.ts'

const families = {
  ec2: (url: string, key?: Key) => new EC2Client(config(url, key)).send(new DescribeVpcsCommand({})),
  rds: (url: string, key?: Key) => new RDSClient(config(url, key)).send(new DescribeDBInstancesCommand({})),
  acm: (url: string, key?: Key) => new ACMClient(config(url, key)).send(new ListCertificatesCommand({})),
  route53: (url: string, key?: Key) => new Route53Client(config(url, key)).send(new ListHostedZonesCommand({})),
  s3: (url: string, key?: Key) => new S3Client(config(url, key)).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
}

describe.each(Object.entries(families))('%s', (name, ask) => {
  it('knows its keys and refuses the others in its own words', async () => {
    const { url } = await echo()
    const words: Record<string, string[]> = {
      ec2: ['SignatureDoesNotMatch', 'AuthFailure', 'RequestExpired'],
      rds: ['SignatureDoesNotMatch', 'InvalidClientTokenId', 'ExpiredToken'],
      acm: ['InvalidSignatureException', 'UnrecognizedClientException', 'ExpiredTokenException'],
      route53: ['SignatureDoesNotMatch', 'InvalidClientTokenId', 'ExpiredToken'],
      s3: ['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'ExpiredToken'],
    }
    const codes = (key: Key) => codeOf(ask(url, key))
    expect(await codes(sandboxKey)).toBe('accepted')
    expect(await codes({ accessKeyId: 'word', secretAccessKey: 'word' })).toBe('accepted')
    expect(await codes({ accessKeyId: 'sandbox-sts', secretAccessKey: 'sandbox-sts', sessionToken: 'live' })).toBe(
      'accepted',
    )
    expect(await codes({ accessKeyId: 'sandbox', secretAccessKey: 'wrong' })).toBe(words[name]![0])
    expect(await codes({ accessKeyId: 'nobody', secretAccessKey: 'wrong' })).toBe(words[name]![1])
    expect(await codes({ accessKeyId: 'sandbox-sts', secretAccessKey: 'sandbox-sts' })).toBe(words[name]![1])
    expect(await codes({ ...sandboxKey, sessionToken: 'expired' })).toBe(words[name]![2])
  })
})

describe('a signature', () => {
  const vpcs = form({ Action: 'DescribeVpcs', Version: '2016-11-15' })

  it('tells the account and the region', async () => {
    const wire = await echo()
    await families.ec2(wire.url, { accessKeyId: 'other', secretAccessKey: 'other' })
    expect(wire.heard!.call).toMatchObject({ account: '500000000002', region: 'ap-northeast-1', product: 'ec2' })
    await families.route53(wire.url)
    expect(wire.heard!.call).toMatchObject({ account: '500000000001', region: 'us-east-1', product: 'route53' })
  })

  it('covers the body, the time and the headers', async () => {
    const { url } = await echo()
    expect((await signed(url, { service: 'ec2', body: vpcs })).status).toBe(200)
    const bodies = await signed(url, { service: 'ec2', body: vpcs, sent: `${vpcs}&MaxResults=5` })
    expect(bodies.text).toContain('SignatureDoesNotMatch')
    const late = await signed(url, { service: 'ec2', body: vpcs, at: new Date(Date.now() - 20 * 60_000) })
    expect(late.text).toContain('RequestExpired')
  })

  it('of the key pair in the server’s environment is known', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAMINE', AWS_SECRET_ACCESS_KEY: 'mine' }
    const { url } = await sandbox({ env })
    const ask = (secretAccessKey: string) => codeOf(families.ec2(url, { accessKeyId: 'AKIAMINE', secretAccessKey }))
    expect(await ask('mine')).toBe('accepted')
    expect(await ask('AKIAMINE')).toBe('SignatureDoesNotMatch')
  })

  it('is missed where it is missing, in the words of the service that was meant', async () => {
    const { url } = await echo()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-amz-date': 'never' }
    const ec2 = await fetch(url, { method: 'POST', headers, body: vpcs })
    expect(await ec2.text()).toContain('<Code>AuthFailure</Code>')
    const target = { 'x-amz-target': 'CertificateManager.ListCertificates' }
    const acm = await fetch(url, { method: 'POST', headers: target, body: '{}' })
    expect(await acm.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' })
    const s3 = await fetch(`${url}/bucket/key`)
    expect([s3.status, await s3.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')])
  })

  it('for a service that is not emulated is answered so', async () => {
    const { url } = await echo()
    const reply = await signed(url, { service: 'lambda', body: '{}' })
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([400, { __type: 'SandboxNotBuilt' }])
  })
})

describe('requests that the official schema does not know', () => {
  const json = { 'content-type': 'application/x-amz-json-1.1' }
  const xml = { 'content-type': 'application/xml' }
  const ec2 = (params: object) => ({ service: 'ec2', body: form({ Version: '2016-11-15', ...params }) })
  const rds = (params: object) => ({ service: 'rds', body: form({ Version: '2014-10-31', ...params }) })
  const ssm = (action: string, body: string) => ({
    service: 'ssm',
    headers: { ...json, 'x-amz-target': `AmazonSSM.${action}` },
    body,
  })
  const zone = '/2013-04-01/hostedzone'
  it.each([
    ['an unknown action', ec2({ Action: 'MakeVpc' }), 400, 'InvalidAction'],
    ['an inherited name', ec2({ Action: 'constructor' }), 400, 'InvalidAction'],
    ['no action', ec2({}), 400, 'InvalidAction'],
    [
      'another version',
      { service: 'ec2', body: form({ Action: 'DescribeVpcs', Version: '2006-06-26' }) },
      400,
      'InvalidAction',
    ],
    ['an unknown parameter', ec2({ Action: 'DescribeVpcs', Colour: 'red' }), 400, 'UnknownParameter'],
    ['one of a structure', ec2({ Action: 'DescribeVpcs', 'Filter.1.Colour': 'red' }), 400, 'UnknownParameter'],
    ['a list without a number', ec2({ Action: 'DescribeVpcs', Filter: 'red' }), 400, 'UnknownParameter'],
    ['a scalar with a number', ec2({ Action: 'DescribeVpcs', 'MaxResults.1': '5' }), 400, 'UnknownParameter'],
    ['no number', ec2({ Action: 'DescribeVpcs', MaxResults: 'many' }), 400, 'InvalidParameterValue'],
    ['neither true nor false', ec2({ Action: 'DescribeVpcs', DryRun: 'perhaps' }), 400, 'InvalidParameterValue'],
    ['a required parameter that is missing', ec2({ Action: 'CreateSubnet' }), 400, 'MissingParameter'],
    ['an unknown action of RDS', rds({ Action: 'MakeDB' }), 400, 'InvalidAction'],
    ['an unknown parameter of RDS', rds({ Action: 'DescribeDBInstances', Colour: 'red' }), 400, 'MalformedInput'],
    ['one that RDS needs', rds({ Action: 'DeleteDBInstance' }), 400, 'ValidationError'],
    ['an unknown action of Systems Manager', ssm('Do', '{}'), 400, 'UnknownOperationException'],
    ['an unknown member', ssm('GetParameter', '{"Name":"n","Colour":1}'), 400, 'SerializationException'],
    ['a member of another type', ssm('GetParameter', '{"Name":7}'), 400, 'SerializationException'],
    ['a member that is missing', ssm('GetParameter', '{}'), 400, 'ValidationException'],
    ['no JSON', ssm('GetParameter', '{'), 400, 'SerializationException'],
    [
      'an address of Route 53 that is none',
      { service: 'route53', method: 'GET', path: '/2013-04-01/zone' },
      404,
      'UnknownOperationException',
    ],
    ['no XML', { service: 'route53', path: zone, headers: xml, body: '<a>' }, 400, 'InvalidInput'],
    [
      'XML with a document type',
      { service: 'route53', path: zone, headers: xml, body: '<!DOCTYPE a []><a/>' },
      400,
      'InvalidInput',
    ],
    [
      'an unknown element',
      { service: 'route53', path: zone, headers: xml, body: '<a><Colour/></a>' },
      400,
      'InvalidInput',
    ],
    ['a method that S3 does not have', { service: 's3', method: 'PATCH', path: '/bucket' }, 405, 'MethodNotAllowed'],
    ['an unknown query of S3', { service: 's3', method: 'GET', path: '/bucket?colour=red' }, 400, 'InvalidArgument'],
  ])('are refused: %s', async (_, bare, status, code) => {
    const wire = await echo()
    const reply = await signed(wire.url, bare)
    expect([reply.status, reply.text]).toEqual([status, expect.stringContaining(code)])
    expect(reply.headers.get('x-amzn-requestid') ?? reply.headers.get('x-amz-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(wire.heard).toBeUndefined()
  })

  it('are refused when they are absurd', async () => {
    const { url } = await echo()
    const deep = await signed(url, ec2({ Action: 'DescribeVpcs', [`Filter${'.1'.repeat(5000)}`]: 'x' }))
    expect(deep.text).toContain('UnknownParameter')
    const nested = '<a>'.repeat(5000)
    expect((await signed(url, { service: 'route53', path: zone, headers: xml, body: nested })).text).toContain(
      'InvalidInput',
    )
    const json = await signed(url, ssm('GetParameter', `{"__proto__":{"a":1},"Name":"n"}`))
    expect(json.text).toContain('SerializationException')
  })
})

describe('an answer', () => {
  it('that the official schema does not know is a defect of the emulator, and counted as one', async () => {
    const wire = await echo()
    const client = new EC2Client(config(wire.url))
    for (const answer of [{ Colour: 'red' }, { Vpc: { CidrBlock: 7 } }, { Vpc: { Tags: 'none' } }, { Vpc: [] }]) {
      wire.answer = () => answer
      const error = await client.send(new CreateVpcCommand({})).catch(error => error)
      expect([error.name, error.$metadata.httpStatusCode]).toEqual(['SandboxDefect', 500])
    }
  })

  it('to a call that is not built says so', async () => {
    const { url, log } = await sandbox()
    const reply = await signed(url, { service: 'ec2', body: form({ Action: 'CreateIpam', Version: '2016-11-15' }) })
    expect(reply.text).toContain('SandboxNotBuilt')
    expect(log.last()).toMatchObject([{ action: 'ec2.CreateIpam', mutating: true, status: 400 }])
  })
})
