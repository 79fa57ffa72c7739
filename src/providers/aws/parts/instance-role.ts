import type { Question, Values } from '../../../answers/question.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AwsLookups } from '../lookups.ts'
import { instanceProfile, role } from '../resources/index.ts'
import { named, roleNameProblem, text } from './names.ts'
import { parameterFolder } from './parameters.ts'

/** What Systems Manager's agent on a machine needs (docs/facts/aws.md, Systems Manager). */
const MANAGED = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'

/** Console: IAM → Roles. What the machines may do in the account. */
export const instanceRole = { questions, draw }

/** By name: what the machines use besides their own secrets. */
interface Uses {
  bucket?: string
  repository?: string
}

/** IAM knows no regions: the same stack in two regions needs two names. `whose`: `web servers`. */
function questions(whose: string): Question<AwsLookups>[] {
  return [
    {
      key: 'machine.roleName',
      label: 'IAM role name',
      help: `The role of the ${whose}: what they may do in the account. Names are unique in an account, across regions.`,
      type: 'text',
      default: ({ stack, lookups }) => named(stack, lookups.region, 64),
      check: roleNameProblem,
      advanced: true,
    },
  ]
}

/**
 * A role that EC2 may take on, with the instance profile of the same name, which is returned. It may read its own
 * stack's secrets and, where one is named, use a bucket, and push images to and pull them from an ECR repository.
 */
function draw(on: StepDrawing<AwsLookups>, values: Values, uses: Uses = {}): Handle<{ id: string; name: string }> {
  const name = text(values, 'machine.roleName')
  const made = on.add('role', role, {
    name,
    service: 'ec2.amazonaws.com',
    managedPolicies: [MANAGED],
    inlinePolicy: JSON.stringify({ Version: '2012-10-17', Statement: statements(on.stack, uses) }),
  })
  return on.add('instance-profile', instanceProfile, { name, roleName: made.get('id') })
}

function statements(stack: string, { bucket, repository }: Uses) {
  const secrets = {
    Sid: 'OwnSecrets',
    Effect: 'Allow',
    Action: ['ssm:GetParameter', 'ssm:GetParameters'],
    Resource: [`arn:aws:ssm:*:*:parameter${parameterFolder(stack)}*`],
  }
  return [secrets, ...(bucket ? bucketStatements(bucket) : []), ...(repository ? registryStatements(repository) : [])]
}

function bucketStatements(bucket: string) {
  return [
    {
      Sid: 'Images',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: [`arn:aws:s3:::${bucket}/*`],
    },
    { Sid: 'ImageList', Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${bucket}`] },
  ]
}

/** The token has no resource of its own (docs/facts/aws.md, ECR); what it is good for, the second statement says. */
function registryStatements(repository: string) {
  const pull = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']
  const push = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage']
  return [
    { Sid: 'RegistryToken', Effect: 'Allow', Action: ['ecr:GetAuthorizationToken'], Resource: ['*'] },
    {
      Sid: 'OwnRepository',
      Effect: 'Allow',
      Action: [...pull, ...push],
      Resource: [`arn:aws:ecr:*:*:repository/${repository}`],
    },
  ]
}
