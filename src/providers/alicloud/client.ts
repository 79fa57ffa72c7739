import { Exit, Problem } from '../../errors.ts'
import type { Cloud, JsonObject, Secret, Text } from '../../kind.ts'
import type { Connected, Connection } from '../provider.ts'
import { build, share } from './calls.ts'
import { findKeys, type KeySource } from './credentials.ts'
import { endpointOf, type Product } from './endpoints.ts'
import { str } from './read.ts'
import { openTransport } from './transport.ts'
import type { Answer, Params } from './wire.ts'

export type { Product } from './endpoints.ts'
export type { Answer, Params } from './wire.ts'

/** The connected Alibaba Cloud, as kinds, chapters and live look-ups use it. */
export interface Alicloud extends Cloud {
  region: string
  /** The account's id. */
  account: string
  /** One API call with the retries that are safe for it; `RegionId` is added. Throws a CloudProblem. */
  call(product: Product, action: string, params?: Params, options?: CallOptions): Promise<Answer>
  /** All rows of a list, page by page. `list` is the path to the rows in an answer: `Vpcs.Vpc`. */
  pages(product: Product, action: string, params: Params, list: string, paging?: Paging): Promise<JsonObject[]>
  /** The secret behind a reference; from then on it is blackened in every error text. */
  reveal(secret: Secret): string
  /** A secret made once under this name. */
  keep(name: string, make: () => string): Promise<string>
  /** The long text behind its hash. */
  text(text: Text): string
  /** Works on one `key` one after the other: what Alibaba allows only once at a time per parent. */
  lane<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Blackens every secret known to this connection. */
  clean(text: string): string
  /** Milliseconds of the cloud's time since a moment of its own; for measuring. */
  now(): number
  /**
   * Answers true once `ms` of the cloud's time have passed, and at least `real` milliseconds of ours (ten seconds, or
   * `ms` if that is shorter; three minutes where machines are containers): a fast embedded cloud must not make a slow
   * machine give up.
   */
  deadline(ms: number, real?: number): () => boolean
}

export interface CallOptions {
  /** Doing it twice is the same as doing it once (deletes, "set to"): sent again after a lost answer even without a token. */
  repeatable?: boolean
  /** More codes that mean "not now". */
  busy?: string[]
  /** How long "not now" is put up with, milliseconds of the cloud's time. Default five minutes. */
  patience?: number
}

/** `number`: PageNumber and PageSize. `token`: MaxResults and NextToken. */
export interface Paging {
  by: 'number' | 'token'
  size: number
}

/** Connects and asks who we are. Throws a Problem with exit 4 when credentials are missing, wrong or expired. */
export async function connectAlicloud(
  connection: Connection,
): Promise<Omit<Connected<Alicloud>, 'live' | 'preflight'>> {
  const { region, sandbox } = connection
  const env = sandbox ? { STACKWRIGHT_ALICLOUD_ENDPOINT: sandbox.url } : connection.env
  const keys: KeySource = sandbox
    ? { getCredentials: async () => ({ accessKeyId: 'sandbox', accessKeySecret: 'sandbox' }) }
    : await findKeys(connection.env)
  const speed = sandbox?.speed ?? 1
  // A time-out never tells whether the work was done, so it is long; one that is too short only makes doubt.
  const timeout = Math.max(10_000, 60_000 / speed)
  const transport = await openTransport({ keys, timeout, endpoint: product => endpointOf(product, region, env) })
  const shared = share(connection, transport, speed)
  const cloud = build(shared, '', 0)
  try {
    const { account, name } = await who(cloud)
    return {
      cloud: build(shared, account, 0),
      account,
      accountName: name,
      region,
      calls: () => ({ ...shared.calls }),
      reach: (host, port) => reach(connection, host, port),
      close: () => transport.close(),
    }
  } catch (error) {
    transport.close()
    throw error
  }
}

/** Account and user behind the credentials. */
export async function who(cloud: Alicloud): Promise<{ account: string; name: string }> {
  try {
    const answer = await cloud.call('sts', 'GetCallerIdentity')
    const account = str(answer, 'AccountId')
    const arn = str(answer, 'Arn')
    return { account, name: arn.split(/[:/]/).at(-1) || account }
  } catch (error) {
    if (!(error instanceof Problem) || error.exit === Exit.interrupted) throw error
    // Nothing was made: whatever it is, it is found before the start.
    const { what, why, next, code, requestId } = error
    throw new Problem({
      what,
      exit: Exit.preflight,
      ...(why && { why }),
      ...(next && { next }),
      ...(code && { code }),
      ...(requestId && { requestId }),
    })
  }
}

export interface Until {
  /** What is waited for, for the error: `the instance i-1 to run`. */
  what: string
  /** At most this long, milliseconds of the cloud's time. */
  within: number
  /** First pause; it grows with the time already waited (5 %), up to 10 s. Default one second. */
  every?: number
}

/** Reads again and again until `done`; answers the last reading. Throws a Problem when it takes too long. */
export async function until<T>(
  cloud: Alicloud,
  read: () => Promise<T>,
  done: (reading: T) => boolean,
  { what, within, every = 1000 }: Until,
): Promise<T> {
  const start = cloud.now()
  const late = cloud.deadline(within)
  for (;;) {
    const reading = await read()
    if (done(reading)) return reading
    if (late()) {
      throw new Problem({
        what: `Waited ${Math.round(within / 60_000)} minutes for ${what}.`,
        why: 'The cloud accepted it, but it is not ready yet.',
        next: 'Look at it in the console; run the same command again to go on waiting.',
      })
    }
    await cloud.sleep(Math.min(10_000, Math.max(every, 0.05 * (cloud.now() - start))))
  }
}

/** In the embedded cloud no address of a load balancer exists: a local port answers in its place. */
async function reach({ sandbox }: Connection, host: string, port: number): Promise<string> {
  if (!sandbox) return port === 80 ? `http://${host}` : `http://${host}:${port}`
  const url = new URL('/-/reach', sandbox.url)
  url.searchParams.set('host', host)
  url.searchParams.set('port', String(port))
  const answer = (await (await fetch(url)).json()) as { url?: string }
  if (answer.url) return answer.url.replace(/\/+$/, '')
  throw new Problem({ what: `The embedded cloud knows no address ${host}:${port}.` })
}
