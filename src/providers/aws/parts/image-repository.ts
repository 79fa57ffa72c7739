import { show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AwsLookups } from '../lookups.ts'
import { ecrRepository } from '../resources/index.ts'
import { text } from './names.ts'

/** Console: Elastic Container Registry → Create repository. Where the machines push the stack's own image to and pull it from. */
export const imageRepository = { questions, draw }

function questions(): Question<AwsLookups>[] {
  return [
    {
      key: 'repository.name',
      label: 'Repository name',
      help: 'The private ECR repository that keeps the image built from your Dockerfile. Unique in an account and region.',
      type: 'text',
      default: ({ stack }) => stack,
      check: repositoryNameProblem,
      advanced: true,
    },
  ]
}

/** Returns the repository; `uri` is its address without a tag. */
function draw(on: StepDrawing<AwsLookups>, values: Values): Handle<{ id: string; arn: string; uri: string }> {
  return on.add('repository', ecrRepository, { name: text(values, 'repository.name') })
}

/** ECR: 2–256 lowercase letters and digits, parted by `.`, `_`, `__`, hyphens or `/` (docs/facts/aws.md, ECR). */
export function repositoryNameProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || value.length < 2 || value.length > 256)
    return `${show(value)} must have 2 to 256 characters.`
  if (!/^[a-z0-9]+(?:(?:[./]|_|__|-+)[a-z0-9]+)*$/.test(value)) {
    return `${show(value)} must have lowercase letters and digits, with . _ - or / between them.`
  }
  return undefined
}
