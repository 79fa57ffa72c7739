import { nameProblem, numberProblem, show } from '../../answers/checks.ts'
import type { Question } from '../../answers/question.ts'
import type { Json } from '../../base/json.ts'
import type { AwsLookups } from '../../providers/aws/lookups.ts'
import { balancerNameProblem, named, text } from '../../providers/aws/parts/names.ts'
import { reservedTable } from '../../providers/aws/parts/rds/engines/reserved-words.ts'
import { backendPortProblem } from '../../providers/aws/parts/target-group.ts'

/** What only this stack asks on AWS: the ports of its two tiers, the load balancer between them, the sample's table. */

export const webPort: Question<AwsLookups> = {
  key: 'web.port',
  label: 'Apache port',
  help: 'Where Apache listens on the web servers; only the load balancer can reach it.',
  type: 'number',
  default: () => 80,
  min: 1,
  max: 65_535,
  check: backendPortProblem,
  advanced: true,
}

export const between: Question<AwsLookups>[] = [
  {
    key: 'tier.port',
    label: 'uWSGI port',
    help: 'Where the internal load balancer and uWSGI behind it listen; only the web servers can reach it.',
    type: 'number',
    default: () => 9090,
    min: 1024,
    max: 65_535,
    check: value => numberProblem(value, 1024, 65_535),
    advanced: true,
  },
  {
    key: 'tier.balancerName',
    label: 'Internal load balancer name',
    help: 'The Network Load Balancer between the two tiers.',
    type: 'text',
    default: ({ stack }) => named(stack, 'nlb', 32),
    check: (value, values) =>
      balancerNameProblem(value) ??
      (value === text(values, 'balancer.name') ? 'The other load balancer has that name (balancer.name).' : undefined),
    advanced: true,
  },
  {
    key: 'tier.groupName',
    label: 'Target group name of the application servers',
    help: 'The group of machines behind the internal load balancer.',
    type: 'text',
    default: ({ stack }) => named(stack, 'app', 32),
    check: (value, values) =>
      balancerNameProblem(value) ??
      (value === text(values, 'group.name') ? 'The web servers’ target group has that name (group.name).' : undefined),
    advanced: true,
  },
]

export const table: Question<AwsLookups> = {
  key: 'aurora.table',
  label: 'Table name',
  help: 'The table the sample application keeps its times in. It is created automatically.',
  type: 'text',
  default: () => 'testtable',
  check: tableProblem,
  advanced: true,
}

function tableProblem(value: Json): string | undefined {
  const wrong = nameProblem(value, { min: 1, max: 64, also: '_' })
  if (wrong) return wrong
  if (/[A-Z]/.test(value as string)) return `${show(value)} must be in lowercase letters.`
  return reservedTable(String(value))
}
