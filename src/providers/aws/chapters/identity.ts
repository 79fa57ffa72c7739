import type { Question } from '../../../answers/question.ts'
import type { Drawing, Handle } from '../../../engine/kind.ts'
import type { AwsLive } from '../live.ts'
import { instanceProfile, role } from '../resources/index.ts'
import { named, roleNameProblem } from './names.ts'

/** What Systems Manager's agent on a machine needs (facts §5). */
const MANAGED = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'

/** IAM knows no regions: the same stack in two regions needs two names. */
export function roleQuestion(key: string, whose: string): Question<AwsLive> {
  return {
    key,
    label: 'IAM role name',
    help: `The role of the ${whose}: what they may do in the account. Names are unique in an account, across regions.`,
    type: 'text',
    default: ({ stack, live }) => named(stack, live.region, 64),
    check: roleNameProblem,
    advanced: true,
  }
}

/** A role that EC2 may take on, with the instance profile of the same name. It may read its own stack's secrets. */
export function drawRole(
  on: Drawing,
  { name, stack, bucket }: { name: string; stack: string; bucket?: string },
): Handle<{ id: string; name: string }> {
  const made = on.add('role', role, {
    name,
    service: 'ec2.amazonaws.com',
    managedPolicies: [MANAGED],
    inlinePolicy: JSON.stringify({ Version: '2012-10-17', Statement: statements(stack, bucket) }),
  })
  return on.add('instance-profile', instanceProfile, { name, roleName: made.get('id') })
}

function statements(stack: string, bucket: string | undefined) {
  const secrets = {
    Sid: 'OwnSecrets',
    Effect: 'Allow',
    Action: ['ssm:GetParameter', 'ssm:GetParameters'],
    Resource: [`arn:aws:ssm:*:*:parameter${parameterFolder(stack)}*`],
  }
  if (bucket === undefined) return [secrets]
  return [
    secrets,
    {
      Sid: 'Images',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: [`arn:aws:s3:::${bucket}/*`],
    },
    { Sid: 'ImageList', Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${bucket}`] },
  ]
}

/** Where a stack's secrets are in Parameter Store. */
export function parameterFolder(stack: string): string {
  return `/stackwright/${stack}/`
}
