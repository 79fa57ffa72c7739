import type { Values } from '../../answers/question.ts'
import { readPackageFile } from '../../base/files.ts'
import { isSecret, type Secret } from '../../engine/kind.ts'
import type { ManagedDatabase, Setup } from '../../steps/results.ts'
import { backendPort, fromGit, machine, origin, sourceOf } from '../common.ts'
import { integer, nginx, render, shell, shellWords, systemd, systemdText } from '../template.ts'

const templates = 'templates/rails/'
/** Served by the sample; asks the database too. */
export const sampleHealthPath = '/health'

/** The sample's files, as they lie on the machine. */
export const sampleFiles = [
  'Gemfile',
  'Rakefile',
  'config.ru',
  'bin/rails',
  'config/application.rb',
  'config/boot.rb',
  'config/database.yml',
  'config/environment.rb',
  'config/environments/production.rb',
  'config/routes.rb',
  'app/controllers/application_controller.rb',
  'app/controllers/health_controller.rb',
  'app/controllers/posts_controller.rb',
  'app/models/application_record.rb',
  'app/models/bucket.rb',
  'app/models/post.rb',
  'app/views/layouts/application.html.erb',
  'app/views/posts/index.html.erb',
  'db/migrate/20260101000000_create_posts.rb',
]

/**
 * What is installed on each web server: one bash script that holds every file it writes, and the variables it reads.
 * The same answers give the same script, byte by byte; what is known only later (the database's address) and every
 * secret comes in through the variables. The database and its user are made from the machines, by its administrator.
 */
export function setup(values: Values, { database }: { database: ManagedDatabase }): Setup {
  const { admin } = database
  return {
    script: setupScript(values),
    env: {
      DB_HOST: database.host,
      DB_PORT: database.port,
      DB_NAME: database.name,
      DB_USER: database.user,
      DB_ADMIN_USER: admin.user,
      S3_BUCKET: String(values['bucket.name'] ?? ''),
    },
    secrets: {
      DB_PASSWORD: database.password,
      DB_ADMIN_PASSWORD: admin.password,
      SECRET_KEY_BASE: secretOf(values, 'app.secretKey'),
      ...(hasMasterKey(values) && { RAILS_MASTER_KEY: secretOf(values, 'app.masterKey') }),
    },
  }
}

/** The script alone. */
export function setupScript(values: Values): string {
  const git = fromGit(values)
  return render(machine('library.sh') + machine('rds.sh') + template('setup.sh'), {
    ...origin(values),
    healthPath: shell(healthPath(values)),
    backendPort: integer(backendPort(values)),
    appPort: integer(appPort(values)),
    sample: shellWords(git ? [] : sampleFiles.flatMap(file => [file, template(`sample/${file}`)])),
    unit: shell(unit(values)),
    nginx: shell(nginxConf(values)),
  })
}

/** Finds on a web server which hop is broken; changes nothing. */
export function check(values: Values): string {
  return render(machine('check.sh') + machine('check-nginx.sh') + template('check.sh'), {
    appPort: integer(appPort(values)),
    healthPath: shell(healthPath(values)),
  })
}

/** The systemd unit that runs puma. */
export function unit(values: Values): string {
  return render(template('puma.service'), {
    bind: systemd(`tcp://127.0.0.1:${appPort(values)}`),
    workers: integer(Number(values['app.workers'] ?? 2)),
    folder: systemdText(`/var/www/${sourceOf(values)}`),
  })
}

/** `/etc/nginx/conf.d/rails.conf`. */
export function nginxConf(values: Values): string {
  return render(template('rails.conf'), {
    appPort: integer(appPort(values)),
    backendPort: integer(backendPort(values)),
    public: nginx(`/var/www/${sourceOf(values)}/public`),
  })
}

/** The path that answers 200 when the application and its database do. */
export function healthPath(values: Values): string {
  return String(values['app.healthPath'] ?? sampleHealthPath)
}

/** Whether the user's own application has credentials that only its master key opens. */
export function hasMasterKey(values: Values): boolean {
  return fromGit(values) && values['app.credentials'] === true
}

function secretOf(values: Values, key: string): Secret {
  const value = values[key]
  return isSecret(value) ? value : { $secret: key }
}

function template(file: string): string {
  return readPackageFile(templates + file)
}

function appPort(values: Values): number {
  return Number(values['app.port'] ?? 3000)
}
