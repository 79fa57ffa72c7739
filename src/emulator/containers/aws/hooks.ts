import type { JsonObject } from '../../../base/json.ts'
import { word } from '../../aws/core/input.ts'
import { cacheLook } from '../../aws/services/elasticache/lookup.ts'
import { rdsLook } from '../../aws/services/rds/lookup.ts'
import type { Call, Operation } from '../../world/model.ts'
import { scramVerifier } from '../scram.ts'
import { serverOf } from './desired.ts'
import { nativeVerifier } from './mariadb.ts'
import { redisVerifier } from './redis.ts'

/** The same operations, with a hook: the containers follow every call, since each may have advanced the world. */
export function withHooks(all: Record<string, Operation>, look: () => void): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(all).map(([name, run]): [string, Operation] => [
      name,
      (input, call) => {
        const output = run(input, call)
        rememberPassword(name, input, call)
        rememberToken(name, input, call)
        look()
        return output
      },
    ]),
  )
}

/** The operations throw passwords away; the real server has to know them, in the form it keeps them itself. */
function rememberPassword(name: string, input: JsonObject, call: Call): void {
  const password = word(input, 'MasterUserPassword')
  if (password === '' || !/^rds\.(Create|Modify)DB(Instance|Cluster)$/.test(name)) return
  const cluster = name.endsWith('Cluster')
  const resource = rdsLook(
    call,
    cluster ? 'cluster' : 'db',
    word(input, cluster ? 'DBClusterIdentifier' : 'DBInstanceIdentifier'),
  )
  if (!resource) return
  resource.data.verifier = serverOf(resource) === 'postgresql' ? scramVerifier(password) : nativeVerifier(password)
  call.world.touch(resource)
}

/** The same for a cache's AUTH token. */
function rememberToken(name: string, input: JsonObject, call: Call): void {
  const token = word(input, 'AuthToken')
  if (token === '' || name !== 'elasticache.CreateReplicationGroup') return
  const group = cacheLook(call, 'replicationgroup', word(input, 'ReplicationGroupId'))
  if (!group) return
  group.data.verifier = redisVerifier(token)
  call.world.touch(group)
}
