import { request as plainly } from 'node:http'
import { request as securely } from 'node:https'
import { connect, type SecureVersion } from 'node:tls'
import { ACM } from '@aws-sdk/client-acm'
import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { type Action, ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { Route53 } from '@aws-sdk/client-route-53'
import { beforeAll, describe, expect, it } from 'vitest'
import { config } from '../../emulator/aws/support.ts'
import { openSocket } from '../../support/web-socket.ts'
import { group, machine, slowly, ssmRun, useAws, within } from './support.ts'

const ground = useAws()
const name = 'shop.example.com'
/** The load balancer's, real seconds; short, because a test waits for it. */
const idleSeconds = 4
let elb: ElasticLoadBalancingV2
let asg: AutoScaling
let tg: string
let socketGroup: string
let front: string
let inner: string
let client: { id: string }

/** Every request is told by which machine it was served, and as what; two paths behave badly. Another port takes WebSockets. */
const server = `#!/bin/bash
cat >/root/serve.py <<'END'
import http.server, socket, time
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/slow":
            time.sleep(60)
        if self.path == "/reset":
            return
        body = (socket.gethostname() + " " + self.headers.get("X-Forwarded-Proto", "none")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8000), Answers).serve_forever()
END
cat >/root/sockets.py <<'END'
import base64, hashlib, http.server, socket
checked = ""
class Sockets(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        global checked
        if self.headers.get("Upgrade", "").lower() == "websocket":
            return self.echo()
        if self.path == "/ws/health":
            checked = self.headers["Host"] + " " + self.headers["User-Agent"]
        body = checked.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def echo(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.close_connection = True
        while True:
            head = self.rfile.read(2)
            if len(head) < 2 or head[0] & 15 == 8:
                return
            mask = self.rfile.read(4)
            text = bytes(byte ^ mask[n % 4] for n, byte in enumerate(self.rfile.read(head[1] & 127)))
            text += b" " + self.headers.get("X-Forwarded-Proto", "none").encode()
            self.wfile.write(bytes([129, len(text)]) + text)
http.server.ThreadingHTTPServer(("", 5000), Sockets).serve_forever()
END
systemd-run --unit serve python3 /root/serve.py
systemd-run --unit sockets python3 /root/sockets.py
`

interface Page {
  status: number
  location: string | undefined
  body: string
}

async function visit(port: number, path: string, host = name): Promise<Page> {
  const options = { ...(await wayTo(port, host)), path, agent: false, timeout: 30_000 }
  return await new Promise((resolve, reject) => {
    const asked = options.ca ? securely(options) : plainly(options)
    asked.on('response', reply => {
      let body = ''
      reply.on('data', (part: Buffer) => (body += String(part)))
      reply.on('end', () => resolve({ status: reply.statusCode!, location: reply.headers.location, body }))
    })
    asked.on('timeout', () => asked.destroy(new Error('timeout')))
    asked.on('error', reject).end()
  })
}

/** Where a request for the name goes from here, and whom it trusts where TLS is spoken. */
async function wayTo(port: number, host = name): Promise<Way> {
  const url = await ground.reach(host, port)
  if (!url) throw new Error(`nothing answers for ${host}:${port}`)
  const options = { host: '127.0.0.1', port: Number(new URL(url).port), headers: { host } }
  return url.startsWith('https') ? { ...options, ca: ground.authority, servername: host } : options
}

/** Whether the listener on 443 takes this version of TLS. */
async function speaks(version: SecureVersion): Promise<boolean> {
  const { headers: _, ...way } = await wayTo(443)
  const options = { ...way, minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' }
  return await new Promise(resolve => {
    const socket = connect(options, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

interface Way {
  host: string
  port: number
  headers: { host: string }
  ca?: string
  servername?: string
}

const health = async (TargetGroupArn = tg) => {
  const { TargetHealthDescriptions } = await elb.describeTargetHealth({ TargetGroupArn })
  return TargetHealthDescriptions!.map(one => ({ id: one.Target!.Id!, state: one.TargetHealth!.State! }))
}
const wellOnes = async (of = tg) => (await health(of)).filter(one => one.state === 'healthy').map(one => one.id)

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
    [80, 443, 8080].map(port => ({ port, from: '0.0.0.0/0' })),
  )
  const inwards = await group(ground, 'nlb', [{ port: 9000, from: '10.0.0.0/16' }])
  const web = await group(ground, 'web', [
    ...[outer, inwards].map(from => ({ port: 8000, from })),
    { port: 5000, from: outer },
  ])
  const check = { HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5, HealthyThresholdCount: 2 }
  const http = { Port: 8000, VpcId: ground.vpc, UnhealthyThresholdCount: 2, HealthCheckPath: '/health', ...check }
  tg = (await elb.createTargetGroup({ Name: 'web', Protocol: 'HTTP', ...http })).TargetGroups![0]!.TargetGroupArn!
  const onSockets = { ...http, Name: 'sockets', Protocol: 'HTTP' as const, Port: 5000, HealthCheckPath: '/ws/health' }
  socketGroup = (await elb.createTargetGroup(onSockets)).TargetGroups![0]!.TargetGroupArn!
  const nobody = (await elb.createTargetGroup({ ...onSockets, Name: 'nobody' })).TargetGroups![0]!.TargetGroupArn!
  const tcp = { Name: 'inner', Protocol: 'TCP' as const, Port: 8000, VpcId: ground.vpc, HealthCheckIntervalSeconds: 10 }
  const innerGroup = (await elb.createTargetGroup(tcp)).TargetGroups![0]!.TargetGroupArn!
  const alb = (await elb.createLoadBalancer({ Name: 'shop', Subnets: ground.subnets, SecurityGroups: [outer] }))
    .LoadBalancers![0]!
  await soon(() =>
    elb.modifyLoadBalancerAttributes({
      LoadBalancerArn: alb.LoadBalancerArn!,
      Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: String(idleSeconds) }],
    }),
  )
  const place = { Name: 'inner', Subnets: ground.subnets, SecurityGroups: [inwards] }
  const nlb = (await elb.createLoadBalancer({ ...place, Type: 'network', Scheme: 'internal' })).LoadBalancers![0]!
  front = alb.LoadBalancerArn!
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
  const open = { LoadBalancerArn, Port: 8080, Protocol: 'HTTP' as const, DefaultActions: forward(tg) }
  const plain = (await elb.createListener(open)).Listeners![0]!.ListenerArn!
  const secure = Listeners![0]!.ListenerArn!
  const rule = (ListenerArn: string, Priority: number, path: string, action: Action) =>
    soon(() =>
      elb.createRule({
        ...{ ListenerArn, Priority, Actions: [action] },
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: [path] } }],
      }),
    )
  // Made in another order than the one in which they are asked.
  const closed = (MessageBody: string): Action => ({
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: '403', ContentType: 'text/plain', MessageBody },
  })
  await rule(secure, 20, '/ad*', closed('the later rule'))
  await rule(secure, 10, '/admin*', closed(`no "entry" 'here' %[src]`))
  await rule(plain, 2, '/nobody', forward(nobody)[0]!)
  for (const one of [plain, secure]) await rule(one, 1, '/ws/*', forward(socketGroup)[0]!)
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
      ...{ VPCZoneIdentifier: ground.subnets.join(','), TargetGroupARNs: [tg, socketGroup, innerGroup] },
      ...{ HealthCheckType: 'ELB', HealthCheckGracePeriod: 60 },
    }),
  )
  client = await machine(ground, [await group(ground, 'client', [])])
  for (const one of [tg, socketGroup])
    await slowly(
      () => wellOnes(one),
      ids => ids.length === 2,
    )
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

  it('speaks the versions of TLS that the listener’s policy allows', async () => {
    // Without a policy of its own the listener has the API's default, which is an old one.
    expect(await speaks('TLSv1')).toBe(true)
    const secure = (await elb.describeListeners({ LoadBalancerArn: front })).Listeners!.find(one => one.Port === 443)!
    const SslPolicy = 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09'
    await elb.modifyListener({ ListenerArn: secure.ListenerArn!, SslPolicy })
    await slowly(
      () => speaks('TLSv1'),
      yes => !yes,
      30,
    )
    expect([await speaks('TLSv1.1'), await speaks('TLSv1.2'), await speaks('TLSv1.3')]).toEqual([false, true, true])
  })

  it('follows its rules, the first that fits', async () => {
    expect(await visit(443, '/admin/users')).toMatchObject({ status: 403, body: `no "entry" 'here' %[src]` })
    expect(await visit(443, '/add')).toMatchObject({ status: 403, body: 'the later rule' })
  })

  it('compares a rule’s path with its case and to its end, and lets each group’s own checks decide', async () => {
    const { Reservations } = await ground.ec2.describeInstances({ InstanceIds: await wellOnes(socketGroup) })
    const addresses = Reservations!.flatMap(one => one.Instances!.map(machine => machine.PrivateIpAddress))
    const { body } = await visit(8080, '/ws/checked?from=test')
    expect(addresses.map(one => `${one}:5000 ELB-HealthChecker/2.0`)).toContain(body)
    for (const path of ['/ws', '/WS/checked', '/xws/checked', '/?/ws/checked'])
      expect((await visit(8080, path)).body, path).toMatch(/^ip-10-0-.* http$/)
  })

  it('opens WebSockets by the rule, with TLS and without, and passes messages both ways', async () => {
    for (const [port, protocol] of [
      [8080, 'http'],
      [443, 'https'],
    ] as const) {
      const socket = await openSocket({ ...(await wayTo(port)), path: '/ws/echo' })
      for (const word of ['hello', 'again']) {
        socket.send(word)
        expect(await socket.next()).toBe(`${word} ${protocol}`)
      }
      socket.close()
    }
    await expect(openSocket({ ...(await wayTo(8080)), path: '/elsewhere' })).rejects.toThrow('status 200')
  })

  it('cuts a WebSocket that is silent for the idle time-out, and none that is used', async () => {
    const way = { ...(await wayTo(443)), path: '/ws/echo' }
    const [silent, used] = [await openSocket(way), await openSocket(way)]
    let cut = false
    void silent.closed.then(() => (cut = true))
    while (!cut) {
      used.send('still here')
      expect(await used.next()).toBe('still here https')
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    used.close()
  })

  it('answers 502 when a machine hangs up, 503 without a machine, 504 when none answers in time', async () => {
    expect((await visit(8080, '/reset')).status).toBe(502)
    expect((await visit(8080, '/nobody')).status).toBe(503)
    expect((await visit(8080, '/slow')).status).toBe(504)
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
