import { beforeAll, describe, expect, it } from 'vitest'
import { commandScript } from '../../../src/providers/aws/resources/scripts.ts'
import { group, machine, slowly, ssmRun, useAws, within } from './support.ts'

const ground = useAws()
let open: string
let closed: string
let one: { id: string; address: string }
let two: { id: string; address: string }

const userData = Buffer.from(
  '#!/bin/bash\naws ssm get-parameter --name /test/word --with-decryption --query Parameter.Value --output text >/root/first-boot\n',
).toString('base64')

beforeAll(async () => {
  await ground.ssm.putParameter({ Name: '/test/word', Type: 'SecureString', Value: `"; $(id) 'x'` })
  open = await group(ground, 'open', [{ port: 8000, from: '10.0.0.0/16' }])
  closed = await group(ground, 'closed', [])
  ;[one, two] = await Promise.all([
    machine(ground, [open], { UserData: userData }),
    machine(ground, [closed], { subnet: 1 }),
  ])
}, 180_000)

describe('an instance that really runs', () => {
  it('has the address that the API tells, and runs commands with their real output and exit code', async () => {
    const told = await ssmRun(
      ground,
      one.id,
      'ip -4 -o addr show eth0; uname -n; echo "$AWS_REGION"; echo oops >&2; exit 3',
    )
    expect(told).toMatchObject({ Status: 'Failed', ResponseCode: 3 })
    expect(told.StandardOutputContent).toContain(`${one.address}/16`)
    expect(told.StandardOutputContent).toContain(`ip-${one.address.replaceAll('.', '-')}\nap-northeast-1\noops`)
  })

  it('ran its user data at the first boot, with the real AWS CLI and the keys of its role', async () => {
    const read = () => within(ground, one.id, 'cat', '/root/first-boot')
    expect(await slowly(read, text => text.includes('id'))).toBe(`"; $(id) 'x'\n`)
  })

  it('is told its metadata by version 2 only', async () => {
    const script = [
      'base=http://169.254.169.254/latest',
      'curl -s -o /dev/null -w "%{http_code}\\n" $base/meta-data/instance-id',
      'token=$(curl -s -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" $base/api/token)',
      'ask() { curl -s -H "X-aws-ec2-metadata-token: $token" "$base/meta-data/$1"; echo; }',
      'ask instance-id; ask placement/region; ask iam/security-credentials/',
      // It is in nobody's way.
      'timeout 1 python3 -m http.server 80 >/dev/null 2>&1; echo $?',
    ].join('\n')
    const told = await ssmRun(ground, one.id, script)
    expect(told.StandardOutputContent).toBe(`401\n${one.id}\nap-northeast-1\nweb\n124\n`)
  })

  it('gets secrets as the provider delivers them: by name, never in the command', async () => {
    const script = commandScript({
      ...{ script: 'printf "%s|%s" "$PLAIN" "$WORD"', env: { PLAIN: `a'b $(id)` } },
      ...{ parameters: { WORD: '/test/word' }, region: 'ap-northeast-1' },
    })
    const told = await ssmRun(ground, one.id, script)
    expect(told).toMatchObject({ Status: 'Success', StandardOutputContent: `a'b $(id)|"; $(id) 'x'` })
  })

  it('is let in only where a security group says so, from the first moment and after a change', async () => {
    await ssmRun(ground, one.id, 'systemd-run --quiet --unit web python3 -m http.server 8000')
    await ssmRun(ground, two.id, 'systemd-run --quiet --unit web python3 -m http.server 8000')
    const try8000 = (address: string) =>
      `curl -s -o /dev/null -m 3 -w "%{http_code}" http://${address}:8000/ || echo " refused"`
    const there = async () => (await ssmRun(ground, two.id, try8000(one.address))).StandardOutputContent
    expect(await slowly(there, text => text === '200', 30)).toBe('200')
    const back = async () => (await ssmRun(ground, one.id, try8000(two.address))).StandardOutputContent
    expect(await back()).toBe('000 refused\n')
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 8000, ToPort: 8000, UserIdGroupPairs: [{ GroupId: open }] }]
    await ground.ec2.authorizeSecurityGroupIngress({ GroupId: closed, IpPermissions })
    expect(await slowly(back, text => text === '200', 30)).toBe('200')
  })

  it('does not reach the control of the sandbox', async () => {
    const told = await ssmRun(ground, one.id, 'curl -s -o /dev/null -w "%{http_code}" "$AWS_ENDPOINT_URL/-/status"')
    expect(told.StandardOutputContent).toBe('404')
  })

  it('is gone with its container when it is terminated', async () => {
    await ground.ec2.terminateInstances({ InstanceIds: [two.id] })
    const state = async () =>
      (await ground.runtime.run(['container', 'exists', `stackwright-${ground.sandbox}-${two.id}`])).code
    expect(await slowly(state, code => code === 1, 60)).toBe(1)
  })
})
