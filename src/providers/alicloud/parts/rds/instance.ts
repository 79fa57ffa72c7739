import { listOf } from '../../../../answers/checks.ts'
import type { Values } from '../../../../answers/question.ts'
import type { Drawing, Handle } from '../../../../engine/kind.ts'
import type { StepDrawing } from '../../../../steps/drawing.ts'
import type { Database } from '../../../../steps/results.ts'
import type { AlicloudLookups } from '../../lookups.ts'
import { database } from '../../resources/rds/database.ts'
import { dbAccess } from '../../resources/rds/db-access.ts'
import { dbAccount } from '../../resources/rds/db-account.ts'
import { dbGrant } from '../../resources/rds/db-grant.ts'
import { dbInstance, type Engine } from '../../resources/rds/db-instance.ts'
import { number, text, vswitchIndex, yes } from '../names.ts'
import type { Vpc } from '../vpc.ts'
import type { VSwitches } from '../vswitches.ts'
import { databaseOffered } from './checks.ts'
import { engineOf } from './engines/index.ts'
import { questions } from './questions.ts'

/** Console: ApsaraDB RDS → Create Instance → Whitelist Settings → Accounts → Databases. */
export const rdsInstance = { questions, draw, checks: { databaseOffered } }

function draw(
  on: StepDrawing<AlicloudLookups>,
  values: Values,
  { vpc, vswitches }: { vpc: Vpc; vswitches: VSwitches },
): Database {
  const { id: engine, dialect } = engineOf(values)
  const place = vswitches[vswitchIndex(values, 'database.vswitch')]
  const subscription = text(values, 'database.billing') === 'subscription'
  const made = on.add('instance', dbInstance, {
    engine,
    version: text(values, 'database.version'),
    class: text(values, 'database.class'),
    category: text(values, 'database.category'),
    storageType: text(values, 'database.storageType'),
    storage: number(values, 'database.storage', 20),
    vpcId: vpc.vpc.get('id'),
    vswitchId: place.vswitch.get('id'),
    zone: place.zone,
    name: text(values, 'database.instanceName'),
    billing: subscription ? 'subscription' : 'payg',
    months: subscription ? number(values, 'database.months', 1) : 0,
    finalBackup: yes(values, 'database.finalBackup'),
  })
  on.check([made], lookups => databaseOffered(lookups, values))
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
    engine: dialect,
    host: access.get('host'),
    port: access.get('port'),
    name,
    user,
    password: { $secret: 'database.password' },
    ready: [access, grant],
  }
}

interface Owner {
  engine: Engine
  name: string
  user: string
}

/** The accounts, the database, and the grant that lets the account use it. */
function drawOwner(on: Drawing, values: Values, made: Handle<{ id: string }>, { engine, name, user }: Owner) {
  const instanceId = made.get('id')
  // The first account of an instance may have to be a privileged one (CreateAccount: "first account can't be normal").
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
