import type { Json } from '../../kind.ts'
import type { Question } from '../../question.ts'
import { checkHealthPath, checkPort, checkRef, checkRepository, text } from '../checks.ts'
import { fromGit, hasMasterKey, sampleHealthPath } from './setup.ts'

export { check, healthPath, proofPath, setup } from './setup.ts'

/** What a person decides about the application; asked in the application chapter. */
export const asks: Question[] = [
  {
    key: 'app.source',
    label: 'Application',
    help: 'The sample is a small Rails application that stores titles in your database and images in your bucket. Or your own Rails application from Git.',
    type: 'choice',
    choices: () => [
      { value: 'sample', name: 'The sample Rails application' },
      { value: 'git', name: 'Your own application from a Git repository' },
    ],
    default: () => 'sample',
  },
  {
    key: 'app.repository',
    label: 'Git repository',
    help: 'The address of your application, https or ssh, that the machines may read. It must not contain a password or token: it is shown and saved.',
    type: 'text',
    when: fromGit,
    check: text(checkRepository),
  },
  {
    key: 'app.ref',
    label: 'Branch, tag or commit',
    help: 'What to check out. HEAD is the default branch of the repository.',
    type: 'text',
    when: fromGit,
    default: () => 'HEAD',
    check: text(checkRef),
  },
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
    help: 'What stands in config/master.key: 32 hexadecimal digits, or 64.',
    type: 'secret',
    when: hasMasterKey,
    check: checkMasterKey,
  },
  {
    key: 'app.healthPath',
    label: 'Health page',
    help: 'A path of the application that answers 200 without a login. Rails has /up since 7.1. The machine and the load balancer ask for it.',
    type: 'text',
    default: ({ values }) => (fromGit(values) ? undefined : sampleHealthPath),
    check: text(checkHealthPath),
  },
  {
    key: 'app.port',
    label: 'Application port',
    help: 'Where puma listens, on the machine itself only; nginx stands in front of it.',
    type: 'number',
    min: 1024,
    max: 65535,
    default: () => 3000,
    check: checkPort('puma'),
    advanced: true,
  },
  {
    key: 'app.workers',
    label: 'puma workers',
    help: 'Processes that answer requests at the same time, with five threads each. About one a vCPU.',
    type: 'number',
    min: 1,
    max: 64,
    default: () => 2,
    advanced: true,
  },
  {
    key: 'app.secretKey',
    label: 'Rails secret key base',
    help: 'Signs sessions and cookies. Made for you unless you give one, of 30 characters or more.',
    type: 'secret',
    default: () => 'generate:64',
    check: checkSecretKey,
    advanced: true,
  },
]

function checkSecretKey(value: Json): string | undefined {
  if (typeof value !== 'string' || /^generate(:\d+)?$/.test(value)) return undefined
  if (value.length < 30 || value.length > 200) return 'The Rails secret key base must have 30 to 200 characters.'
  if (!/^[\x20-\x7e]+$/.test(value)) return 'The Rails secret key base may have only printable ASCII characters.'
  return undefined
}

function checkMasterKey(value: Json): string | undefined {
  if (typeof value === 'string' && /^([0-9a-f]{32}|[0-9a-f]{64})$/.test(value)) return undefined
  return 'The Rails master key must have 32 or 64 hexadecimal digits.'
}
