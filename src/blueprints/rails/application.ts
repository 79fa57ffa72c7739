import type { Question } from '../../answers/question.ts'
import type { Json } from '../../base/json.ts'
import type { Fix } from '../../steps/diagnose.ts'
import { healthPathAsk, portAsk, sourceAsks, workersAsk } from '../asks.ts'
import { fromGit } from '../common.ts'
import { CONFIGURATION, machineFixes } from '../fixes.ts'
import { hasMasterKey, sampleHealthPath } from './setup.ts'

export { proofPath } from '../common.ts'
export { check, healthPath, setup } from './setup.ts'

/** What to do about the hops that this application's check finds. */
export const fixes: Record<string, Fix> = {
  ...machineFixes,
  nginx: CONFIGURATION,
  bucket: 'Restore the bucket, or the machines’ role with its rights to it, in the console.',
}

/** What a person decides about the application; asked in the step that installs it. */
export const asks: Question[] = [
  ...sourceAsks({
    help: 'The sample is a small Rails application that stores titles in your database and images in your bucket. Or your own Rails application from Git.',
    sample: 'The sample Rails application',
    own: 'Your own application from a Git repository',
    called: 'application',
    readers: 'machines',
  }),
  {
    key: 'app.credentials',
    label: 'Encrypted credentials',
    help: 'Whether the application needs its master key, because it reads config/credentials.yml.enc.',
    type: 'yesno',
    when: fromGit,
    default: () => false,
  },
  {
    key: 'app.masterKey',
    label: 'Rails master key',
    help: 'The content of config/master.key: 32 hexadecimal digits, or 64.',
    type: 'secret',
    when: hasMasterKey,
    check: checkMasterKey,
  },
  healthPathAsk(
    'A path of the application that answers 200 without a login. Rails has had /up since 7.1. The machine and the load balancer ask for it.',
    sampleHealthPath,
  ),
  portAsk('puma', 3000),
  workersAsk(
    'puma workers',
    'Processes that answer requests at the same time, with five threads each. About one per vCPU.',
    2,
  ),
  {
    key: 'app.secretKey',
    label: 'Rails secret key base',
    help: 'Signs sessions and cookies. Generated unless you give one, of 30 characters or more.',
    type: 'secret',
    default: () => 'generate:64',
    check: checkSecretKey,
    advanced: true,
  },
]

function checkSecretKey(value: Json): string | undefined {
  if (typeof value !== 'string' || /^generate(:\d+)?$/.test(value)) return undefined
  if (value.length < 30 || value.length > 200) return 'The Rails secret key base must have 30 to 200 characters.'
  if (!/^[\x20-\x7e]+$/.test(value)) return 'The Rails secret key base can have only printable ASCII characters.'
  return undefined
}

function checkMasterKey(value: Json): string | undefined {
  if (typeof value === 'string' && /^([0-9a-f]{32}|[0-9a-f]{64})$/.test(value)) return undefined
  return 'The Rails master key must have 32 or 64 hexadecimal digits.'
}
