import type { AnyKind } from '../../../engine/kind.ts'
import { machineKey } from './assistant/machine-key.ts'
import { setup } from './assistant/setup.ts'
import { instance } from './ecs/instance.ts'
import { keyPair } from './ecs/key-pair.ts'
import { securityGroup } from './ecs/security-group.ts'
import { securityRules } from './ecs/security-rules.ts'
import { database } from './rds/database.ts'
import { dbAccess } from './rds/db-access.ts'
import { dbAccount } from './rds/db-account.ts'
import { dbGrant } from './rds/db-grant.ts'
import { dbInstance } from './rds/db-instance.ts'
import { backend } from './slb/backend.ts'
import { health } from './slb/health.ts'
import { listener } from './slb/listener.ts'
import { loadBalancer } from './slb/load-balancer.ts'
import { serverGroup } from './slb/server-group.ts'
import { vpc } from './vpc/vpc.ts'
import { vswitch } from './vpc/vswitch.ts'

/** Every resource of this cloud by its name, in the order of making. */
export const resources = {
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
}

/** The same as the engine wants them. */
export const kinds: AnyKind[] = Object.values(resources)
