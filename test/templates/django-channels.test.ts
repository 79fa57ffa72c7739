import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Values } from '../../src/answers/question.ts'
import { packageFile } from '../../src/base/files.ts'
import { nginxConf, sampleFile, sampleFiles, setup, setupScript } from '../../src/blueprints/django-channels/setup.ts'
import type { ManagedDatabase, Redis } from '../../src/steps/results.ts'
import { expectSound, packedSize, within } from './scripts.ts'
import { paperFolder, run } from './support.ts'

// Needs: nginx, python

const sample: Values = { 'app.source': 'sample' }
const git: Values = {
  'app.source': 'git',
  'app.repository': 'https://git.example/owner/chat.git',
  'app.ref': 'v1.0',
  'app.module': 'mysite.wsgi:application',
  'app.healthPath': '/up',
  'websocket.healthPath': '/ws/up',
}
const database: ManagedDatabase = {
  engine: 'postgresql',
  host: { $ref: 'database/instance', field: 'host' },
  port: { $ref: 'database/instance', field: 'port' },
  name: 'channels',
  user: 'channelsuser',
  password: { $secret: 'database.password' },
  admin: { user: 'postgres', password: { $secret: 'database.adminPassword' } },
  ready: [],
}
const redis: Redis = {
  host: { $ref: 'database/redis', field: 'host' },
  port: { $ref: 'database/redis', field: 'port' },
  tls: true,
  password: { $secret: 'redis.authToken' },
  ready: [],
}
const host = { $ref: 'balancer/load-balancer', field: 'dnsName' }
const folder = await paperFolder()
afterAll(() => folder.remove())

describe('the setup script for Django Channels', () => {
  test.each([
    ['the sample', sample],
    ['a project from Git', git],
  ])('for %s passes bash and shellcheck', (_, values) => expectSound(setupScript(values), folder.path))

  test('fits a command of Systems Manager with room to spare', () => {
    expect(packedSize(setupScript(sample))).toBeLessThanOrEqual(28 * 1024)
    expect(packedSize(setupScript(git))).toBeLessThanOrEqual(16 * 1024)
  })

  test('holds every file of the sample', async () => {
    const place = packageFile('templates/django-channels/sample')
    const entries = await readdir(place, { recursive: true, withFileTypes: true })
    const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
    expect(files.sort()).toEqual(sampleFiles.map(file => join(place, file)).sort())
  })

  test('is the same, byte by byte, for the same answers, and another for another version', () => {
    expect(setupScript({ ...sample })).toBe(setupScript(sample))
    expect(setupScript({})).toBe(setupScript(sample))
    expect(setupScript({ ...git, 'app.ref': 'v1.1' })).not.toBe(setupScript(git))
  })

  test('holds no secret: they come in through the variables', () => {
    expect(setup(git, { database, redis, host, domain: 'chat.example.com' })).toEqual({
      script: setupScript(git),
      env: {
        ...{ DB_HOST: database.host, DB_PORT: database.port, DB_NAME: 'channels', DB_USER: 'channelsuser' },
        ...{ DB_ADMIN_USER: 'postgres', REDIS_HOST: redis.host, REDIS_PORT: redis.port, REDIS_TLS: 'yes' },
        ...{ BALANCER_HOST: host, DOMAIN: 'chat.example.com' },
      },
      secrets: {
        DB_PASSWORD: { $secret: 'database.password' },
        DB_ADMIN_PASSWORD: { $secret: 'database.adminPassword' },
        SECRET_KEY: { $secret: 'app.secretKey' },
        REDIS_PASSWORD: { $secret: 'redis.authToken' },
      },
    })
  })

  test('of a Redis without a password and TLS asks for neither', () => {
    const { password, ...open } = redis
    const made = setup(sample, { database, redis: { ...open, tls: false }, host })
    expect(made.env.REDIS_TLS).toBe('no')
    expect(made.secrets).not.toHaveProperty('REDIS_PASSWORD')
  })

  test('refuses to run without root, and does nothing then', async () => {
    const { code, err } = await run('bash', ['-c', `id() { echo 1000; }\n${setupScript(sample)}`])
    expect(code).toBe(1)
    expect(err).toContain('must be run as root')
  })

  test('names the variable that is missing or holds a line break', async () => {
    expect((await inScript('check_variables', { ...variables, REDIS_HOST: '' })).out).toContain('REDIS_HOST is missing')
    const broken = { ...variables, REDIS_PASSWORD: 'a\nb' }
    expect((await inScript('check_variables', broken)).out).toContain('REDIS_PASSWORD holds a line break')
    expect((await inScript('check_variables', variables)).code).toBe(0)
  })

  test('hands the application every name and address that people come by, and addresses that say the same', async () => {
    const file = join(folder.path, 'channels.env')
    const lines = `fetch_authority() { DB_TLS_CA=/ca.pem; }; hostname() { echo '10.0.3.4 fd00::4 '; }
      ENV_FILE=${file} PYTHON=python3; write_settings; . ${file}
      printf '%s\\n' "$ALLOWED_HOSTS" "$CSRF_TRUSTED_ORIGINS" "$DATABASE_URL" "$REDIS_URL" "$REDIS_TLS"`
    const [hosts, origins, databaseUrl, redisUrl, tls] = (await inScript(lines, variables)).out.split('\n')
    expect(hosts).toBe('chat.example.com,alb.example.com,localhost,127.0.0.1,10.0.3.4,fd00::4')
    expect(origins).toBe('https://chat.example.com,http://chat.example.com,http://alb.example.com')
    const url = new URL(databaseUrl!)
    expect([decodeURIComponent(url.password), url.host, url.searchParams.get('sslmode')]).toEqual([
      ...[password, 'db.example:5432', 'verify-full'],
    ])
    expect(decodeURIComponent(new URL(redisUrl!).password)).toBe(password)
    expect([new URL(redisUrl!).protocol, tls]).toEqual(['rediss:', 'yes'])
    expect((await run('stat', ['-c', '%a', file])).out).toBe('600\n')
    const alone = await inScript(lines, { ...variables, DOMAIN: '', REDIS_TLS: 'no', REDIS_PASSWORD: '' })
    expect(alone.out.split('\n').slice(1, 4)).toEqual([
      ...['http://alb.example.com', databaseUrl, 'redis://redis.example:6379/0'],
    ])
  })

  test('stops and removes a process that the Procfile has no longer, and starts the others', async () => {
    const stamps = join(folder.path, 'stamps')
    const lines = `STAMPS=${stamps}; mkdir -p $STAMPS; touch $STAMPS/venv; ENV_FILE=$STAMPS/venv
      python3() { printf '%s\\n' $NAMES; }; systemctl() { echo "systemctl $*"; }; rm() { echo "rm $*"; }
      cat() { case $1 in /etc/*) ;; *) command cat "$@" ;; esac; }; revision() { :; }; open_port() { :; }
      run_latest() { echo "run $1"; }; put() { printf '%s' "$3" >"$2"; }; start_processes`
    await inScript(lines, { NAMES: 'web websocket worker' })
    const { out } = await inScript(lines, { NAMES: 'web websocket' })
    expect(out).toContain(
      'systemctl disable --now stackwright-worker\nrm -f /etc/systemd/system/stackwright-worker.service',
    )
    expect(out.match(/^run .*/gm)).toEqual(['run stackwright-web', 'run stackwright-websocket'])
  })
})

