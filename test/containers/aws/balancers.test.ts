import { request as plainly } from 'node:http'
import { request as securely } from 'node:https'
import { ACM } from '@aws-sdk/client-acm'
import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { Route53 } from '@aws-sdk/client-route-53'
import { beforeAll, describe, expect, it } from 'vitest'
import { config } from '../../emulator/aws/support.ts'
import { group, machine, slowly, ssmRun, useAws, within } from './support.ts'

const ground = useAws()
const name = 'shop.example.com'
let elb: ElasticLoadBalancingV2
let asg: AutoScaling
let tg: string
let inner: string
let client: { id: string }

/** Every request is told by which machine it was served, and as what. */
const server = `#!/bin/bash
cat >/root/serve.py <<'END'
import http.server, socket
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (socket.gethostname() + " " + self.headers.get("X-Forwarded-Proto", "none")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8000), Answers).serve_forever()
END
systemd-run --unit serve python3 /root/serve.py
`

interface Page {
  status: number
  location: string | undefined
  body: string
}

async function visit(port: number, path: string, host = name): Promise<Page> {
  const url = await ground.reach(host, port)
  if (!url) throw new Error(`nothing answers for ${host}:${port}`)
  const options = {
    host: '127.0.0.1',
    port: Number(new URL(url).port),
    path,
    headers: { host },
    agent: false,
    timeout: 5_000,
  }
  return await new Promise((resolve, reject) => {
    const secure = { ...options, ca: ground.authority, servername: host }
    const asked = url.startsWith('https') ? securely(secure) : plainly(options)
    asked.on('response', reply => {
      let body = ''
      reply.on('data', (part: Buffer) => (body += String(part)))
      reply.on('end', () => resolve({ status: reply.statusCode!, location: reply.headers.location, body }))
    })
    asked.on('timeout', () => asked.destroy(new Error('timeout')))
    asked.on('error', reject).end()
  })
}

const health = async () => {
  const { TargetHealthDescriptions } = await elb.describeTargetHealth({ TargetGroupArn: tg })
  return TargetHealthDescriptions!.map(one => ({ id: one.Target!.Id!, state: one.TargetHealth!.State! }))
}
const wellOnes = async () => (await health()).filter(one => one.state === 'healthy').map(one => one.id)

/** Asks again while the cloud does not know a fresh thing everywhere. */
async function soon<T>(ask: () => Promise<T>): Promise<T> {
  const told = () =>
    ask().then(
      value => ({ value }),
      () => undefined,
    )
  return (await slowly(told, one => one !== undefined, 20))!.value
}

