import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../../base/errors.ts'
import type { Issued } from '../../http/authority.ts'
import { lastLines } from '../command.ts'
import { bootDatabaseServer, type DatabaseSpec } from '../database-server.ts'
import type { Machine } from '../machine.ts'
import { base64 } from '../programs.ts'
import type { Runtime } from '../runtime.ts'

/** How the server answers. */
export interface RedisContent {
  port: number
  /** MiB that it may fill. */
  memory: number
  /** What `redisVerifier` makes of the token; empty: nobody is asked for one. */
  verifier: string
  /** With it the server speaks TLS and nothing else. */
  certificate?: Issued
}

const folder = '/etc/redis/stackwright'
const socket = '/run/redis/redis.sock'
const patience = 60_000

/** Commands that ElastiCache keeps to itself. */
const withheld =
  '-acl|setuser -acl|deluser -acl|load -acl|save -bgrewriteaof -bgsave -config -debug -failover -migrate -module -psync -replicaof -save -shutdown -slaveof -sync'

/** What Redis itself keeps of a password. */
export function redisVerifier(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/**
 * Starts the container of a Redis server, in place of a replication group of ElastiCache, or finds it running. The server
 * in it starts with its first content, and again with the last one. Its firewall is set by the caller.
 */
export async function bootRedis(runtime: Runtime, spec: DatabaseSpec): Promise<Machine> {
  return await bootDatabaseServer(runtime, spec, {
    start: [
      'install -d -o redis -g redis /run/redis',
      `install -d -o redis -g redis -m 700 ${folder}`,
      `until test -e ${folder}/redis.conf; do sleep 0.1; done`,
      `exec setpriv --reuid redis --regid redis --clear-groups redis-server ${folder}/redis.conf`,
    ].join('\n'),
    arguments: [],
    stopSignal: 'SIGTERM',
    ping: ['test', '-d', folder],
  })
}

/** Sets its port, token and certificate, and waits until it serves. Can be repeated; a change needs a new container. */
export async function setRedisContent(runtime: Runtime, server: Machine, content: RedisContent): Promise<void> {
  const what = `The Redis server ${server.id} did not start.`
  const files = { 'certificate.pem': content.certificate?.certificate, 'key.pem': content.certificate?.key }
  const writes = Object.entries(files).flatMap(([name, text]) => (text ? [write(name, text)] : []))
  // The configuration last, and whole: the server starts once it is there.
  const script = [
    'umask 077',
    ...writes,
    write('new.conf', configuration(content)),
    `chown redis:redis ${folder}/*`,
    `mv ${folder}/new.conf ${folder}/redis.conf`,
  ].join('\n')
  await runtime.must(what, ['exec', '--interactive', server.name, 'bash', '-eu', '-s'], { input: script })
  await untilServing(runtime, what, server)
}

function write(name: string, text: string): string {
  return `echo ${base64(text)} | base64 -d >${folder}/${name}`
}

function configuration({ port, memory, verifier, certificate }: RedisContent): string {
  const secret = verifier ? `#${verifier}` : 'nopass'
  return [
    ...['bind 0.0.0.0', 'protected-mode no', `unixsocket ${socket}`, 'unixsocketperm 700', 'dir /var/lib/redis'],
    ...(certificate
      ? [
          ...['port 0', `tls-port ${port}`, 'tls-auth-clients no', 'tls-protocols "TLSv1.2 TLSv1.3"'],
          ...[`tls-cert-file ${folder}/certificate.pem`, `tls-key-file ${folder}/key.pem`],
        ]
      : [`port ${port}`]),
    `maxmemory ${memory}mb`,
    'maxmemory-policy volatile-lru',
    // Written when the server stops, so that the sandbox can be stopped and started.
    'save 3600 1',
    `user default on ${secret} ~* &* +@all ${withheld}`,
    '',
  ].join('\n')
}

/** Also a server that asks for a token answers with an error only once it serves. */
async function untilServing(runtime: Runtime, what: string, server: Machine): Promise<void> {
  const until = Date.now() + patience
  while (Date.now() < until) {
    const ran = await runtime.run(['exec', server.name, 'redis-cli', '-s', socket, 'ping'])
    if (/PONG|NOAUTH/.test(ran.stdout)) return
    await wait(100)
  }
  const log = await runtime.run(['logs', '--tail', '5', server.name])
  throw new Problem({ what, why: lastLines(log.stdout + log.stderr, 5) })
}
