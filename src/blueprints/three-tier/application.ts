import type { Question } from '../../question.ts'
import { checkHealthPath, checkModule, checkRef, checkRepository, text } from '../checks.ts'
import { fromGit, sampleHealthPath } from './setup.ts'

export { check, healthPath, proofPath, setup, webHealthPath } from './setup.ts'

/** What a person decides about the application; asked in the application chapter. */
export const asks: Question[] = [
  {
    key: 'app.source',
    label: 'Application',
    help: 'The sample is the tutorial’s Flask application: /write stores the time, / and /read list what is stored. Or your own WSGI application from Git.',
    type: 'choice',
    choices: () => [
      { value: 'sample', name: 'The sample Flask application' },
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
    key: 'app.module',
    label: 'WSGI module',
    help: 'Where uWSGI finds your application, for example shop:app.',
    type: 'text',
    when: fromGit,
    check: text(checkModule),
  },
  {
    key: 'app.healthPath',
    label: 'Health page',
    help: 'A path of the application that answers 200 without a login: the proof that all three tiers work together.',
    type: 'text',
    default: ({ values }) => (fromGit(values) ? undefined : sampleHealthPath),
    check: text(checkHealthPath),
  },
  {
    key: 'app.workers',
    label: 'uWSGI processes',
    help: 'How many requests an application server answers at the same time. About twice its vCPUs.',
    type: 'number',
    min: 1,
    max: 64,
    default: () => 4,
    advanced: true,
  },
]
