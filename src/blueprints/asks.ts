import type { Question } from '../answers/question.ts'
import type { Json } from '../base/json.ts'
import { checkHealthPath, checkModule, checkPort, checkRef, checkRepository, text } from './checks.ts'
import { fromGit } from './common.ts'

/** Questions about the application, as far as the blueprints ask the same. */

interface SourceWords {
  help: string
  /** The two choices. */
  sample: string
  own: string
  /** As in "the address of your project, that the machine may read". */
  called: string
  readers: 'machine' | 'machines'
}

/** The sample or one's own, and where that is. */
export function sourceAsks({ help, sample, own, called, readers }: SourceWords): Question[] {
  return [
    {
      key: 'app.source',
      label: 'Application',
      help,
      type: 'choice',
      choices: () => [
        { value: 'sample', name: sample },
        { value: 'git', name: own },
      ],
      default: () => 'sample',
    },
    {
      key: 'app.repository',
      label: 'Git repository',
      help: `The address of your ${called}, which the ${readers} can read: https without a login, or ssh where their image has a key for it. It must not contain a password or token: it is shown and saved.`,
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
  ]
}

/** The question for a project's own WSGI module; the sample's is known. */
export function moduleAsk(help: string): Question {
  return { key: 'app.module', label: 'WSGI module', help, type: 'text', when: fromGit, check: text(checkModule) }
}

/** Only the sample's page is known. */
export function healthPathAsk(help: string, ofSample: string): Question {
  return {
    key: 'app.healthPath',
    label: 'Health page',
    help,
    type: 'text',
    default: ({ values }) => (fromGit(values) ? undefined : ofSample),
    check: text(checkHealthPath),
  }
}

/** Where the server behind nginx listens. */
export function portAsk(server: string, port: number): Question {
  return {
    key: 'app.port',
    label: 'Application port',
    help: `Where ${server} listens, on the machine itself only; nginx is in front of it.`,
    type: 'number',
    min: 1024,
    max: 65535,
    default: () => port,
    check: checkPort(server),
    advanced: true,
  }
}

/** The question how many processes of the application a machine runs. */
export function workersAsk(label: string, help: string, count: number): Question {
  return { key: 'app.workers', label, help, type: 'number', min: 1, max: 64, default: () => count, advanced: true }
}

/** Django's SECRET_KEY. */
export const djangoSecretKeyAsk: Question = {
  key: 'app.secretKey',
  label: 'Django secret key',
  help: 'Signs sessions and password links. Generated unless you give one, of 20 characters or more.',
  type: 'secret',
  default: () => 'generate',
  check: checkDjangoSecretKey,
  advanced: true,
}

function checkDjangoSecretKey(value: Json): string | undefined {
  if (typeof value !== 'string' || value === 'generate') return undefined
  if (value.length < 20 || value.length > 200) return 'The Django secret key must have 20 to 200 characters.'
  if (!/^[\x20-\x7e]+$/.test(value)) return 'The Django secret key can have only printable ASCII characters.'
  return undefined
}
