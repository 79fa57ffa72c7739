import type { AnyKind } from '../../../engine/kind.ts'
import { dbAccess } from './access.ts'
import { database, dbAccount, dbGrant } from './accounts.ts'
import { machineKey, setup } from './application.ts'
import { listener, loadBalancer, serverGroup } from './balancer.ts'
import { dbInstance } from './database.ts'
import { instance, keyPair, securityGroup } from './machines.ts'
import { vpc, vswitch } from './network.ts'
import { backend, health } from './pool.ts'
import { securityRules } from './rules.ts'

export {
  backend,
  database,
  dbAccess,
  dbAccount,
  dbGrant,
  dbInstance,
  health,
  instance,
  keyPair,
  listener,
  loadBalancer,
  machineKey,
  securityGroup,
  securityRules,
  serverGroup,
  setup,
  vpc,
  vswitch,
}

/** Every kind of this cloud, in the order of making. */
export const kinds: AnyKind[] = [
  vpc,
  vswitch,
  securityGroup,
  securityRules,
  keyPair,
  dbInstance,
  dbAccess,
  dbAccount,
  database,
  dbGrant,
  instance,
  machineKey,
  setup,
  loadBalancer,
  serverGroup,
  backend,
  listener,
  health,
]