describe('on Amazon Linux', () => {
  test('the newest Python that is offered is taken, and psql', async () => {
    const lines = `command() { [ "$2" != apt-get ] && [ "$2" != psql ] && [[ "$2" != python3.* ]]; }; rpm() { return 1; }
      dnf() { echo "dnf $*"; case " $* " in *" python3.12 "*|*postgresql17*) return 1 ;; esac; }
      python3.11() { :; }; install_packages; echo "PYTHON=$PYTHON"`
    const { out } = await inScript(lines, {})
    expect(out.trim().split('\n')).toEqual([
      'dnf -y install git nginx',
      'dnf -y install python3.12 python3.12-pip',
      'dnf -y install python3.11 python3.11-pip',
      'dnf -y install postgresql17',
      'dnf -y install postgresql16',
      'PYTHON=python3.11',
    ])
  })
})

describe('the ports that people answer', () => {
  test('are those of nginx and of the sample’s Procfile, which is the tutorial’s with the usual ones', async () => {
    expect(sampleFile('Procfile', {})).toBe(
      'web: gunicorn --bind :8000 --workers 3 --threads 2 config.wsgi:application\nwebsocket: daphne -b 0.0.0.0 -p 5000 config.asgi:application\n',
    )
    const other = { 'app.port': 9000, 'websocket.port': 6000, 'backend.port': 8081 }
    expect(sampleFile('Procfile', other)).toMatch(/--bind :9000 .*\n.* -p 6000 /)
    const conf = nginxConf(other)
    expect(conf).toContain('listen 8081 default_server;')
    expect(conf).toContain('server 127.0.0.1:9000;')
    const file = join(folder.path, 'nginx.conf')
    const site = conf.replaceAll('/var/log/nginx', folder.path)
    await writeFile(file, `pid ${folder.path}/nginx.pid;\nevents {}\nhttp {\n${site}}\n`)
    const { code, err } = await run('nginx', ['-t', '-c', file, '-e', 'stderr'])
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('syntax is ok') })
  })
})

const password = `p%"$\`\\'@:/?#[]& ü`
const variables = {
  ...{ DB_HOST: 'db.example', DB_PORT: '5432', DB_NAME: 'channels', DB_USER: 'u', DB_PASSWORD: password },
  ...{ DB_ADMIN_USER: 'postgres', DB_ADMIN_PASSWORD: 'x', SECRET_KEY: 'k', REDIS_HOST: 'redis.example' },
  ...{ REDIS_PORT: '6379', REDIS_TLS: 'yes', REDIS_PASSWORD: password },
  ...{ BALANCER_HOST: 'alb.example.com', DOMAIN: 'chat.example.com' },
}

function inScript(lines: string, env: Record<string, string>) {
  return within(setupScript(sample), lines, env)
}
