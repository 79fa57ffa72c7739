import type { Question, Values } from '../../answers/question.ts'
import type { Json } from '../../base/json.ts'
import type { Fix } from '../../steps/diagnose.ts'
import { djangoSecretKeyAsk, healthPathAsk, moduleAsk, sourceAsks } from '../asks.ts'
import { checkHealthPath, text } from '../checks.ts'
import { backendPort, fromGit } from '../common.ts'
import { CONFIGURATION, HEALTH_PATH, logOf, machineFixes } from '../fixes.ts'
import { appPort, sampleHealthPath, sampleWebSocketHealthPath, webSocketPort } from './setup.ts'

export { proofPath } from '../common.ts'
export { check, healthPath, setup, webSocketHealthPath, webSocketPort } from './setup.ts'

/** What to do about the hops that this application's check finds. */
export const fixes: Record<string, Fix> = {
  ...machineFixes,
  nginx: CONFIGURATION,
  websocket: service =>
    service
      ? logOf(service)
      : 'In the console, make the rules of the load balancer’s listeners forward the paths of WebSockets to daphne’s target group.',
  'health-check': service =>
    service === 'stackwright-websocket' ? 'Give it a page that answers 200: --set websocketHealth.path=…' : HEALTH_PATH,
  redis: 'Correct the security group of Redis, in the console, or its address and password, with other answers.',
}

/** What a person decides about the application; asked in the step that installs it. */
export const asks: Question[] = [
  ...sourceAsks({
    help: 'The sample is a small chat with rooms: its history is in your database, and messages go through Redis. Or your own Django Channels project from Git, with a Procfile that has the lines web and websocket.',
    sample: 'The sample chat',
    own: 'Your own project from a Git repository',
    called: 'project',
    readers: 'machines',
  }),
  moduleAsk(
    'The WSGI module in the line web of your Procfile, for example mysite.wsgi:application. Migrations run with its settings.',
  ),
  healthPathAsk(
    'A path that the process web answers with 200 without a login, also when asked by address. The machine and the load balancer ask for it.',
    sampleHealthPath,
  ),
  portQuestion('app.port', 'Port of gunicorn', 'As in the line web of the Procfile. nginx is in front of it.', {
    usual: 8000,
    others: values => ({ nginx: backendPort(values), daphne: webSocketPort(values) }),
  }),
  portQuestion(
    'websocket.port',
    'Port of daphne',
    'As in the line websocket of the Procfile. The load balancer sends WebSockets there. Any free port will do.',
    { usual: 5000, others: values => ({ nginx: backendPort(values), gunicorn: appPort(values) }) },
  ),
  {
    key: 'websocket.healthPath',
    label: 'Health page of daphne',
    help: 'A path that the process websocket answers with 200 over plain HTTP, also when asked by address. The machine and the load balancer ask for it.',
    type: 'text',
    default: ({ values }) => (fromGit(values) ? undefined : sampleWebSocketHealthPath),
    check: text(checkHealthPath),
  },
  djangoSecretKeyAsk,
]

/** A page whose WebSocket opens when Redis passes messages on. Only the sample has it. */
export function webSocketPath(values: Values): string | undefined {
  return fromGit(values) ? undefined : '/ws/check/'
}

/** `others`: the ports of what else listens on the machine. */
function portQuestion(
  key: string,
  label: string,
  help: string,
  { usual, others }: { usual: number; others: (values: Values) => Record<string, number> },
): Question {
  const check = (value: Json, values: Values) => {
    const taken = Object.entries(others(values)).find(([, port]) => port === value)
    return taken && `Port ${value} is used by ${taken[0]} on the same machine. Choose another one.`
  }
  return { key, label, help, type: 'number', min: 1024, max: 65_535, default: () => usual, check, advanced: true }
}
