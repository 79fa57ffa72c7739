import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm'
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  ElasticLoadBalancingV2Client,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import { config, sandbox, until } from './support.ts'

interface Page {
  status: number
  location: string | undefined
  body: string
}

function visit(url: string, host: string, ca?: string, path = '/cart?item=1'): Promise<Page> {
  const { port } = new URL(url)
  const options = { host: '127.0.0.1', port, path, headers: { host }, agent: false }
  return new Promise((resolve, reject) => {
    const asked = (ca ? httpsRequest({ ...options, ca, servername: host }) : httpRequest(options)).on(
      'response',
      response => {
        let body = ''
        response.on('data', part => (body += part))
        response.on('end', () => resolve({ status: response.statusCode!, location: response.headers.location, body }))
      },
    )
    asked.on('error', reject).end()
  })
}

/** Asks again while the cloud does not know the fresh resource everywhere. */
function soon<T>(ask: () => Promise<T>): Promise<T> {
  return until(
    () => ask().catch(error => error as T),
    answer => !(answer instanceof Error),
  )
}

describe('a load balancer with a name of one’s own', () => {
  it('sends HTTP on to HTTPS, which shows a certificate that the sandbox’s authority signed', async () => {
    const { url } = await sandbox()
    const [ec2, elb] = [new EC2Client(config(url)), new ElasticLoadBalancingV2Client(config(url))]
    const [acm, dns] = [new ACMClient(config(url)), new Route53Client(config(url))]
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
    const VpcId = Vpc!.VpcId!
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}))
    const InternetGatewayId = InternetGateway!.InternetGatewayId!
    await soon(() => ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId })))
    const subnet = (zone: string, CidrBlock: string) =>
      soon(() => ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone: `ap-northeast-1${zone}` })))
    const subnets = [await subnet('a', '10.0.0.0/24'), await subnet('c', '10.0.1.0/24')]
    const Subnets = subnets.map(one => one.Subnet!.SubnetId!)
    const { LoadBalancers } = await soon(() => elb.send(new CreateLoadBalancerCommand({ Name: 'shop', Subnets })))
    const { LoadBalancerArn, DNSName, CanonicalHostedZoneId } = LoadBalancers![0]!

    const name = 'shop.example.com'
    const { HostedZone } = await dns.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'one' }))
    const record = (set: object) =>
      dns.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: HostedZone!.Id!,
          ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet: set as never }] },
        }),
      )
    const alias = { HostedZoneId: CanonicalHostedZoneId, DNSName, EvaluateTargetHealth: false }
    await record({ Name: name, Type: 'A', AliasTarget: alias })
    const wish = { DomainName: name, ValidationMethod: 'DNS' as const }
    const { CertificateArn } = await acm.send(new RequestCertificateCommand(wish))
    const certificate = () => acm.send(new DescribeCertificateCommand({ CertificateArn }))
    const shown = await until(
      () => soon(certificate),
      answer => Boolean(answer.Certificate?.DomainValidationOptions?.[0]?.ResourceRecord),
    )
    const proof = shown.Certificate!.DomainValidationOptions![0]!.ResourceRecord!
    await record({ Name: proof.Name, Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: proof.Value }] })
    await until(certificate, answer => answer.Certificate!.Status === 'ISSUED')

    const redirect = {
      Type: 'redirect' as const,
      RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' as const },
    }
    const fixed = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '200', MessageBody: 'open' } }
    const listener = (Port: number, Protocol: 'HTTP' | 'HTTPS', action: typeof redirect | typeof fixed, more = {}) =>
      soon(() =>
        elb.send(new CreateListenerCommand({ LoadBalancerArn, Port, Protocol, DefaultActions: [action], ...more })),
      )
    await listener(80, 'HTTP', redirect)
    const { Listeners } = await listener(443, 'HTTPS', fixed, { Certificates: [{ CertificateArn }] })
    const rule = (Priority: number, MessageBody: string, conditions: RuleCondition[]) =>
      soon(() =>
        elb.send(
          new CreateRuleCommand({
            ...{ ListenerArn: Listeners![0]!.ListenerArn, Priority, Conditions: conditions },
            Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200', MessageBody } }],
          }),
        ),
      )
    const paths = (...Values: string[]) => ({ Field: 'path-pattern', PathPatternConfig: { Values } })
    await rule(20, 'later', [paths('/w*')])
    await rule(10, 'sockets', [
      paths('/ws/*', '/w?'),
      { Field: 'host-header', HostHeaderConfig: { Values: ['*.example.com'] } },
    ])

    const reach = async (host: string, port: number) =>
      (await (await fetch(`${url}/-/reach?host=${host}&port=${port}`)).json()) as { url: string; authority?: string }
    const plain = await reach(name, 80)
    const page = await until(
      () => visit(plain.url, name).catch(() => undefined),
      answer => answer !== undefined,
    )
    expect(page).toMatchObject({ status: 301, location: 'https://shop.example.com/cart?item=1' })
    const secure = await reach(name, 443)
    expect(secure.url).toMatch(/^https:/)
    expect(await visit(secure.url, name, secure.authority)).toMatchObject({ status: 200, body: 'open' })
    const at = async (path: string) => (await visit(secure.url, name, secure.authority, path)).body
    expect([await at('/ws/echo'), await at('/ws?a=/'), await at('/wsx'), await at('/WS/echo')]).toEqual([
      ...['sockets', 'sockets', 'later', 'open'],
    ])
    await expect(visit(secure.url, 'bank.example.com', secure.authority)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    expect((await reach(DNSName!, 443)).url).toMatch(/^https:/)
    expect(await reach('nowhere.example.com', 80)).toMatchObject({ error: expect.stringContaining('No load balancer') })
  })
})
