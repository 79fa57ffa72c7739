import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { judgePassword, tokenUser } from '../../aws/services/ecr/authorization-token.ts'
import { rememberImage } from '../../aws/services/ecr/image.ts'
import { noRepositoryMessage, registryHost, repositoryNamed } from '../../aws/services/ecr/lookup.ts'
import type { Issued } from '../../http/authority.ts'
import { closeServer } from '../../http/front.ts'
import type { Call } from '../../world/model.ts'
import { endToEnd } from '../headers.ts'
import type { Network } from '../network.ts'
import { registryPort } from './registry.ts'
import type { Repositories } from './repositories.ts'
import type { RegistryWay } from './scripts.ts'

/** The registry's addresses on the bridges of the machines. */
export interface RegistryDoors {
  /** `call`: in the account and region of the machines. The network's bridge must be up. */
  open(network: Network, call: Call): Promise<RegistryWay>
  close(): Promise<void>
}

/** What the doors need. */
export interface RegistryDoorDeps {
  repositories: Pick<Repositories, 'server'>
  issue(names: string[]): Issued
  /** Saves the world's changes that were made outside of a call. */
  save(): void
  closed(): boolean
  /** Local ports by name, kept over a restart. */
  ports: Map<string, number>
  keepPort(name: string, port: number): void
}

/** `/v2/NAME/manifests/REFERENCE` and the like; a name may have slashes. */
const paths = /^\/v2\/([a-z0-9][a-z0-9._/-]*)\/(manifests\/[^/]+|blobs\/.+|tags\/list)$/

/** The longest manifest that a registry takes. */
const longest = 4 * 1024 * 1024

/** A repository's server may still be starting, real milliseconds. */
const patience = 60_000

/**
 * What stands before the servers of the repositories, as ECR does: TLS, a token on every request, and no repository but
 * those that were made (docs/facts/aws.md, ECR). It notes in the world what is pushed.
 */
export function createRegistryDoors(deps: RegistryDoorDeps): RegistryDoors {
  const servers = new Map<string, Server>()

  async function answerTo(incoming: IncomingMessage, answer: ServerResponse, call: Call): Promise<void> {
    const refusal = refusalOf(incoming, call)
    if (refusal) return refuse(incoming, answer, call, refusal)
    const { pathname, search } = new URL(incoming.url ?? '/', 'http://door')
    if (pathname === '/v2/')
      return void answer.writeHead(200, { ...version, 'content-type': 'application/json' }).end('{}')
    const [, name = '', rest = ''] = paths.exec(pathname) ?? []
    const server = await serverOf(call, name)
    if (!server) return refuse(incoming, answer, call, [503, 'UNAVAILABLE', 'The repository is not ready yet.'])
    const outgoing = request({
      ...{ host: server.host, port: registryPort, localAddress: server.from, agent: false },
      ...{ method: incoming.method, path: pathname + search, headers: headersFor(incoming, call) },
    })
    const manifest = incoming.method === 'PUT' && rest.startsWith('manifests/') ? collect(incoming) : undefined
    outgoing.on('error', () => {
      if (answer.headersSent) answer.destroy()
      else refuse(incoming, answer, call, [502, 'UNAVAILABLE', 'The repository does not answer.'])
    })
    outgoing.on('response', reply => {
      if (manifest && reply.statusCode === 201) remember(call, name, rest, incoming, reply, manifest())
      answer.writeHead(reply.statusCode ?? 502, endToEnd(reply))
      reply.pipe(answer)
    })
    answer.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  }

  async function serverOf(call: Call, name: string) {
    const until = Date.now() + patience
    for (;;) {
      const server = deps.repositories.server(call, name)
      if (server || deps.closed() || Date.now() > until || !repositoryNamed(call, name)) return server
      await wait(100)
    }
  }

  function remember(
    call: Call,
    name: string,
    rest: string,
    { headers }: IncomingMessage,
    reply: IncomingMessage,
    manifest: Buffer,
  ): void {
    const repository = repositoryNamed(call, name)
    if (!repository) return
    const reference = decodeURIComponent(rest.slice('manifests/'.length))
    rememberImage(call, repository, {
      digest: String(reply.headers['docker-content-digest']),
      mediaType: String(headers['content-type'] ?? ''),
      size: sizeOf(manifest),
      ...(!reference.includes(':') && { tag: reference }),
    })
    deps.save()
  }

  return {
    async open(network, call) {
      const name = `registry ${network.name}`
      const server = servers.get(name) ?? serve(deps.issue([registryHost(call)]), (...two) => answerTo(...two, call))
      if (!server.listening) {
        await listenAt(server, network.gateway, deps.ports.get(name) ?? 0)
        servers.set(name, server)
      }
      const { port } = server.address() as AddressInfo
      if (deps.ports.get(name) !== port) deps.keepPort(name, port)
      return { address: network.gateway, port }
    },
    async close() {
      await Promise.all([...servers.values()].map(server => closeServer(server)))
      servers.clear()
    },
  }
}

