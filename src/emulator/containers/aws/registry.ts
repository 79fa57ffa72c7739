import { ensureContainer, inside, realAddress } from '../container.ts'
import type { Machine } from '../machine.ts'
import type { Network } from '../network.ts'
import { base64 } from '../programs.ts'
import type { Runtime } from '../runtime.ts'

/** The id of the network that the servers of all repositories share; it belongs to no VPC. */
export const registriesId = 'net-registries'

/** Where a repository's server listens, without TLS and for whoever comes: its firewall lets this system in only. */
export const registryPort = 5000

const data = '/var/lib/docker-registry'
const config = '/run/docker-registry.json'

/** Starts Debian's docker-registry for one repository, or finds it running, and waits until it listens. Its images are its container's. */
export async function bootRegistry(
  runtime: Runtime,
  { id, ...spec }: { sandbox: string; id: string; image: string; network: Network },
): Promise<Machine> {
  const what = `The server of the repository ${id} did not start.`
  const start = [
    `echo ${base64(JSON.stringify(settings()))} | base64 -d >${config}`,
    `install -d -o docker-registry -g docker-registry -m 700 ${data}`,
    `exec setpriv --reuid=docker-registry --regid=docker-registry --init-groups docker-registry serve ${config}`,
  ].join('\n')
  const name = await ensureContainer(runtime, what, {
    ...{ ...spec, id, use: 'server', hostName: id },
    flags: ['--stop-signal', 'SIGTERM'],
    command: ['bash', '-c', start],
  })
  const probe = `(: </dev/tcp/127.0.0.1/${registryPort}) 2>/dev/null`
  await inside(runtime, name, what, `for _ in $(seq 300); do if ${probe}; then exit 0; fi; sleep 0.1; done\nexit 1\n`)
  const address = await realAddress(runtime, name)
  return { name, id, address, realAddress: address }
}

/** YAML takes JSON. */
function settings() {
  return {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: data } },
    // What is sent back and forth goes through another host name.
    http: { addr: `:${registryPort}`, relativeurls: true },
  }
}
