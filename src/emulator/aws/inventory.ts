import type { Call, World } from '../world/model.ts'
import { regions } from './core/catalog.ts'
import { everywhere, text } from './core/input.ts'
import { firstAccount, secondAccount } from './protocol/accounts.ts'
import { certificateStatus } from './services/acm/certificate.ts'
import { ec2Inventory, type Shows } from './services/ec2/inventory.ts'
import { balancerState } from './services/elbv2/load-balancer-description.ts'
import { clusterStatus } from './services/rds/db-cluster.ts'
import { dbInstanceStatus } from './services/rds/db-instance-description.ts'
import { snapshotStatus } from './services/rds/db-snapshot.ts'
import { tendAll } from './tend.ts'

/** One line of `sandbox inventory`. */
export type Item = {
  cloud: string
  type: string
  id: string
  state: string
  tags: Record<string, string>
}

const plain: Shows = (_, thing) => (thing.goneAt === undefined ? 'available' : 'deleting')

const shows: Record<string, Shows> = {
  ...ec2Inventory,
  'auto-scaling-group': plain,
  'db-instance': dbInstanceStatus,
  'db-cluster': clusterStatus,
  'db-snapshot': snapshotStatus,
  'db-subnet-group': plain,
  bucket: plain,
  'load-balancer': (call, thing) => (thing.goneAt === undefined ? balancerState(call, thing) : 'deleting'),
  'target-group': plain,
  listener: plain,
  rule: plain,
  certificate: certificateStatus,
  'hosted-zone': plain,
  record: plain,
  secret: plain,
}

/** Everything anyone made and that exists or is still going, of all accounts and regions. Nothing is there from the start. */
export function inventoryOf(world: World): Item[] {
  tendAll(world)
  return places(world).flatMap(call =>
    Object.entries(shows).flatMap(([type, show]) =>
      world
        .list(type, call)
        .filter(thing => thing.cloud === 'aws')
        .flatMap(thing => {
          const state = show(call, thing)
          const id = type === 'key-pair' ? text(thing, 'name') : thing.id
          return state === undefined ? [] : { cloud: 'aws', type, id, state, tags: { ...thing.tags } }
        }),
    ),
  )
}

function places(world: World): Call[] {
  const names = [...regions.map(one => one.id), everywhere]
  return [firstAccount, secondAccount].flatMap(account =>
    names.map(region => ({ cloud: 'aws' as const, product: '', action: '', region, account, requestId: '', world })),
  )
}
