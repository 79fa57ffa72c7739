import {
  ACMClient,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53'
import { expect, it } from 'vitest'
import { ground, slow } from '../../ground.ts'
import { codeOf, config, type Key, sandbox, until } from '../../support.ts'

const other: Key = { accessKeyId: 'other', secretAccessKey: 'other' }

async function start() {
  const box = await sandbox()
  const { url } = box
  const dns = new Route53Client(config(url))
  const acm = new ACMClient(config(url))
  const zone = async (reference = 'one', client = dns) => {
    const input = { Name: 'example.net', CallerReference: reference }
    return (await client.send(new CreateHostedZoneCommand(input))).HostedZone!.Id!
  }
  const change = (HostedZoneId: string, Action: 'CREATE' | 'UPSERT' | 'DELETE', row: ResourceRecordSet, client = dns) =>
    client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet: row }] },
      }),
    )
  const records = async (HostedZoneId: string) =>
    (await dns.send(new ListResourceRecordSetsCommand({ HostedZoneId }))).ResourceRecordSets!
  const request = (input: object = {}) =>
    acm.send(new RequestCertificateCommand({ DomainName: 'shop.example.net', ValidationMethod: 'DNS', ...input }))
  const certificate = async (CertificateArn?: string) =>
    (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate!
  const proofs = (arn?: string) =>
    until(
      () => certificate(arn),
      one => one.DomainValidationOptions!.every(row => row.ResourceRecord),
    )
  return { box, url, dns, acm, zone, change, records, request, certificate, proofs }
}

const address = (name: string, value = '192.0.2.1'): ResourceRecordSet => ({
  Name: name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value: value }],
})

it('a caller reference makes one zone; another one makes a second zone of the same name', async () => {
  const { dns, zone } = await start()
  const first = await zone()
  expect(first).toMatch(/^\/hostedzone\/Z/)
  expect(await codeOf(zone())).toBe('HostedZoneAlreadyExists')
  await zone('two')
  const list = () => dns.send(new ListHostedZonesByNameCommand({ DNSName: 'example.net' }))
  const { HostedZones } = await until(list, answer => answer.HostedZones!.length === 2)
  expect(HostedZones!.map(one => one.CallerReference).sort()).toEqual(['one', 'two'])
  const { DelegationSet } = await dns.send(new GetHostedZoneCommand({ Id: first }))
  expect(DelegationSet!.NameServers).toHaveLength(4)
})

it('records are made once, put any number of times, and deleted only as they are', async () => {
  const { change, records, zone, dns } = await start()
  const id = await zone()
  const made = await change(id, 'CREATE', address('www.example.net'))
  expect(made.ChangeInfo!.Status).toBe('PENDING')
  const status = async () => (await dns.send(new GetChangeCommand({ Id: made.ChangeInfo!.Id }))).ChangeInfo!.Status
  await until(status, word => word === 'INSYNC')
  expect(await codeOf(change(id, 'CREATE', address('www.example.net')))).toBe('InvalidChangeBatch')
  await change(id, 'UPSERT', address('www.example.net', '192.0.2.2'))
  await change(id, 'UPSERT', address('*.example.net'))
  const rows = await records(id)
  expect(rows.map(one => `${one.Name} ${one.Type}`)).toEqual([
    'example.net. NS',
    'example.net. SOA',
    '\\052.example.net. A',
    'www.example.net. A',
  ])
  expect(await codeOf(change(id, 'DELETE', address('www.example.net')))).toBe('InvalidChangeBatch')
  expect(await codeOf(change(id, 'UPSERT', address('www.elsewhere.net')))).toBe('InvalidChangeBatch')
  const remove = () => codeOf(dns.send(new DeleteHostedZoneCommand({ Id: id })))
  expect(await remove()).toBe('HostedZoneNotEmpty')
  await change(id, 'DELETE', address('www.example.net', '192.0.2.2'))
  await change(id, 'DELETE', address('*.example.net'))
  expect(await remove()).toBe('accepted')
  expect(await remove()).toBe('NoSuchHostedZone')
})

it('an alias has neither a TTL nor values', async () => {
  const { change, records, zone } = await start()
  const id = await zone()
  const AliasTarget = {
    HostedZoneId: 'Z14GRHDCWA56QT',
    DNSName: 'web-1.ap-northeast-1.elb.amazonaws.com',
    EvaluateTargetHealth: true,
  }
  const alias = { Name: 'example.net', Type: 'A' as const, AliasTarget }
  expect(await codeOf(change(id, 'UPSERT', { ...alias, TTL: 60 }))).toBe('InvalidChangeBatch')
  await change(id, 'UPSERT', alias)
  const rows = await records(id)
  expect(rows.find(one => one.Type === 'A')!.AliasTarget).toMatchObject({ DNSName: `${AliasTarget.DNSName}.` })
  await change(id, 'DELETE', alias)
})

