import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Values } from '../../src/answers/question.ts'
import { packageFile } from '../../src/base/files.ts'
import { setup } from '../../src/blueprints/django/application.ts'
import { nginxConf, sampleFiles, setupScript, unit } from '../../src/blueprints/django/setup.ts'
import { envFile } from '../../src/blueprints/template.ts'
import type { Database } from '../../src/steps/results.ts'
import { expectGoodUnit, expectSound, packedSize, within } from './scripts.ts'
import { hostile, paperFolder, run } from './support.ts'

// Needs: curl, nginx, python

const sample: Values = { 'app.source': 'sample', 'app.port': 8080, 'app.workers': 3, 'app.healthPath': '/health/' }
const git: Values = {
  ...sample,
  'app.source': 'git',
  'app.repository': 'https://git.example/owner/project.git',
  'app.ref': 'v1.0',
  'app.module': 'mysite.wsgi:application',
  'app.healthPath': '/ok',
}
/** What the script's own `begin` takes for secrets. */
const ownSecrets = `SECRETS=(${/^ {2}begin django (.*)$/m.exec(setupScript(sample))![1]})`
const folder = await paperFolder()
afterAll(() => folder.remove())

describe('the setup script', () => {
  test.each([
    ['the sample', sample],
    ['an application from Git', git],
  ])('for %s passes bash and shellcheck', (_, values) => expectSound(setupScript(values), folder.path))

  test('fits the cloud: at most 12 KB after gzip and base64', () => {
    for (const values of [sample, git]) expect(packedSize(setupScript(values))).toBeLessThanOrEqual(12 * 1024)
  })

  test('holds every file of the sample', async () => {
    const entries = await readdir(packageFile('templates/django/sample'), { recursive: true, withFileTypes: true })
    const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
    expect(files.sort()).toEqual(sampleFiles.map(file => packageFile(`templates/django/sample/${file}`)).sort())
  })

  test('is the same, byte by byte, for the same answers', () => {
    expect(setupScript({ ...sample })).toBe(setupScript(sample))
    expect(setupScript({})).toBe(setupScript(sample))
    expect(setupScript(git)).not.toBe(setupScript(sample))
  })

  test('holds no secret: they come in through the variables', () => {
    const database: Database = {
      engine: 'postgresql',
      host: { $ref: 'database/access', field: 'host' },
      port: { $ref: 'database/access', field: 'port' },
      name: 'db_example',
      user: 'djangouser',
      password: { $secret: 'database.password' },
      ready: [],
    }
    expect(setup(sample, { database })).toEqual({
      script: setupScript(sample),
      env: {
        DB_ENGINE: 'postgresql',
        DB_HOST: { $ref: 'database/access', field: 'host' },
        DB_PORT: { $ref: 'database/access', field: 'port' },
        DB_NAME: 'db_example',
        DB_USER: 'djangouser',
      },
      secrets: { DB_PASSWORD: { $secret: 'database.password' }, DJANGO_SECRET_KEY: { $secret: 'app.secretKey' } },
    })
  })

  test('refuses to run without root, and does nothing then', async () => {
    const { code, err } = await run('bash', ['-c', `id() { echo 1000; }\n${setupScript(sample)}`])
    expect(code).toBe(1)
    expect(err).toContain('must be run as root')
  })

  test('names the variable that is missing or holds a line break', async () => {
    const all = { DB_ENGINE: 'mysql', DB_HOST: 'h', DB_PORT: '1', DB_NAME: 'n', DB_USER: 'u', DB_PASSWORD: 'p' }
    expect((await checkVariables(all)).out).toContain('DJANGO_SECRET_KEY is missing')
    const broken = { ...all, DJANGO_SECRET_KEY: 'k', DB_USER: 'u\nDJANGO_DEBUG=1' }
    expect((await checkVariables(broken)).out).toContain('DB_USER holds a line break')
    expect((await checkVariables({ ...all, DJANGO_SECRET_KEY: 'k' })).code).toBe(0)
  })

  test('writes the settings file as our own escaper does, readable for root only', async () => {
    for (const text of hostile.filter(text => text !== '' && !text.includes('\t'))) {
      const { out } = await inScript('setting NAME "$VALUE"', { VALUE: text })
      expect(out).toBe(`NAME=${envFile(text).escaped}\n`)
    }
    const file = join(folder.path, 'django.env')
    const secrets = { DB_PASSWORD: 'p%"$`\\\'@:/', DJANGO_SECRET_KEY: 'k'.repeat(50) }
    const where = { DB_ENGINE: 'postgresql', DB_HOST: 'h', DB_PORT: '5432', DB_NAME: 'n', DB_USER: 'u', ENV: file }
    expect((await inScript('ENV_FILE=$ENV PYTHON=python3; write_settings', { ...secrets, ...where })).err).toBe('')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const { out } = await run('bash', ['-c', `. ${file}; printf '%s\\n' "$DB_PASSWORD" "$DATABASE_URL"`])
    expect(out).toBe(
      `${secrets.DB_PASSWORD}\npostgres://u:${encodeURIComponent(secrets.DB_PASSWORD).replace("'", '%27')}@h:5432/n\n`,
    )
  })

  test('writes a file only when it differs, and then as a whole', async () => {
    const file = join(folder.path, 'put')
    await inScript(`put 0640 "$FILE" 'one\n'`, { FILE: file })
    const first = await stat(file)
    expect([await readFile(file, 'utf8'), first.mode & 0o777]).toEqual(['one\n', 0o640])
    await inScript(`put 0640 "$FILE" 'one\n'`, { FILE: file })
    expect((await stat(file)).ino).toBe(first.ino)
    await inScript(`put 0640 "$FILE" 'two\n'`, { FILE: file })
    expect(await readFile(file, 'utf8')).toBe('two\n')
    expect((await stat(file)).ino).not.toBe(first.ino)
  })

  test('ends a failure with the chapter and the last log lines, without the secrets', async () => {
    const log = join(folder.path, 'log')
    await writeFile(log, 'connecting as u with geheim*1\nrefused: key s[e]cret\n')
    const { out } = await inScript(`exec 3>&1; ${ownSecrets}; LOG=$LOGFILE CHAPTER=Database; (exit 7) || finish`, {
      LOGFILE: log,
      DB_PASSWORD: 'geheim*1',
      DJANGO_SECRET_KEY: 's[e]cret',
    })
    expect(out).toBe(
      `connecting as u with ***\nrefused: key ***\nstackwright: FAILED in the chapter "Database" (exit 7). The lines above are the last of ${log}.\n`,
    )
  })
})

