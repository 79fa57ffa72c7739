import { describe, expect, it } from 'vitest'
import { containerId } from '../../../src/emulator/containers/aws/desired.ts'
import { containerName } from '../../../src/emulator/containers/network.ts'
import type { Resource } from '../../../src/emulator/world/model.ts'
import { addressOf, expectWays, from, type Place } from '../aws/reach.ts'
import { type Chat, settings } from './chat.ts'

type Places = Record<'web' | 'web2' | 'front' | 'database' | 'redis', Place>

/** Everything that can be tried from elsewhere is. */
export function describeReach(of: () => Chat): void {
  describe('Who reaches whom, tried from elsewhere', () => {
    it('lets only the load balancer reach nginx and daphne, nobody gunicorn, and everybody the load balancer', async () => {
      const { web, web2, front, database, redis } = await placesOf(of())
      const strangers = ['outside', web2, database, redis] as const
      await expectWays(of().runtime, {
        open: [80, 443]
          .flatMap(port => from(['outside', web], front, port))
          .concat([80, 5000].flatMap(port => [...from([front], web, port), ...from([front], web2, port)])),
        closed: [80, 5000, 8000]
          .flatMap(port => from([...strangers], web, port))
          .concat(from([front], web, 8000), from(['outside', web], web2, 5000)),
      })
    }, 180_000)

    it('lets only the machines reach the database and Redis', async () => {
      const { web, web2, front, database, redis } = await placesOf(of())
      await expectWays(of().runtime, {
        open: [...from([web, web2], database, 5432), ...from([web, web2], redis, 6379)],
        closed: [
          ...from(['outside', front, redis], database, 5432),
          ...from(['outside', front, database], redis, 6379),
        ],
      })
    }, 180_000)

    it('has a Redis that answers over TLS alone, and only who has the token', async () => {
      const { first, inside } = of()
      const said = async (...how: string[]) => await inside(first, askRedis(how))
      expect(await said('tls', 'token')).toBe('+OK +PONG\n')
      expect(await said('plain', 'token')).toBe('\n')
      expect(await said('tls', 'another')).toMatch(/^-WRONGPASS .*-NOAUTH /)
    })
  })
}

/** Signs in and sends PING, as the application on this machine could; prints what comes back, also where that is nothing. */
function askRedis(how: string[]): string {
  const python = `
import os, socket, ssl, sys
host, port, token = (os.environ["REDIS_" + name] for name in ("HOST", "PORT", "PASSWORD"))
how = sys.argv[1:]
words = [["AUTH", token if "token" in how else token + "2"], ["PING"]]
got = b""
try:
    one = socket.create_connection((host, int(port)), 5)
    if "tls" in how:
        one = ssl.create_default_context().wrap_socket(one, server_hostname=host)
    for call in words:
        parts = "".join("$%d\\r\\n%s\\r\\n" % (len(word), word) for word in call)
        one.sendall(("*%d\\r\\n%s" % (len(call), parts)).encode())
    while got.count(b"\\r\\n") < 2:
        more = one.recv(1000)
        if not more:
            break
        got += more
except ConnectionError:
    pass
print(" ".join(got.decode().split("\\r\\n")).strip())`
  return `set -a; . ${settings}; set +a; timeout 20 python3 - ${how.join(' ')} <<'END'\n${python}\nEND`
}

async function placesOf(chat: Chat): Promise<Places> {
  const { runtime, sandbox } = chat
  const machine = async (is: string, address: string): Promise<Place> => {
    const { id, out } = await chat.entry(address)
    return { is, container: containerName(sandbox, id), address: String(out.privateIp) }
  }
  const web = await machine('web', 'machines/instance')
  const named = async (address: string, name: string) =>
    await addressOf(runtime, web.container, String((await chat.entry(address)).out[name]))
  const { id } = await chat.entry('balancer/load-balancer')
  const front = containerName(sandbox, containerId({ id, type: 'load-balancer' } as Resource))
  return {
    web,
    web2: await machine('second web', 'machines/instance-2'),
    front: { is: 'load balancer', container: front, address: await named('balancer/load-balancer', 'dnsName') },
    database: {
      ...{ is: 'database', container: await chat.serverOf('db') },
      address: await named('database/instance', 'host'),
    },
    redis: { is: 'Redis', container: await chat.serverOf('cache'), address: await named('database/redis', 'host') },
  }
}