it('tags of a zone are changed and listed', async () => {
  const { dns, zone } = await start()
  const ResourceId = (await zone()).replace('/hostedzone/', '')
  const about = { ResourceType: 'hostedzone' as const, ResourceId }
  await dns.send(new ChangeTagsForResourceCommand({ ...about, AddTags: [{ Key: 'a', Value: 'b' }] }))
  const { ResourceTagSet } = await dns.send(new ListTagsForResourceCommand(about))
  expect(ResourceTagSet!.Tags).toEqual([{ Key: 'a', Value: 'b' }])
})

it('a certificate shows its records after a moment and is issued once they are there, all of them', async () => {
  const { box, acm, zone, change, request, certificate, proofs } = await start()
  const id = await zone()
  slow(box)
  const names = { SubjectAlternativeNames: ['*.shop.example.net', 'www.example.net'] }
  const { CertificateArn } = await request({ ...names, Tags: [{ Key: 'a', Value: 'b' }] })
  expect((await certificate(CertificateArn)).DomainValidationOptions![0]!.ResourceRecord).toBeUndefined()
  box.world.speed = 1_000
  const rows = (await proofs(CertificateArn)).DomainValidationOptions!.map(one => one.ResourceRecord!)
  expect(rows[0]).toEqual(rows[1])
  const put = ({ Name, Type, Value }: (typeof rows)[0]) =>
    change(id, 'UPSERT', { Name, Type, TTL: 300, ResourceRecords: [{ Value }] })
  await put(rows[0]!)
  expect((await certificate(CertificateArn)).Status).toBe('PENDING_VALIDATION')
  await put(rows[2]!)
  await until(
    () => certificate(CertificateArn),
    one => one.Status === 'ISSUED',
  )
  const { Tags } = await acm.send(new ListTagsForCertificateCommand({ CertificateArn }))
  expect(Tags).toEqual([{ Key: 'a', Value: 'b' }])
})

it("a certificate's record may stand in somebody else's zone", async () => {
  const { url, zone, change, request, certificate, proofs } = await start()
  const foreign = new Route53Client(config(url, other))
  const id = await zone('theirs', foreign)
  const { CertificateArn } = await request()
  const { Name, Type, Value } = (await proofs(CertificateArn)).DomainValidationOptions![0]!.ResourceRecord!
  await change(id, 'CREATE', { Name, Type, TTL: 300, ResourceRecords: [{ Value }] }, foreign)
  await until(
    () => certificate(CertificateArn),
    one => one.Status === 'ISSUED',
  )
})

it('the token of a request holds for an hour, and lists hide elliptic keys unless they are asked for', async () => {
  const { box, acm, request } = await start()
  slow(box)
  const first = await request({ IdempotencyToken: 'one', KeyAlgorithm: 'EC_prime256v1' })
  const again = await request({ IdempotencyToken: 'one', KeyAlgorithm: 'EC_prime256v1' })
  expect(again.CertificateArn).toBe(first.CertificateArn)
  expect((await request({ KeyAlgorithm: 'EC_prime256v1' })).CertificateArn).not.toBe(first.CertificateArn)
  box.world.speed = 1_000
  const list = async (keyTypes: ('EC_prime256v1' | 'RSA_2048')[] | undefined) => {
    const input = keyTypes ? { Includes: { keyTypes } } : {}
    return (await acm.send(new ListCertificatesCommand(input))).CertificateSummaryList!.length
  }
  expect(
    await until(
      () => list(['EC_prime256v1']),
      count => count === 2,
    ),
  ).toBe(2)
  expect(await list(undefined)).toBe(0)
})

it('only an issued certificate serves, and one that serves cannot be deleted', async () => {
  const { url, acm, zone, change, request, proofs } = await start()
  const place = await ground(url)
  const elb = new ElasticLoadBalancingV2Client(config(url))
  const front = { Name: 'front', Subnets: place.subnets, SecurityGroups: [place.front] }
  const { LoadBalancerArn } = (await elb.send(new CreateLoadBalancerCommand(front))).LoadBalancers![0]!
  const { CertificateArn } = await request()
  const listen = (SslPolicy = 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09') => {
    const action = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '200' } }
    const words = { LoadBalancerArn, Port: 443, Protocol: 'HTTPS' as const, DefaultActions: [action], SslPolicy }
    return codeOf(elb.send(new CreateListenerCommand({ ...words, Certificates: [{ CertificateArn }] })))
  }
  expect(await listen()).toBe('UnsupportedCertificate')
  const { Name, Type, Value } = (await proofs(CertificateArn)).DomainValidationOptions![0]!.ResourceRecord!
  await change(await zone(), 'CREATE', { Name, Type, TTL: 300, ResourceRecords: [{ Value }] })
  await until(listen, word => word === 'accepted')
  expect(await listen('ELBSecurityPolicy-None')).toBe('SSLPolicyNotFound')
  const remove = () => codeOf(acm.send(new DeleteCertificateCommand({ CertificateArn })))
  expect(await remove()).toBe('ResourceInUseException')
  await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
  await until(remove, word => word === 'accepted')
  expect(await remove()).toBe('ResourceNotFoundException')
})
