import { numberProblem } from '../../../../answers/checks.ts'
import type { Question, Values } from '../../../../answers/question.ts'
import type { StepDrawing } from '../../../../steps/drawing.ts'
import type { ManagedDatabase } from '../../../../steps/results.ts'
import type { AwsLookups } from '../../lookups.ts'
import { dbCluster, dbClusterMember, dbSubnetGroup } from '../../resources/index.ts'
import { number, numbered, text, yes } from '../names.ts'
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

/** Console: RDS → Subnet groups, Create database → Aurora. A writer and its readers. */
export const aurora = { questions, draw, checks: { databaseOffered } }

/** `own`: what the application asks about its database, before what happens to the data. */
function questions(of: DatabaseQuestions, own: Question<AwsLookups>[] = []): Question<AwsLookups>[] {
  return [
    ...serverQuestions(of),
    {
      key: `${of.key}.readers`,
      label: 'Readers',
      help: 'Copies that answer reads and take over when the writer fails. With none, the writer answers everything.',
      type: 'number',
      default: () => 1,
      min: 0,
      max: 15,
      check: value => numberProblem(value, 0, 15),
    },
    ...accountQuestions(of),
    ...masterQuestions(of),
    ...own,
    ...endQuestions(of),
  ]
}

/** The application's database and user are created with SQL from a machine. */
function draw(
  on: StepDrawing<AwsLookups>,
  values: Values,
  of: DatabaseQuestions,
  { subnets, firewall }: { subnets: Subnets; firewall: Firewall },
): ManagedDatabase {
  const { key, engine, tier } = of
  const places = subnets.tier(tier)
  const identifier = text(values, `${key}.identifier`)
  const subnetGroup = on.add('subnet-group', dbSubnetGroup, {
    name: identifier,
    subnetIds: places.map(({ id }) => id),
  })
  const admin = { user: text(values, `${key}.adminUser`), password: { $secret: `${key}.adminPassword` } }
  const cluster = on.add('cluster', dbCluster, {
    identifier,
    engine: engine.id,
    version: text(values, `${key}.version`),
    user: admin.user,
    password: admin.password,
    dbName: '',
    subnetGroup: subnetGroup.get('id'),
    securityGroupIds: [firewall.group.get('id')],
    deletionProtection: yes(values, `${key}.deletionProtection`),
    finalBackup: yes(values, `${key}.finalBackup`),
  })
  // All at once: whichever is made first becomes the writer, and the cluster's two addresses follow it.
  const members = numbered('instance', 1 + number(values, `${key}.readers`, 1)).map((name, i) =>
    on.add(name, dbClusterMember, {
      clusterId: cluster.get('id'),
      identifier: `${identifier}-${i + 1}`,
      class: text(values, `${key}.class`),
      zone: places[i % 2]!.zone,
      tier: Math.min(i, 15),
    }),
  )
  on.check(members.slice(0, 1), lookups => databaseOffered(lookups, values, of))
  return {
    engine: engine.dialect,
    host: cluster.get('host'),
    port: cluster.get('port'),
    readerHost: cluster.get('readerHost'),
    name: text(values, `${key}.name`),
    user: text(values, `${key}.user`),
    password: { $secret: `${key}.password` },
    admin,
    ready: [...members, firewall.rules],
  }
}
