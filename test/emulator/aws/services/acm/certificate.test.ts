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
import { Route53Client } from '@aws-sdk/client-route-53'
import { expect, it } from 'vitest'
import { ground, slow } from '../../ground.ts'
import { codeOf, config, sandbox, until } from '../../support.ts'
import { dnsAt, other } from '../route53/support.ts'

async function start() {
  const box = await sandbox()
  const acm = new ACMClient(config(box.url))
  const request = (input: object = {}) =>
    acm.send(new RequestCertificateCommand({ DomainName: 'shop.example.net', ValidationMethod: 'DNS', ...input }))
  const certificate = async (CertificateArn?: string) =>
    (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate!
  const proofs = (arn?: string) =>
    until(
      () => certificate(arn),
      one => one.DomainValidationOptions!.every(row => row.ResourceRecord),
    )
  return { box, url: box.url, ...dnsAt(box.url), acm, request, certificate, proofs }
}

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
