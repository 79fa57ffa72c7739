import type { Question } from '../../answers/question.ts'
import type { Fix } from '../../steps/diagnose.ts'
import { djangoSecretKeyAsk, healthPathAsk, moduleAsk, portAsk, sourceAsks, workersAsk } from '../asks.ts'
import { CONFIGURATION, machineFixes } from '../fixes.ts'
import { sampleHealthPath } from './setup.ts'

export { proofPath } from '../common.ts'
export { check, healthPath, setup } from './setup.ts'

/** What to do about the hops that this application's check finds. */
export const fixes: Record<string, Fix> = { ...machineFixes, nginx: CONFIGURATION }

/** What a person decides about the application; asked in the step that installs it. */
export const asks: Question[] = [
  ...sourceAsks({
    help: 'The sample is a small Django project that stores names in your database. Or your own Django project from Git.',
    sample: 'The sample Django project',
    own: 'Your own project from a Git repository',
    called: 'project',
    readers: 'machine',
  }),
  moduleAsk('Where gunicorn finds your application, for example mysite.wsgi:application.'),
  healthPathAsk(
    'A path of the application that answers 200 without a login. The machine and the load balancer ask for it.',
    sampleHealthPath,
  ),
  portAsk('gunicorn', 8080),
  workersAsk(
    'gunicorn workers',
    'Processes that answer requests at the same time. About twice the vCPUs of the machine, plus one.',
    3,
  ),
  djangoSecretKeyAsk,
]
