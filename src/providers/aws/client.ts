import type { Connected, Connection } from '../provider.ts'
import { beforeStart, openSession, reach } from '../session.ts'
import { build } from './calls.ts'
import type { Aws } from './cloud.ts'
import { findCredentials, sandboxKeys } from './credentials.ts'
import { openTransport } from './transport.ts'

export type { Aws, CallOptions } from './cloud.ts'
export type { Action, Input, Output, Service } from './services/index.ts'

/** Connects and looks up the account. Throws a Problem with exit 4 when credentials are missing, wrong or expired. */
export async function connectAws(connection: Connection): Promise<Omit<Connected<Aws>, 'lookups'>> {
  const { region, sandbox, env } = connection
  const credentials = sandbox ? sandboxKeys : await findCredentials(env)
  const speed = sandbox?.speed ?? 1
  // A time-out does not tell whether the work was done, so it is long.
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
