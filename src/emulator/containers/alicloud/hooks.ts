import type { JsonObject } from '../../../base/json.ts'
import { isObject, word } from '../../alicloud/core/input.ts'
import { isMutating } from '../../alicloud/protocol/api.ts'
import type { Call, Operation, World } from '../../world/model.ts'
import { scramVerifier } from '../scram.ts'
import type { Balancer } from './balancer.ts'

/** What the hooks need. */
export interface HookDeps {
  world: World
  balancer: Balancer
  /** Compares the world with the containers; after every change. */
  look(): void
}

/** The same operations, with hooks: the containers follow each change, and the load balancer's real health is told. */
export function withHooks(all: Record<string, Operation>, deps: HookDeps): Record<string, Operation> {
  return Object.fromEntries(Object.entries(all).map(([name, run]) => [name, wrapped(name, run, deps)]))
}

function wrapped(name: string, run: Operation, deps: HookDeps): Operation {
  if (name === 'slb.DescribeHealthStatus') return (input, call) => realHealth(run(input, call), input, deps.balancer)
  if (!isMutating(name.split('.')[1] ?? '')) return run
  return (input, call) => {
    const body = run(input, call)
    if (name === 'rds.CreateAccount' || name === 'rds.ResetAccountPassword') rememberPassword(input, call)
    deps.look()
    return body
  }
}

/** The operations throw passwords away; the real server has to know them, in the form it keeps them itself. */
function rememberPassword(input: JsonObject, { world }: Call): void {
  const account = world.get('db-account', `${word(input, 'DBInstanceId')}/${word(input, 'AccountName')}`)
  if (!account) return
  account.data.verifier = scramVerifier(word(input, 'AccountPassword'))
  world.touch(account)
}

function realHealth(body: JsonObject, input: JsonObject, balancer: Balancer): JsonObject {
  const rows = (body.BackendServers as JsonObject).BackendServer
  if (!Array.isArray(rows)) return body
  const real = rows.filter(isObject).map(row => {
    const seen = balancer
      .health(`${word(input, 'LoadBalancerId')}/${Number(row.ListenerPort)}`)
      .find(({ backend }) => backend.serverId === row.ServerId && backend.port === row.Port)
    return { ...row, ServerHealthStatus: seen?.state ?? 'unavailable' }
  })
  return { BackendServers: { BackendServer: real } }
}
