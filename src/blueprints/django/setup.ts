import type { Values } from '../../answers/question.ts'
import { readPackageFile } from '../../base/files.ts'
import { isSecret } from '../../engine/kind.ts'
import type { Database, Setup } from '../../steps/results.ts'
import { backendPort, fromGit, machine, origin } from '../common.ts'
import { integer, render, shell, shellWords, systemd, systemdText } from '../template.ts'

const templates = 'templates/django/'
/** Served by the sample; asks the database too. */
export const sampleHealthPath = '/health/'
const sampleModule = 'config.wsgi:application'

/** The sample's files, as they lie on the machine. */
export const sampleFiles = [
  'manage.py',
  'config/__init__.py',
  'config/settings.py',
  'config/urls.py',
  'config/wsgi.py',
  'demo/__init__.py',
  'demo/models.py',
  'demo/views.py',
  'demo/migrations/__init__.py',
  'demo/migrations/0001_initial.py',
]

/**
 * What is installed on each machine: one bash script that holds every file it writes, and the variables it reads.
 * The same answers give the same script, byte by byte; what is known only later (the database's address) and every
 * secret comes in through the variables.
 */
export function setup(values: Values, { database }: { database: Database }): Setup {
  const secretKey = values['app.secretKey']
  return {
    script: setupScript(values),
    env: {
      DB_ENGINE: database.engine,
      DB_HOST: database.host,
      DB_PORT: database.port,
      DB_NAME: database.name,
      DB_USER: database.user,
    },
    secrets: {
      DB_PASSWORD: database.password,
      DJANGO_SECRET_KEY: isSecret(secretKey) ? secretKey : { $secret: 'app.secretKey' },
    },
  }
}

/** The script alone. */
export function setupScript(values: Values): string {
  const git = fromGit(values)
  return render(machine('library.sh') + template('setup.sh'), {
    ...origin(values),
    module: shell(moduleOf(values)),
    healthPath: shell(healthPath(values)),
    backendPort: integer(backendPort(values)),
    appPort: integer(appPort(values)),
    sample: shellWords(git ? [] : sampleFiles.flatMap(file => [file, template(`sample/${file}`)])),
    requirements: shell(template('requirements.txt')),
    prepare: shell(machine('django-prepare.py')),
    unit: shell(unit(values)),
    nginx: shell(nginxConf(values)),
  })
}

/** Finds on the machine which hop is broken; changes nothing. */
export function check(values: Values): string {
  return render(machine('check.sh') + machine('check-nginx.sh') + machine('check-python.sh') + template('check.sh'), {
    appPort: integer(appPort(values)),
    healthPath: shell(healthPath(values)),
    database: shell(machine('database.py')),
  })
}

/** The systemd unit that runs gunicorn. */
export function unit(values: Values): string {
  return render(template('gunicorn.service'), {
    bind: systemd(`127.0.0.1:${appPort(values)}`),
    workers: integer(Number(values['app.workers'] ?? 3)),
    module: systemd(moduleOf(values)),
    folder: systemdText(`/opt/stackwright/${fromGit(values) ? 'git' : 'sample'}`),
  })
}

/** nginx's whole configuration, but for the `user` line, which differs between the families of Linux. */
export function nginxConf(values: Values): string {
  return render(template('nginx.conf'), {
    appPort: integer(appPort(values)),
    backendPort: integer(backendPort(values)),
  })
}

/** The path that answers 200 when the application and its database do. */
export function healthPath(values: Values): string {
  return String(values['app.healthPath'] ?? sampleHealthPath)
}

function moduleOf(values: Values): string {
  return fromGit(values) ? String(values['app.module']) : sampleModule
}

function template(file: string): string {
  return readPackageFile(templates + file)
}

function appPort(values: Values): number {
  return Number(values['app.port'] ?? 8080)
}
