import { createHash } from 'node:crypto'
import { show } from '../../../answers/checks.ts'
import type { Question, Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import type { Handle } from '../../../engine/kind.ts'
import type { StepDrawing } from '../../../steps/drawing.ts'
import type { AwsLookups } from '../lookups.ts'
import { bucket as bucketKind } from '../resources/index.ts'
import { text, tidy, yes } from './names.ts'

/** Console: S3 → Create bucket. */
export const bucket = { questions, draw, checks: { nameFree } }

function questions(): Question<AwsLookups>[] {
  return [
    {
      key: 'bucket.name',
      label: 'Bucket name',
      help: 'Where uploaded images are kept. Bucket names are globally unique; the default contains your account ID.',
      type: 'text',
      default: ({ stack, lookups }) => bucketName(stack, lookups.account, lookups.region),
      check: bucketProblem,
    },
    {
      key: 'bucket.versioned',
      label: 'Keep earlier versions of an image',
      help: 'Overwritten and deleted images are then kept, at a cost, until the bucket is emptied.',
      type: 'yesno',
      default: () => false,
      advanced: true,
    },
  ]
}

function draw(on: StepDrawing<AwsLookups>, values: Values): Handle<{ id: string }> {
  const made = on.add('bucket', bucketKind, {
    name: text(values, 'bucket.name'),
    versioned: yes(values, 'bucket.versioned'),
  })
  on.check([made], lookups => nameFree(lookups, values))
  return made
}

async function nameFree({ catalog }: AwsLookups, values: Values): Promise<string[]> {
  const name = text(values, 'bucket.name')
  // One of our own account is looked at when it is made: an earlier run may have left it there.
  return (await catalog.bucket(name)) === 'taken'
    ? [
        `bucket.name: another account has a bucket named ${name}. Choose another name; bucket names are globally unique.`,
      ]
    : []
}

/** `web-images-500000000001-ap-northeast-1`, within 63 characters. */
function bucketName(stack: string, account: string, region: string): string {
  const name = `${tidy(stack)}-images-${account}-${region}`
  if (name.length <= 63) return name
  const hash = createHash('sha256').update(`${account} ${region}`).digest('hex').slice(0, 16)
  return `${tidy(stack)}-images-${hash}`
}

/** S3: 3–63 lowercase letters, digits and hyphens; dots break the certificate of its address. */
export function bucketProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || value.length < 3 || value.length > 63)
    return `${show(value)} must have 3 to 63 characters.`
  if (value.includes('.')) return `${show(value)} has a dot: HTTPS to such a bucket fails. Use hyphens.`
  if (!/^[a-z0-9][a-z0-9-]*[a-z0-9]$/.test(value)) {
    return `${show(value)} must have lowercase letters, digits and hyphens only, and no hyphen at either end.`
  }
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(value) || /(-s3alias|--ol-s3|--x-s3)$/.test(value)) {
    return `${show(value)} has a prefix or a suffix that S3 reserves.`
  }
  return undefined
}
