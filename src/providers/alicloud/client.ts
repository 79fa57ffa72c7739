import { Exit, Problem } from '../../errors.ts'
import type { JsonObject } from '../../kind.ts'
import type { Connected, Connection } from '../provider.ts'
import { openSession, reach, type Session } from '../session.ts'
import { build } from './calls.ts'
import { findKeys, type KeySource } from './credentials.ts'
import { endpointOf, type Product } from './endpoints.ts'
import { str } from './read.ts'
import { openTransport } from './transport.ts'
import type { Answer, Params } from './wire.ts'

export { until } from '../waiting.ts'
export type { Product } from './endpoints.ts'
export type { Answer, Params } from './wire.ts'

/** The connected Alibaba Cloud, as kinds, chapters and live look-ups use it. */
export interface Alicloud extends Session {
  region: string
  /** The account's id. */
  account: string
  /** One API call with the retries that are safe for it; `RegionId` is added. Throws a CloudProblem. */
  call(product: Product, action: string, params?: Params, options?: CallOptions): Promise<Answer>
  /** All rows of a list, page by page. `list` is the path to the rows in an answer: `Vpcs.Vpc`. */
  pages(product: Product, action: string, params: Params, list: string, paging?: Paging): Promise<JsonObject[]>
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
  const shared = openSession(connection, speed)
  const cloud = build(shared, transport, '', 0)
  try {
    const { account, name } = await who(cloud)
    return {
      cloud: build(shared, transport, account, 0),
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