describe('on the dnf family', () => {
  test('an old python3 is left alone and a newer one is installed beside it, with what else is missing', async () => {
    const { asked, out } = await withDnf({ offers: 'python3.11 git nginx', old: true })
    expect(out.trim().split('\n').at(-1)).toBe('PYTHON=python3.11')
    expect(asked).toEqual([
      'dnf -y install git',
      'dnf -y install nginx',
      'dnf -y install python3.12 python3.12-pip',
      'dnf -y install python3.11 python3.11-pip',
    ])
  })

  test('a second run asks for nothing', async () => {
    await withDnf({ offers: 'python3.11 git nginx', old: true })
    expect(await withDnf({ offers: '', keep: true })).toMatchObject({ asked: [], code: 0 })
  })

  test('without any recent Python it says so', async () => {
    const { code, out } = await withDnf({ offers: 'git nginx', old: true })
    expect(code).not.toBe(0)
    expect(out).toContain('No Python 3.9 or later was found among the packages.')
  })
})

describe('nginx', () => {
  test.each([
    [80, 8080],
    [8081, 9000],
  ])('takes the configuration for port %i in front of %i', async (backend, app) => {
    const conf = nginxConf({ ...sample, 'backend.port': backend, 'app.port': app })
    expect(conf).toContain(`listen ${backend} default_server;`)
    expect(conf).toContain(`server 127.0.0.1:${app};`)
    const file = join(folder.path, 'nginx.conf')
    await writeFile(
      file,
      `pid ${folder.path}/nginx.pid;\n${conf.replace(/^pid .*$/m, '').replaceAll('/var/log/nginx', folder.path)}`,
    )
    const { code, err } = await run('nginx', ['-t', '-c', file])
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('syntax is ok') })
  })
})

describe('systemd', () => {
  test.each([
    ['the sample', sample],
    ['an application from Git', git],
  ])('takes the unit for %s without a word', (_, values) =>
    expectGoodUnit(unit(values), folder.path, 'stackwright-django'),
  )

  test('starts gunicorn on the loopback only, with the secrets in a file and not in the unit', () => {
    const text = unit(git)
    expect(text).toContain('--bind "127.0.0.1:8080" --workers 3')
    expect(text).toContain('"mysite.wsgi:application"\n')
    expect(text).toContain('EnvironmentFile=/etc/stackwright/django.env')
    expect(text).not.toMatch(/^Environment=/m)
  })
})

/** `install_packages` on a machine that has only curl, an old python3 and a dnf that offers some packages and notes what it is asked. */
async function withDnf({ offers, old, keep }: { offers: string; old?: boolean; keep?: boolean }) {
  const bin = join(folder.path, 'dnf-bin')
  const asked = join(folder.path, 'dnf-asked')
  const real = (await run('sh', ['-c', 'readlink -f "$(python3 -c "import sys; print(sys.executable)")"'])).out.trim()
  if (!keep) await rm(bin, { recursive: true, force: true })
  await mkdir(bin, { recursive: true })
  await writeFile(asked, '')
  const program = async (name: string, text: string) =>
    writeFile(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  if (old) await program('python3', 'exit 1')
  await program('curl', '')
  await program('sleep', '')
  await program(
    'dnf',
    `echo "dnf $*" >>${asked}
    case " ${offers} " in *" $3 "*) ;; *) exit 1 ;; esac
    case $3 in python*) echo '#!/bin/sh\nexec ${real} "$@"' >${bin}/$3 ;; *) echo '#!/bin/sh' >${bin}/$3 ;; esac
    /bin/chmod 755 ${bin}/$3`,
  )
  const { code, out } = await inScript('install_packages; echo "PYTHON=$PYTHON"', {
    DB_ENGINE: 'postgresql',
    PATH: bin,
  })
  return { code, out, asked: (await readFile(asked, 'utf8')).split('\n').slice(0, -1) }
}

/** The script's first chapter, as it stands in its table of contents. */
function checkVariables(env: Record<string, string>) {
  return inScript(/^ {2}chapter 'Variables' (.*)$/m.exec(setupScript(sample))![1]!, env)
}

function inScript(lines: string, env: Record<string, string>) {
  return within(setupScript(sample), lines, env)
}
