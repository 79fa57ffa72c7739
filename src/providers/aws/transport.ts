import { Problem } from '../../base/errors.ts'
import { inTime } from '../in-time.ts'
import type { Credentials } from './credentials.ts'
import { type Failure, failureOf } from './errors.ts'
import { endpointIds, loaders, type Service } from './services/index.ts'

/** Sends single requests through the official clients and returns their outcome. */
export interface Transport {
  /** `fresh`: on a connection of its own. A kept-alive one that the server just closed looks like a lost answer. */
  send(service: Service, action: string, input: object, options: { fresh: boolean }): Promise<Outcome>
  close(): void
}

export type Outcome = { answer: object } | Failure

export interface TransportOptions {
  region: string
  credentials: Credentials
  /** Real milliseconds until an answer is given up. */
  timeout: number
  env: NodeJS.ProcessEnv
  /** The embedded cloud's address. */
  sandbox?: string
}

/** What all official clients have in common. */
interface Client {
  send(command: object, options: { abortSignal: AbortSignal }): Promise<object>
  destroy(): void
}
type ClientClass = new (config: object) => Client
type Module = Record<string, unknown> & { Client: unknown }

/**
 * Keeps the clients' own remarks off the screen. Without `info` on purpose: where there is one, the clients serialize
 * every answer for it.
 */
const silent = { trace() {}, debug() {}, warn() {}, error() {} }

/** Opens nothing yet: each official client is loaded and opened by the first call of its service. */
export function openTransport(options: TransportOptions): Transport {
  const { timeout } = options
  const clients = new Map<string, Promise<{ client: Client; module: Module }>>()
  quietNode()

  return {
    async send(service, action, input, { fresh }) {
      const { client, module } = await clientOf(service, fresh)
      const Command = module[`${action}Command`] as new (input: object) => object
      if (!Command) throw new Error(`no such operation here: ${service}.${action}`)
      try {
        return { answer: await inTime(signal => client.send(new Command(input), { abortSignal: signal }), 2 * timeout) }
      } catch (error) {
        if (error instanceof Problem) throw error
        return failureOf(error)
      }
    },
    close() {
      for (const opened of clients.values()) opened.then(({ client }) => client.destroy()).catch(() => undefined)
    },
  }

  function clientOf(service: Service, fresh: boolean) {
    const key = `${service} ${fresh}`
    const known = clients.get(key)
    if (known) return known
    const opened = open(service, fresh)
    clients.set(key, opened)
    return opened
  }

  async function open(service: Service, fresh: boolean) {
    const module = (await loaders[service]()) as unknown as Module
    const endpoint = endpointOf(service, options)
    const agent = { keepAlive: !fresh, maxSockets: 64 }
    const Client = module.Client as ClientClass
    const client = new Client({
      region: options.region,
      credentials: options.credentials,
      // The official retry repeats a create that may have been carried out: all retries are in calls.ts.
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: Math.max(10_000, timeout / 4),
        requestTimeout: timeout,
        // Without it a time-out is only logged.
        throwOnRequestTimeout: true,
        httpAgent: agent,
        httpsAgent: agent,
        logger: silent,
      },
      logger: silent,
      ...(endpoint && { endpoint }),
      // A custom endpoint does not resolve bucket names as host names.
      ...(service === 's3' && endpoint && { forcePathStyle: true }),
    })
    return { client, module }
  }
}

/** `AWS_ENDPOINT_URL_<ID>`, `AWS_ENDPOINT_URL`; undefined: what the shared configuration or the region says. */
export function endpointOf(service: Service, { env, sandbox }: { env: NodeJS.ProcessEnv; sandbox?: string }) {
  if (sandbox) return sandbox
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return undefined
  return env[`AWS_ENDPOINT_URL_${endpointIds[service]}`] || env.AWS_ENDPOINT_URL || undefined
}

/** Otherwise the clients print a notice about the version of Node on every run. */
function quietNode(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
}
