import { listOf } from '../../../answers/checks.ts'
import type { Values } from '../../../answers/question.ts'
import type { Drawing, Handle } from '../../../engine/kind.ts'
import type { Database } from '../../../steps/results.ts'
import { database, dbAccess, dbAccount, dbGrant, dbInstance } from '../kinds/index.ts'
import type { AlicloudLive } from '../live.ts'
import type { Chapter, Subnet } from './chapter.ts'
import { number, text, vswitchIndex, yes } from './names.ts'
import { asks } from './rds-questions.ts'
import type { Engine } from './reserved.ts'

/** Console: ApsaraDB RDS → Create Instance → Whitelist Settings → Accounts → Databases. */
export const rds: Chapter<AlicloudLive, 'network' | 'subnets', Database> = {
  title: 'Create the RDS instance',
  asks,
  draw(on, values, { network, subnets }) {
    const engine = engineOf(values)
    const place = subnets[vswitchIndex(values, 'database.vswitch')] as Subnet
    const subscription = text(values, 'database.billing') === 'subscription'
    const made = on.add('instance', dbInstance, {
      engine,
      version: text(values, 'database.version'),
      class: text(values, 'database.class'),
      category: text(values, 'database.category'),
      storageType: text(values, 'database.storageType'),
      storage: number(values, 'database.storage', 20),
      vpcId: network.id,
      vswitchId: place.id,
      zone: place.zone,
      name: text(values, 'database.instanceName'),
      billing: subscription ? 'subscription' : 'payg',
      months: subscription ? number(values, 'database.months', 1) : 0,
      finalBackup: yes(values, 'database.finalBackup'),
    })
    const access = on.add(
      'access',
      dbAccess,
      {
        instanceId: made.get('id'),
        group: text(values, 'database.accessGroup'),
        allow: listOf(values['database.allow']),
      },
      { within: made },
    )
    const name = text(values, 'database.name')
    const user = text(values, 'database.user')
    const grant = drawOwner(on, values, made, { engine, name, user })
    return {
      engine: engine === 'MySQL' ? 'mysql' : 'postgresql',
      host: access.get('host'),
      port: access.get('port'),
      name,
      user,
      password: { $secret: 'database.password' },
      ready: [access, grant],
    }
  },
}

/** The engine that was chosen; the tutorial's PostgreSQL where nothing was. */
export function engineOf(values: Values): Engine {
  return text(values, 'database.engine') === 'MySQL' ? 'MySQL' : 'PostgreSQL'
}

interface Owner {
  engine: Engine
  name: string
  user: string
}

/** The accounts, the database, and the right of the one over the other. */
function drawOwner(on: Drawing, values: Values, made: Handle<{ id: string }>, { engine, name, user }: Owner) {
  const instanceId = made.get('id')
  // The first account of an instance may have to be a privileged one (CreateAccount, "first account can't be normal").
  const privileged = yes(values, 'database.privileged')
    ? on.add(
        'privileged-account',
        dbAccount,
        {
          instanceId,
          engine,
          name: text(values, 'database.privilegedUser'),
          password: { $secret: 'database.privilegedPassword' },
          privileged: true,
        },
        { within: made },
      )
    : undefined
  const account = on.add(
    'account',
    dbAccount,
    { instanceId, engine, name: user, password: { $secret: 'database.password' }, privileged: false },
    { within: made, needs: privileged ? [privileged] : [] },
  )
  const base = on.add('database', database, { instanceId, engine, name }, { within: made })
  return on.add(
    'grant',
    dbGrant,
    { instanceId, engine, account: user, database: name },
    { within: made, needs: [account, base] },
  )
}
