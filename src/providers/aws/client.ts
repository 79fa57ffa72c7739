import type { Connected, Connection } from '../provider.ts'
import { beforeStart, openSession, reach, type Session } from '../session.ts'
import { build } from './calls.ts'
import { findCredentials, sandboxKeys } from './credentials.ts'
import type { Refusal } from './errors.ts'
import type { Action, Input, Output, Service } from './services/index.ts'
import { openTransport } from './transport.ts'

export type { Action, Input, Output, Service } from './services/index.ts'

/** The connected AWS, as kinds, chapters and live look-ups use it. */
export interface Aws extends Session {
  region: string
  /** The account's id. */
  account: string
  /** One API call with the retries that are safe for it: `call('ec2', 'CreateVpc', { CidrBlock })`. Throws a CloudProblem. */
  call<S extends Service, A extends Action<S>>(
    service: S,
    action: A,
    input: Input<S, A>,
    options?: CallOptions,
  ): Promise<Output<S, A>>
  /** All rows of a list, page by page. */
  pages<S extends Service, A extends Action<S>, Row>(
    service: S,
    action: A,
    input: Input<S, A>,
    rows: (answer: Output<S, A>) => Row[] | undefined,
  ): Promise<Row[]>
}

export interface CallOptions {
  /** Doing it twice is the same as doing it once (deletes, "set to"): sent again after a lost answer even without a token. */
  repeatable?: boolean
  /** More refusals that mean "not now". */
  busy?: (refusal: Refusal) => boolean
  /** A "not found" in the answer is about something long known: believed at once. */
  sure?: boolean
  /** How long "not now" is put up with, milliseconds of the cloud's time. Default five minutes, two for what is too fresh to be known. */
  patience?: number
}

/** Connects and asks who we are. Throws a Problem with exit 4 when credentials are missing, wrong or expired. */
export async function connectAws(connection: Connection): Promise<Omit<Connected<Aws>, 'live' | 'preflight'>> {
  const { region, sandbox, env } = connection
  const credentials = sandbox ? sandboxKeys : await findCredentials(env)
  const speed = sandbox?.speed ?? 1
  // A time-out never tells whether the work was done, so it is long; one that is too short only makes doubt.
  const timeout = Math.max(10_000, 60_000 / speed)
  const transport = openTransport({ region, credentials, timeout, env, ...(sandbox && { sandbox: sandbox.url }) })
  const common = openSession(connection, speed)
  try {
    const { account, name } = await who(build(common, transport, '', 0))
    return {
      cloud: build(common, transport, account, 0),
      account,
      accountName: name,
      region,
      calls: () => ({ ...common.calls }),
      reach: (host, port) => reach(connection, host, port),
      close: () => transport.close(),
    }
  } catch (error) {
    transport.close()
    throw error
  }
}

/** Account and user behind the credentials. */
async function who(cloud: Aws): Promise<{ account: string; name: string }> {
  try {
    const { Account = '', Arn = '' } = await cloud.call('sts', 'GetCallerIdentity', {})
    return { account: Account, name: Arn.split(/[:/]/).at(-1) || Account }
  } catch (error) {
    throw beforeStart(error)
  }
}
