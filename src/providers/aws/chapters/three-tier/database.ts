import { nameProblem, numberProblem, show } from '../../../../answers/checks.ts'
import type { Question } from '../../../../answers/question.ts'
import type { Json } from '../../../../base/json.ts'
import type { Chapter, Database } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import { dbCluster, dbClusterMember, dbSubnetGroup, securityGroup } from '../../resources/index.ts'
import {
  accountQuestions,
  type DatabaseQuestions,
  endQuestions,
  masterQuestions,
  serverQuestions,
} from '../database-questions.ts'
import { drawGroup } from '../groups.ts'
import { number, numbered, text, yes } from '../names.ts'
import { reservedProblem } from '../reserved.ts'
import { pairOf } from '../subnets.ts'

const of: DatabaseQuestions = {
  chapter: 'aurora',
  engine: 'aurora-mysql',
  title: 'Aurora MySQL',
  tier: 'database',
  prefer: ['db.t4g.medium', 'db.t3.medium', 'db.t4g.large', 'db.t3.large'],
  name: 'testdb',
  user: 'testuser',
}

const own: Question<AwsLive>[] = [
  {
    key: 'aurora.readers',
    label: 'Readers',
    help: 'Copies that answer reads and take over when the writer fails. With none, the writer answers everything.',
    type: 'number',
    default: () => 1,
    min: 0,
    max: 15,
    check: value => numberProblem(value, 0, 15),
  },
]

const table: Question<AwsLive> = {
  key: 'aurora.table',
  label: 'Table name',
  help: 'The table the sample application keeps its times in. It is made once, by itself.',
  type: 'text',
  default: () => 'testtable',
  check: tableProblem,
  advanced: true,
}

/** Console: RDS → Subnet groups, Create database → Aurora. */
export const database: Chapter<AwsLive, 'network' | 'subnets', Database> = {
  title: 'Create the Aurora cluster',
  asks: [...serverQuestions(of), ...own, ...accountQuestions(of), ...masterQuestions(of), table, ...endQuestions(of)],
  draw(on, values, { network, subnets, stack }) {
    const app = on.earlier('machines/app-group', securityGroup)
    const group = drawGroup(on, 'database', { vpcId: network.id, stack, what: 'The database' }, [
      { port: 3306, from: app, why: 'MySQL from the application servers' },
    ])
    const places = pairOf(subnets, 'database')
    const identifier = text(values, 'aurora.identifier')
    const subnetGroup = on.add('subnet-group', dbSubnetGroup, {
      name: identifier,
      subnetIds: places.map(({ id }) => id),
    })
    const admin = { user: text(values, 'aurora.adminUser'), password: { $secret: 'aurora.adminPassword' } }
    const cluster = on.add('cluster', dbCluster, {
      identifier,
      engine: 'aurora-mysql',
      version: text(values, 'aurora.version'),
      user: admin.user,
      password: admin.password,
      // Made with SQL from an application server, together with the user that may use it.
      dbName: '',
      subnetGroup: subnetGroup.get('id'),
      securityGroupIds: [group.get('id')],
      deletionProtection: yes(values, 'aurora.deletionProtection'),
      finalBackup: yes(values, 'aurora.finalBackup'),
    })
    // All at once: whichever is made first becomes the writer, and the cluster's two addresses follow it.
    const members = numbered('instance', 1 + number(values, 'aurora.readers', 1)).map((name, i) =>
      on.add(name, dbClusterMember, {
        clusterId: cluster.get('id'),
        identifier: `${identifier}-${i + 1}`,
        class: text(values, 'aurora.class'),
        zone: places[i % 2]!.zone,
        tier: Math.min(i, 15),
      }),
    )
    return {
      engine: 'mysql',
      host: cluster.get('host'),
      port: cluster.get('port'),
      readerHost: cluster.get('readerHost'),
      name: text(values, 'aurora.name'),
      user: text(values, 'aurora.user'),
      password: { $secret: 'aurora.password' },
      admin,
      ready: [...members, { address: 'database/database-rules' }],
    }
  },
}

function tableProblem(value: Json): string | undefined {
  const wrong = nameProblem(value, { min: 1, max: 64, also: '_' })
  if (wrong) return wrong
  if (/[A-Z]/.test(value as string)) return `${show(value)} must be in small letters.`
  return reservedProblem(String(value), 'table')
}