beforeAll(async () => {
  const settings = { ...config(ground.url), maxAttempts: 5 }
  elb = new ElasticLoadBalancingV2(settings)
  asg = new AutoScaling(settings)
  const [acm, dns] = [new ACM(settings), new Route53(settings)]
  const outer = await group(
    ground,
    'alb',
    [80, 443].map(port => ({ port, from: '0.0.0.0/0' })),
  )
  const inwards = await group(ground, 'nlb', [{ port: 9000, from: '10.0.0.0/16' }])
  const web = await group(
    ground,
    'web',
    [outer, inwards].map(from => ({ port: 8000, from })),
  )
  const check = { HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5, HealthyThresholdCount: 2 }
  const http = { Port: 8000, VpcId: ground.vpc, UnhealthyThresholdCount: 2, HealthCheckPath: '/health', ...check }
  tg = (await elb.createTargetGroup({ Name: 'web', Protocol: 'HTTP', ...http })).TargetGroups![0]!.TargetGroupArn!
  const tcp = { Name: 'inner', Protocol: 'TCP' as const, Port: 8000, VpcId: ground.vpc, HealthCheckIntervalSeconds: 10 }
  const innerGroup = (await elb.createTargetGroup(tcp)).TargetGroups![0]!.TargetGroupArn!
  const alb = (await elb.createLoadBalancer({ Name: 'shop', Subnets: ground.subnets, SecurityGroups: [outer] }))
    .LoadBalancers![0]!
  const place = { Name: 'inner', Subnets: ground.subnets, SecurityGroups: [inwards] }
  const nlb = (await elb.createLoadBalancer({ ...place, Type: 'network', Scheme: 'internal' })).LoadBalancers![0]!
  inner = nlb.DNSName!

  const zone = (await dns.createHostedZone({ Name: 'example.com', CallerReference: 'one' })).HostedZone!.Id!
  const record = (set: object) =>
    dns.changeResourceRecordSets({
      HostedZoneId: zone,
      ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet: set as never }] },
    })
  const alias = { HostedZoneId: alb.CanonicalHostedZoneId!, DNSName: alb.DNSName!, EvaluateTargetHealth: false }
  await record({ Name: name, Type: 'A', AliasTarget: alias })
  const { CertificateArn } = await acm.requestCertificate({ DomainName: name, ValidationMethod: 'DNS' })
  const certificate = () => soon(() => acm.describeCertificate({ CertificateArn: CertificateArn! }))
  const proof = (
    await slowly(certificate, one => Boolean(one.Certificate?.DomainValidationOptions?.[0]?.ResourceRecord))
  ).Certificate!.DomainValidationOptions![0]!.ResourceRecord!
  await record({ Name: proof.Name, Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: proof.Value }] })
  await slowly(certificate, one => one.Certificate!.Status === 'ISSUED')

  const forward = (arn: string) => [{ Type: 'forward' as const, TargetGroupArn: arn }]
  const onward = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' as const }
  const LoadBalancerArn = alb.LoadBalancerArn!
  await elb.createListener({
    ...{ LoadBalancerArn, Port: 80, Protocol: 'HTTP' },
    DefaultActions: [{ Type: 'redirect', RedirectConfig: onward }],
  })
  const { Listeners } = await elb.createListener({
    ...{ LoadBalancerArn, Port: 443, Protocol: 'HTTPS', Certificates: [{ CertificateArn: CertificateArn! }] },
    DefaultActions: forward(tg),
  })
  const closed = { StatusCode: '403', ContentType: 'text/plain', MessageBody: `no "entry" 'here' %[src]` }
  await soon(() =>
    elb.createRule({
      ...{ ListenerArn: Listeners![0]!.ListenerArn!, Priority: 10 },
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/admin*'] } }],
      Actions: [{ Type: 'fixed-response', FixedResponseConfig: closed }],
    }),
  )
  await elb.createListener({
    ...{ LoadBalancerArn: nlb.LoadBalancerArn!, Port: 9000, Protocol: 'TCP', DefaultActions: forward(innerGroup) },
  })

  await ground.ec2.createLaunchTemplate({
    LaunchTemplateName: 'web',
    LaunchTemplateData: {
      ...{ ImageId: ground.image, InstanceType: 't3.micro', SecurityGroupIds: [web] },
      UserData: Buffer.from(server).toString('base64'),
    },
  })
  await soon(() =>
    asg.createAutoScalingGroup({
      ...{ AutoScalingGroupName: 'web', MinSize: 2, MaxSize: 2, DesiredCapacity: 2 },
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' },
      ...{ VPCZoneIdentifier: ground.subnets.join(','), TargetGroupARNs: [tg, innerGroup] },
      ...{ HealthCheckType: 'ELB', HealthCheckGracePeriod: 60 },
    }),
  )
  client = await machine(ground, [await group(ground, 'client', [])])
  await slowly(wellOnes, ids => ids.length === 2)
}, 240_000)

describe('load balancers and Auto Scaling that really run', () => {
  it('sends HTTP on to HTTPS and serves from every machine, with a certificate of the sandbox’s authority', async () => {
    expect(await visit(80, '/cart?item=1')).toMatchObject({
      status: 301,
      location: 'https://shop.example.com:443/cart?item=1',
    })
    const pages = [await visit(443, '/'), await visit(443, '/'), await visit(443, '/'), await visit(443, '/')]
    expect(new Set(pages.map(page => page.body)).size).toBe(2)
    for (const page of pages)
      expect(page).toMatchObject({ status: 200, body: expect.stringMatching(/^ip-10-0-.* https$/) })
  })

  it('follows its rules, the first that fits', async () => {
    expect(await visit(443, '/admin/users')).toMatchObject({ status: 403, body: `no "entry" 'here' %[src]` })
  })

  it('lets machines reach a network load balancer by its name, and its targets only through it', async () => {
    const address = (await ground.ec2.describeInstances({ InstanceIds: [(await wellOnes())[0]!] })).Reservations![0]!
      .Instances![0]!.PrivateIpAddress
    const script = `curl -s -m 4 http://${inner}:9000/; echo; curl -s -m 2 http://${address}:8000/ || echo refused`
    const told = await ssmRun(ground, client.id, script)
    expect(told.StandardOutputContent).toMatch(/^ip-10-0-\d+-\d+ none\nrefused\n$/)
  })

  it('takes a machine out whose application fell, while every request succeeds', async () => {
    const [sick] = await wellOnes()
    await within(ground, sick!, 'systemctl', 'stop', 'serve')
    await slowly(wellOnes, ids => !ids.includes(sick!), 60)
    for (let n = 0; n < 6; n++) expect((await visit(443, '/')).status).toBe(200)
  })

  it('replaces machines that died, and the new ones serve', async () => {
    await slowly(wellOnes, ids => ids.length === 2)
    const before = await wellOnes()
    await ground.runtime.run(['kill', `stackwright-${ground.sandbox}-${before[0]}`])
    const after = await slowly(wellOnes, ids => ids.length === 2 && !ids.includes(before[0]!))
    expect(after).toContain(before[1])
    const pages = [await visit(443, '/'), await visit(443, '/')]
    expect(new Set(pages.map(page => page.body)).size).toBe(2)
  })
})
