import type { Json } from '../../kind.ts'
import type { Question } from '../../question.ts'
import { checkHealthPath, checkModule, checkPort, checkRef, checkRepository, text } from '../checks.ts'
import { fromGit, sampleHealthPath } from './setup.ts'

export { check, healthPath, proofPath, setup } from './setup.ts'

/** What a person decides about the application; asked in the application chapter. */
export const asks: Question[] = [
  {
    key: 'app.source',
    label: 'Application',
    help: 'The sample is a small Django project that stores names in your database. Or your own Django project from Git.',
    type: 'choice',
    choices: () => [
      { value: 'sample', name: 'The sample Django project' },
      { value: 'git', name: 'Your own project from a Git repository' },
    ],
    default: () => 'sample',
  },
  {
    key: 'app.repository',
    label: 'Git repository',
    help: 'The address of your project, https or ssh, that the machine may read. It must not contain a password or token: it is shown and saved.',
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
    key: 'app.module',
    label: 'WSGI module',
    help: 'Where gunicorn finds your application, for example mysite.wsgi:application.',
    type: 'text',
    when: fromGit,
    check: text(checkModule),
  },
  {
    key: 'app.healthPath',
    label: 'Health page',
    help: 'A path of the application that answers 200 without a login. The machine and the load balancer ask for it.',
    type: 'text',
    default: ({ values }) => (fromGit(values) ? undefined : sampleHealthPath),
    check: text(checkHealthPath),
  },
  {
    key: 'app.port',
    label: 'Application port',
    help: 'Where gunicorn listens, on the machine itself only; nginx stands in front of it.',
    type: 'number',
    min: 1024,
    max: 65535,
    default: () => 8080,
    check: checkPort('gunicorn'),
    advanced: true,
  },
  {
    key: 'app.workers',
    label: 'gunicorn workers',
    help: 'Processes that answer requests at the same time. About twice the vCPUs of the machine, plus one.',
    type: 'number',
    min: 1,
    max: 64,
    default: () => 3,
    advanced: true,
  },
  {
    key: 'app.secretKey',
    label: 'Django secret key',
    help: 'Signs sessions and password links. Made for you unless you give one, of 20 characters or more.',
    type: 'secret',
    default: () => 'generate',
    check: checkSecretKey,
    advanced: true,
  },
]

function checkSecretKey(value: Json): string | undefined {
  if (typeof value !== 'string' || value === 'generate') return undefined
  if (value.length < 20 || value.length > 200) return 'The Django secret key must have 20 to 200 characters.'
  if (!/^[\x20-\x7e]+$/.test(value)) return 'The Django secret key may have only printable ASCII characters.'
  return undefined
}
