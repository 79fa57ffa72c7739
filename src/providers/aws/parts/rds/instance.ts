import { numberProblem } from '../../../../answers/checks.ts'
import type { Question, Values } from '../../../../answers/question.ts'
import type { StepDrawing } from '../../../../steps/drawing.ts'
import type { ManagedDatabase } from '../../../../steps/results.ts'
import type { AwsLookups } from '../../lookups.ts'
import { dbInstance, dbSubnetGroup } from '../../resources/index.ts'
import { number, text, yes } from '../names.ts'
import type { Firewall } from '../security-group.ts'
import type { Subnets } from '../subnets.ts'
import { databaseOffered } from './checks.ts'
import {
  accountQuestions,
  type DatabaseQuestions,
  endQuestions,
  masterQuestions,
  serverQuestions,
} from './questions.ts'

/** Console: RDS → Subnet groups, Create database. */
export const rdsInstance = { questions, draw, checks: { databaseOffered } }

function questions(of: DatabaseQuestions): Question<AwsLookups>[] {
  const { key } = of
  return [
    ...serverQuestions(of),
    {
      key: `${key}.storage`,
      label: 'Allocated storage (GiB, gp3)',
      help: 'Room for the data. It can be enlarged later, never reduced.',
      type: 'number',
      default: () => 20,
      min: 20,
      max: 65_536,
      check: value => numberProblem(value, 20, 65_536),
    },
    {
      key: `${key}.multiAz`,
      label: 'Standby in the other zone',
      help: 'A second server that takes over when the first fails, for twice the price (Multi-AZ).',
      type: 'yesno',
      default: () => false,
      advanced: true,
    },
    ...accountQuestions(of),
    ...masterQuestions(of),
    ...endQuestions(of),
  ]
}

/** The application's database and user are created with SQL from a machine, as in the tutorial. */
function draw(
  on: StepDrawing<AwsLookups>,
  values: Values,
  of: DatabaseQuestions,
  { subnets, firewall }: { subnets: Subnets; firewall: Firewall },
): ManagedDatabase {
  const { key, engine, tier } = of
  const identifier = text(values, `${key}.identifier`)
  const places = on.add('subnet-group', dbSubnetGroup, {
    name: identifier,
    subnetIds: subnets.tier(tier).map(({ id }) => id),
  })
  const admin = { user: text(values, `${key}.adminUser`), password: { $secret: `${key}.adminPassword` } }
  const made = on.add('instance', dbInstance, {
    identifier,
    engine: engine.id,
    version: text(values, `${key}.version`),
    class: text(values, `${key}.class`),
    storage: number(values, `${key}.storage`, 20),
    user: admin.user,
    password: admin.password,
    dbName: '',
    subnetGroup: places.get('id'),
    securityGroupIds: [firewall.group.get('id')],
    multiAz: yes(values, `${key}.multiAz`),
    deletionProtection: yes(values, `${key}.deletionProtection`),
    finalBackup: yes(values, `${key}.finalBackup`),
  })
  on.check([made], lookups => databaseOffered(lookups, values, of))
  return {
    engine: engine.dialect,
    host: made.get('host'),
    port: made.get('port'),
    name: text(values, `${key}.name`),
    user: text(values, `${key}.user`),
    password: { $secret: `${key}.password` },
    admin,
    ready: [made, firewall.rules],
  }
}
