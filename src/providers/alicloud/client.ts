import type { Connected, Connection } from '../provider.ts'
import { beforeStart, openSession, reach } from '../session.ts'
import { build } from './calls.ts'
import type { Alicloud } from './cloud.ts'
import { findKeys, type KeySource } from './credentials.ts'
import { endpointOf } from './endpoints.ts'
import { str } from './read.ts'
import { openTransport } from './transport.ts'

/** Connects and asks whose credentials these are. Throws a Problem with exit 4 when they are missing, wrong or expired. */
export async function connectAlicloud(connection: Connection): Promise<Omit<Connected<Alicloud>, 'lookups'>> {
  const { region, sandbox } = connection
  const env = sandbox ? { STACKWRIGHT_ALICLOUD_ENDPOINT: sandbox.url } : connection.env
  const keys: KeySource = sandbox
    ? { getCredentials: async () => ({ accessKeyId: 'sandbox', accessKeySecret: 'sandbox' }) }
    : await findKeys(connection.env)
  const speed = sandbox?.speed ?? 1
  // A time-out leaves it open whether the work was done, so it is long: a short one would only raise doubts.
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

/** The account and the user behind the credentials. */
export async function who(cloud: Alicloud): Promise<{ account: string; name: string }> {
  try {
    const answer = await cloud.call('sts', 'GetCallerIdentity')
    const account = str(answer, 'AccountId')
    const arn = str(answer, 'Arn')
    return { account, name: arn.split(/[:/]/).at(-1) || account }
  } catch (error) {
    throw beforeStart(error)
  }
}
