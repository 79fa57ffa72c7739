import type { Question } from '../../answers/question.ts'
import type { Fix } from '../../steps/diagnose.ts'
import { healthPathAsk, moduleAsk, sourceAsks, workersAsk } from '../asks.ts'
import { CONFIGURATION, LOG, machineFixes } from '../fixes.ts'
import { sampleHealthPath } from './setup.ts'

export { proofPath } from '../common.ts'
export { check, healthPath, setup, webHealthPath } from './setup.ts'

/** What to do about the hops that this application's check finds. */
export const fixes: Record<string, Fix> = { ...machineFixes, Apache: CONFIGURATION, uWSGI: LOG }

/** What a person decides about the application; asked in the step that installs it. */
export const asks: Question[] = [
  ...sourceAsks({
    help: 'The sample is the tutorial’s Flask application: /write stores the time, / and /read list what is stored. Or your own WSGI application from Git.',
    sample: 'The sample Flask application',
    own: 'Your own application from a Git repository',
    called: 'application',
    readers: 'machines',
  }),
  moduleAsk('Where uWSGI finds your application, for example shop:app.'),
  healthPathAsk(
    'A path of the application that answers 200 without a login: the proof that all three tiers work together.',
    sampleHealthPath,
  ),
  workersAsk(
    'uWSGI processes',
    'How many requests an application server answers at the same time. About twice its vCPUs.',
    4,
  ),
]
