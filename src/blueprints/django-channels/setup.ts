import type { Values } from '../../answers/question.ts'
import { readPackageFile } from '../../base/files.ts'
import { isSecret, type Ref } from '../../engine/kind.ts'
import type { ManagedDatabase, Redis, Setup } from '../../steps/results.ts'
import { backendPort, fromGit, machine, origin } from '../common.ts'
import { integer, render, shell, shellWords } from '../template.ts'

const templates = 'templates/django-channels/'
/** Both are answered in front of Django: neither needs the database nor one of the host names. */
export const sampleHealthPath = '/healthz'
export const sampleWebSocketHealthPath = '/ws/healthz'
const sampleModule = 'config.wsgi:application'

/** The sample's files, as they lie on the machine. */
export const sampleFiles = [
  'Procfile',
  'manage.py',
  'requirements.txt',
  'config/__init__.py',
  'config/asgi.py',
  'config/health.py',
  'config/settings.py',
  'config/urls.py',
  'config/wsgi.py',
  'chat/__init__.py',
  'chat/consumers.py',
  'chat/layer.py',
  'chat/models.py',
  'chat/rooms.py',
  'chat/routing.py',
  'chat/views.py',
  'chat/migrations/0001_initial.py',
  'chat/migrations/__init__.py',
  'chat/static/chat/room.css',
  'chat/static/chat/room.js',
  'chat/templates/chat/index.html',
  'chat/templates/chat/room.html',
]

/** What the application is connected to, and the names that people come by. */
export interface Surroundings {
  database: ManagedDatabase
  redis: Redis
  /** The load balancer's own name. */
  host: Ref<string>
  /** The domain, where there is one. */
  domain?: string
}

/**
 * What is installed on each machine: one bash script that holds every file it writes, and the variables it reads.
 * The same answers give the same script, byte by byte; what is known only later (the addresses of the database and of
 * Redis) and every secret comes in through the variables.
 */
export function setup(values: Values, { database, redis, host, domain = '' }: Surroundings): Setup {
  const { admin } = database
  const secretKey = values['app.secretKey']
  return {
    script: setupScript(values),
    env: {
      DB_HOST: database.host,
      DB_PORT: database.port,
      DB_NAME: database.name,
      DB_USER: database.user,
      DB_ADMIN_USER: admin.user,
      REDIS_HOST: redis.host,
      REDIS_PORT: redis.port,
      REDIS_TLS: redis.tls ? 'yes' : 'no',
      BALANCER_HOST: host,
      DOMAIN: domain,
    },
    secrets: {
      DB_PASSWORD: database.password,
      DB_ADMIN_PASSWORD: admin.password,
      SECRET_KEY: isSecret(secretKey) ? secretKey : { $secret: 'app.secretKey' },
      ...(redis.password && { REDIS_PASSWORD: redis.password }),
    },
  }
}

/** The script alone. */
export function setupScript(values: Values): string {
  const git = fromGit(values)
  return render(machine('library.sh') + machine('postgresql.sh') + template('setup.sh'), {
    ...origin(values),
    ...places(values),
    module: shell(git ? String(values['app.module']) : sampleModule),
    backendPort: integer(backendPort(values)),
    sample: shellWords(git ? [] : sampleFiles.flatMap(file => [file, sampleFile(file, values)])),
    constraints: shell(template('constraints.txt')),
    prepare: shell(machine('django-prepare.py')),
    procfile: shell(machine('procfile.py')),
    postgresql: shell(machine('postgresql.py')),
    nginx: shell(nginxConf(values)),
  })
}

/** Finds on a machine which hop is broken; changes nothing. */
export function check(values: Values): string {
  return render(machine('check.sh') + machine('check-nginx.sh') + template('check.sh'), {
    ...places(values),
    database: shell(machine('database.py')),
    redis: shell(machine('redis.py')),
  })
}

/** `/etc/nginx/conf.d/django-channels.conf`. */
export function nginxConf(values: Values): string {
  return render(template('nginx.conf'), {
    appPort: integer(appPort(values)),
    backendPort: integer(backendPort(values)),
  })
}

/** A file of the sample; the ports of its Procfile are those that people answered. */
export function sampleFile(file: string, values: Values): string {
  const text = template(`sample/${file}`)
  if (file !== 'Procfile') return text
  return text.replace('--bind :8000', `--bind :${appPort(values)}`).replace('-p 5000', `-p ${webSocketPort(values)}`)
}

/** The page of the process `web` that answers 200. */
export function healthPath(values: Values): string {
  return String(values['app.healthPath'] ?? sampleHealthPath)
}

/** The page of the process `websocket` that answers 200. */
export function webSocketHealthPath(values: Values): string {
  return String(values['websocket.healthPath'] ?? sampleWebSocketHealthPath)
}

/** Where the process `websocket` listens. */
export function webSocketPort(values: Values): number {
  return Number(values['websocket.port'] ?? 5000)
}

/** Where the process `web` listens, behind nginx. */
export function appPort(values: Values): number {
  return Number(values['app.port'] ?? 8000)
}

/** Where both processes answer, as the scripts read it. */
function places(values: Values) {
  return {
    healthPath: shell(healthPath(values)),
    appPort: integer(appPort(values)),
    websocketPort: integer(webSocketPort(values)),
    websocketHealthPath: shell(webSocketHealthPath(values)),
  }
}

function template(file: string): string {
  return readPackageFile(templates + file)
}
