import { numberProblem } from '../../../../answers/checks.ts'
import type { Question } from '../../../../answers/question.ts'
import type { Chapter, Database } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import { bucket, dbInstance, dbSubnetGroup, securityGroup } from '../../resources/index.ts'
import { bucketQuestions } from '../bucket.ts'
import {
  accountQuestions,
  type DatabaseQuestions,
  endQuestions,
  masterQuestions,
  serverQuestions,
} from '../database-questions.ts'
import { drawGroup } from '../groups.ts'
import { number, text, yes } from '../names.ts'
import { pairOf } from '../subnets.ts'

const of: DatabaseQuestions = {
  chapter: 'database',
  engine: 'mysql',
  title: 'RDS for MySQL',
  tier: 'private',
  prefer: ['db.t4g.micro', 'db.t3.micro', 'db.t4g.small', 'db.t3.small'],
  name: 'app_production',
  user: 'railsuser',
}

const storage: Question<AwsLive>[] = [
  {
    key: 'database.storage',
    label: 'Allocated storage (GiB, gp3)',
    help: 'Room for the data. It can be enlarged later, never reduced.',
    type: 'number',
    default: () => 20,
    min: 20,
    max: 65_536,
    check: value => numberProblem(value, 20, 65_536),
  },
  {
    key: 'database.multiAz',
    label: 'Standby in the other zone',
    help: 'A second server that takes over when the first fails, for twice the price (Multi-AZ).',
    type: 'yesno',
    default: () => false,
    advanced: true,
  },
]

/** Console: RDS → Subnet groups, Create database; S3 → Create bucket. */
export const database: Chapter<AwsLive, 'network' | 'subnets', Database> = {
  title: 'Create the RDS database and the S3 bucket for images',
  asks: [
    ...serverQuestions(of),
    ...storage,
    ...accountQuestions(of),
    ...masterQuestions(of),
    ...endQuestions(of),
    ...bucketQuestions,
  ],
  draw(on, values, { network, subnets, stack }) {
    const web = on.earlier('machines/web-group', securityGroup)
    const group = drawGroup(on, 'database', { vpcId: network.id, stack, what: 'The database' }, [
      { port: 3306, from: web, why: 'MySQL from the web servers' },
    ])
    const identifier = text(values, 'database.identifier')
    const places = on.add('subnet-group', dbSubnetGroup, {
      name: identifier,
      subnetIds: pairOf(subnets, 'private').map(({ id }) => id),
    })
    const admin = { user: text(values, 'database.adminUser'), password: { $secret: 'database.adminPassword' } }
    const made = on.add('instance', dbInstance, {
      identifier,
      engine: 'mysql',
      version: text(values, 'database.version'),
      class: text(values, 'database.class'),
      storage: number(values, 'database.storage', 20),
      user: admin.user,
      password: admin.password,
      // Made with SQL from a web server, as in the tutorial, together with the user that may use it.
      dbName: '',
      subnetGroup: places.get('id'),
      securityGroupIds: [group.get('id')],
      multiAz: yes(values, 'database.multiAz'),
      deletionProtection: yes(values, 'database.deletionProtection'),
      finalBackup: yes(values, 'database.finalBackup'),
    })
    const images = on.add('bucket', bucket, {
      name: text(values, 'bucket.name'),
      versioned: yes(values, 'bucket.versioned'),
    })
    return {
      engine: 'mysql',
      host: made.get('host'),
      port: made.get('port'),
      name: text(values, 'database.name'),
      user: text(values, 'database.user'),
      password: { $secret: 'database.password' },
      admin,
      ready: [made, { address: 'database/database-rules' }, images],
    }
  },
}
