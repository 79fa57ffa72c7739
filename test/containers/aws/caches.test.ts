import { ElastiCache } from '@aws-sdk/client-elasticache'
import { beforeAll, describe, expect, it } from 'vitest'
import { containerName } from '../../../src/emulator/containers/network.ts'
import { config } from '../../emulator/aws/support.ts'
import { group, machine, slowly, ssmRun, useAws } from './support.ts'

const ground = useAws(200)
const token = 'correct-Horse&battery<staple>#1'
let cache: ElastiCache
let app: { id: string }
let stranger: { id: string }
let host = ''

beforeAll(async () => {
  cache = new ElastiCache({ ...config(ground.url), maxAttempts: 5 })
  const apps = await group(ground, 'app', [])
  const servers = await group(ground, 'redis', [{ port: 6379, from: apps }])
  const place = { CacheSubnetGroupName: 'all', CacheSubnetGroupDescription: 'all', SubnetIds: ground.subnets }
  await cache.createCacheSubnetGroup(place)
  await cache.createReplicationGroup({
    ...{ ReplicationGroupId: 'chat', ReplicationGroupDescription: 'chat', Engine: 'valkey' },
    ...{ CacheNodeType: 'cache.t4g.micro', NumCacheClusters: 1, CacheSubnetGroupName: 'all' },
    ...{ SecurityGroupIds: [servers], TransitEncryptionEnabled: true, AuthToken: token },
  })
  ;[app, stranger] = await Promise.all([machine(ground, [apps]), machine(ground, [])])
  const read = async () => (await cache.describeReplicationGroups({ ReplicationGroupId: 'chat' })).ReplicationGroups![0]
  const made = await slowly(read, one => one?.Status === 'available')
  host = made!.NodeGroups![0]!.PrimaryEndpoint!.Address!
}, 240_000)

/** Runs a command of Redis on a machine, by the endpoint's name, as this machine trusts certificates. */
async function ask(from: { id: string }, command: string, { password = token, tls = true, seconds = 5 } = {}) {
  const word = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const secure = tls ? '--tls --cacert /etc/ssl/certs/ca-certificates.crt' : ''
  const client = `timeout ${seconds} redis-cli -h ${host} -p 6379 ${secure}`
  const auth = password && `REDISCLI_AUTH=${word(password)}`
  return await ssmRun(ground, from.id, `${auth} ${client} ${command} 2>&1; echo "ended with $?"`)
}

describe('a cache that really runs', () => {
  it('answers over TLS by the name of its endpoint, with a certificate that the machine trusts, to who has the token', async () => {
    expect((await ask(app, 'PING')).StandardOutputContent).toBe('PONG\nended with 0\n')
    const python = `import socket, ssl
context = ssl.create_default_context()
with context.wrap_socket(socket.create_connection(("${host}", 6379), 5), server_hostname="${host}") as one:
    one.sendall(b"AUTH ${token}\\r\\nPING\\r\\n")
    got = b""
    while b"PONG" not in got: got += one.recv(100)
    print(got.decode().split())`
    const ran = await ssmRun(ground, app.id, `python3 - <<'END'\n${python}\nEND`)
    expect(ran.StandardOutputContent).toBe("['+OK', '+PONG']\n")
  })

  it('runs what channel layers use, and not what ElastiCache keeps to itself', async () => {
    const script = `EVAL "return redis.call('ZADD', KEYS[1], 1, 'hello')" 1 channel`
    expect((await ask(app, script)).StandardOutputContent).toContain('1\nended with 0')
    expect((await ask(app, 'BZPOPMIN channel 1')).StandardOutputContent).toContain('hello')
    expect((await ask(app, 'CONFIG GET dir')).StandardOutputContent).toContain('NOPERM')
  })

  it('refuses a wrong token and none, and says nothing to who does not speak TLS', async () => {
    expect((await ask(app, 'PING', { password: `${token}2` })).StandardOutputContent).toContain('WRONGPASS')
    expect((await ask(app, 'PING', { password: '' })).StandardOutputContent).toContain('NOAUTH')
    expect((await ask(app, 'PING', { tls: false, seconds: 2 })).StandardOutputContent).not.toContain('PONG')
  })

  it('is out of reach for a machine of another security group', async () => {
    expect((await ask(stranger, 'PING', { seconds: 2 })).StandardOutputContent).not.toContain('PONG')
  })

  it('is started again when it stopped, and still holds what it held', async () => {
    await ask(app, 'SET kept yes')
    const containers = (await ground.runtime.must('list', ['ps', '--format', '{{.Names}}'])).split('\n')
    const name = containers.find(one => one.startsWith(containerName(ground.sandbox, 'cache-')))!
    await ground.runtime.must('stop', ['stop', '--time', '10', name])
    const read = async () => (await ask(app, 'GET kept')).StandardOutputContent
    expect(await slowly(read, text => text?.startsWith('yes') === true)).toContain('yes')
  })

  it('is gone with its container once it is deleted', async () => {
    await cache.deleteReplicationGroup({ ReplicationGroupId: 'chat' })
    const there = async () => (await cache.describeReplicationGroups({})).ReplicationGroups!.length
    expect(await slowly(there, count => count === 0)).toBe(0)
    const containers = await ground.runtime.must('list', ['ps', '--all', '--format', '{{.Names}}'])
    expect(containers).not.toContain(containerName(ground.sandbox, 'cache-'))
  })
})