type Refusal = [status: number, code: string, message: string]

const version = { 'docker-distribution-api-version': 'registry/2.0' }

/** Why a request goes no further, in ECR's words. */
function refusalOf({ method = '', url = '/', headers }: IncomingMessage, call: Call): Refusal | undefined {
  const [scheme = '', credentials = ''] = (headers.authorization ?? '').split(' ')
  const [user = '', password = ''] = Buffer.from(credentials, 'base64').toString().split(':')
  if (scheme.toLowerCase() !== 'basic' || user === '') return [401, 'UNAUTHORIZED', 'Not Authorized']
  const worth = user === tokenUser ? judgePassword(call, password) : 'wrong'
  if (worth === 'wrong') return [400, 'DENIED', 'Your Authorization Token is invalid.']
  if (worth === 'expired') return [403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.']
  const path = new URL(url, 'http://door').pathname
  if (path === '/v2/') return undefined
  const [, name] = paths.exec(path) ?? []
  if (name === undefined) return [404, 'NOT_FOUND', 'There is nothing at this path.']
  if (!repositoryNamed(call, name)) return [404, 'NAME_UNKNOWN', noRepositoryMessage(call, name)]
  return method === 'DELETE' ? [405, 'UNSUPPORTED', 'The operation is unsupported.'] : undefined
}

function refuse(incoming: IncomingMessage, answer: ServerResponse, call: Call, [status, code, message]: Refusal): void {
  const realm = { 'www-authenticate': `Basic realm="https://${registryHost(call)}/",service="ecr.amazonaws.com"` }
  const headers = { ...version, 'content-type': 'application/json', ...(status === 401 && realm) }
  // A body that nobody reads keeps the connection from its next request.
  incoming.resume()
  answer.writeHead(status, headers).end(JSON.stringify({ errors: [{ code, message }] }))
}

/** The token stays here. */
function headersFor(incoming: IncomingMessage, call: Call): Record<string, string | string[]> {
  const { authorization, ...headers } = endToEnd(incoming)
  return { ...headers, host: registryHost(call) }
}

/** What goes by, up to the longest manifest. */
function collect(incoming: IncomingMessage): () => Buffer {
  const pieces: Buffer[] = []
  let length = 0
  incoming.on('data', (piece: Buffer) => {
    length += piece.length
    if (length <= longest) pieces.push(piece)
  })
  return () => Buffer.concat(pieces)
}

/** Bytes of an image's layers, as DescribeImages tells them. */
function sizeOf(manifest: Buffer): number {
  const { config, layers = [] } = JSON.parse(manifest.toString()) as {
    config?: { size: number }
    layers?: { size: number }[]
  }
  return [...(config ? [config] : []), ...layers].reduce((sum, { size }) => sum + size, manifest.length)
}

function serve(
  { certificate, key }: Issued,
  handle: (incoming: IncomingMessage, answer: ServerResponse) => Promise<void>,
): Server {
  const server = createServer({ cert: certificate, key }, (incoming, answer) => {
    handle(incoming, answer).catch(() => answer.destroy())
  })
  // A layer takes as long as it takes.
  server.requestTimeout = 0
  return server
}

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
