import type { Values } from '../../answers/question.ts'
import { readPackageFile } from '../../base/files.ts'
import type { ManagedDatabase, Setup } from '../../steps/results.ts'
import { fromGit, machine, origin, sourceOf } from '../common.ts'
import { configWord, integer, render, shell } from '../template.ts'

const templates = 'templates/three-tier/'
/** Answered by a web server itself: whether this machine is up. */
export const webHealthPath = '/health/web'
/** Answered by the sample through all three tiers; asks the database's writer and reader. */
export const sampleHealthPath = '/health'
const sampleModule = 'app:app'

/**
 * What is installed on each tier: one bash script that holds every file it writes, and the variables it reads. The same
 * answers give the same script, byte by byte. `APP_HOST` of the web tier, the internal load balancer's name, is added
 * where the tier is drawn.
 */
export function setup(values: Values, { database }: { database: ManagedDatabase }): { web: Setup; app: Setup } {
  const { admin } = database
  return {
    web: { script: webScript(values), env: {}, secrets: {} },
    app: {
      script: appScript(values),
      env: {
        DB_HOST: database.host,
        DB_READ_HOST: database.readerHost ?? database.host,
        DB_PORT: database.port,
        DB_NAME: database.name,
        DB_USER: database.user,
        DB_ADMIN_USER: admin.user,
        DB_TABLE: String(values['aurora.table'] ?? 'testtable'),
      },
      secrets: { DB_PASSWORD: database.password, DB_ADMIN_PASSWORD: admin.password },
    },
  }
}

/** The web tier's script alone. */
export function webScript(values: Values): string {
  return render(machine('library.sh') + template('web.sh'), {
    webPort: integer(webPort(values)),
    livePath: shell(webHealthPath),
    healthPath: shell(healthPath(values)),
    apache: shell(apacheConf(values)),
  })
}

/** The application tier's script alone. */
export function appScript(values: Values): string {
  const git = fromGit(values)
  return render(machine('library.sh') + machine('rds.sh') + template('app.sh'), {
    ...origin(values),
    healthPath: shell(healthPath(values)),
    appPort: integer(appPort(values)),
    app: shell(git ? '' : template('sample/app.py')),
    requirements: shell(template('requirements.txt')),
    prepare: shell(template('prepare.py')),
    probe: shell(template('probe.py')),
    ini: shell(uwsgiIni(values)),
    unit: shell(unit(values)),
  })
}

/** Finds on a machine of either tier which hop is broken; changes nothing. */
export function check(values: Values): string {
  return render(machine('check.sh') + machine('check-python.sh') + template('check.sh'), {
    livePath: shell(webHealthPath),
    healthPath: shell(healthPath(values)),
    appPort: integer(appPort(values)),
    database: shell(machine('database.py')),
  })
}

/** Apache's site, but for the names that only the machine knows. */
export function apacheConf(values: Values): string {
  return render(template('apache.conf'), {
    webPort: integer(webPort(values)),
    appPort: integer(appPort(values)),
    livePath: configWord(webHealthPath),
  })
}

/** uWSGI's configuration: how many workers serve which module, and the port of its own protocol. */
export function uwsgiIni(values: Values): string {
  return render(template('uwsgi.ini'), {
    appPort: integer(appPort(values)),
    folder: configWord(folderOf(values)),
    module: configWord(fromGit(values) ? String(values['app.module']) : sampleModule),
    workers: integer(Number(values['app.workers'] ?? 4)),
  })
}

/** The systemd unit that runs uWSGI. */
export function unit(values: Values): string {
  return render(template('uwsgi.service'), { folder: configWord(folderOf(values)) })
}

/** The path that answers 200 when all three tiers do. */
export function healthPath(values: Values): string {
  return String(values['app.healthPath'] ?? sampleHealthPath)
}

function folderOf(values: Values): string {
  return `/opt/stackwright/${sourceOf(values)}`
}

function template(file: string): string {
  return readPackageFile(templates + file)
}

function webPort(values: Values): number {
  return Number(values['web.port'] ?? 80)
}

function appPort(values: Values): number {
  return Number(values['tier.port'] ?? 9090)
}
