import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { packageFile } from '../../src/base/files.ts'
import { expectGoodUnit } from './scripts.ts'
import { hostile, paperFolder, run } from './support.ts'

// Needs: systemd

const folder = await paperFolder()
const [app, units, bin] = ['app', 'units', 'bin'].map(name => join(folder.path, name)) as [string, string, string]
afterAll(() => folder.remove())

beforeEach(async () => {
  for (const one of [app, units, bin]) {
    await rm(one, { recursive: true, force: true })
    await mkdir(one, { recursive: true })
  }
  for (const name of ['gunicorn', 'daphne', 'python', 'say']) await program(join(bin, name), 'printf "%s\\n" "$@"')
})

describe('the units of a Procfile', () => {
  test('start its programs directly, by their paths, with the words as they are written', async () => {
    await made(
      'web: gunicorn --bind :8000 --workers 3 "my app.wsgi:application"\n\n# a word\nwebsocket: exec daphne -p 5000 x\r\n',
    )
    expect(await setting('web', 'ExecStart')).toBe(
      `"${bin}/gunicorn" "--bind" ":8000" "--workers" "3" "my app.wsgi:application"`,
    )
    expect(await setting('websocket', 'ExecStart')).toBe(`"${bin}/daphne" "-p" "5000" "x"`)
    expect(await text('web')).toContain(`\nEnvironment="PATH=${bin}:/usr/bin:/bin"\nEnvironment=PORT=8000\n`)
    expect(await setting('web', 'EnvironmentFile')).toBe('/etc/stackwright/x.env')
    expect(await setting('web', 'Restart')).toBe('always')
    expect(await text('websocket')).not.toContain('PORT=')
    for (const name of ['web', 'websocket']) await expectGoodUnit(await text(name), folder.path, name)
  })

  test('start a program of the application by a path within it', async () => {
    await mkdir(join(app, 'bin'))
    await program(join(app, 'bin/serve'), 'true')
    await made('web: ./bin/serve -x\n')
    expect(await setting('web', 'ExecStart')).toBe(`"${app}/bin/serve" "-x"`)
  })

  test.each([
    ['a variable', 'gunicorn -b :$PORT', 'exec gunicorn -b :$$PORT', 'mixed'],
    ['a value before the program', 'A=1 gunicorn', 'A=1 gunicorn', 'control-group'],
    ['two commands', 'cd src && gunicorn', 'cd src && gunicorn', 'control-group'],
    ['a command of the shell', 'ulimit -n 500', 'ulimit -n 500', 'control-group'],
    ['a percent sign and quotes', 'gunicorn "50%" \'*\'', 'exec gunicorn \\"50%%\\" \'*\'', 'mixed'],
  ])('use a shell for %s', async (_, command, inside, killMode) => {
    await made(`web: ${command}\n`)
    expect(await setting('web', 'ExecStart')).toBe(`"/bin/sh" "-c" "${inside}"`)
    expect(await setting('web', 'KillMode')).toBe(killMode)
    await expectGoodUnit(await text('web'), folder.path, 'web')
  })

  test('give a program exactly what a shell would have given it, whatever is in it', async () => {
    const texts = hostile.filter(text => text !== '' && !/\t/.test(text))
    for (const word of [...texts, 'a b', '=', '--x=y z']) {
      const quoted = `'${word.replaceAll("'", `'\\''`)}'`
      await made(`web: say first ${quoted} last\n`)
      const { out } = await run(...asSystemd(await setting('web', 'ExecStart')), { env: { PATH: bin } })
      expect(out).toBe(`first\n${word}\nlast\n`)
    }
  })

  test('leave the line release out, which is no process', async () => {
    expect((await made('web: gunicorn x\nrelease: python manage.py migrate\n')).out).toBe('web\n')
  })

  test('are written only when they differ', async () => {
    await made('web: gunicorn x\n')
    const before = (await run('stat', ['-c', '%i', `${units}/stackwright-web.service`])).out
    await made('web: gunicorn x\n')
    expect((await run('stat', ['-c', '%i', `${units}/stackwright-web.service`])).out).toBe(before)
  })
})

describe('a Procfile is refused, and nothing is written, when', () => {
  test.each([
    ['a line is no process', 'web: gunicorn x\nnonsense\n', 'Line 2 of the Procfile is not NAME: COMMAND'],
    ['a name could leave the folder', '../web: gunicorn x\n', 'Line 1 of the Procfile is not NAME: COMMAND'],
    ['a name is too long', `${'x'.repeat(41)}: gunicorn\n`, 'Line 1 of the Procfile is not NAME: COMMAND'],
    ['a command is missing', 'web:\n', 'Line 1 of the Procfile is not NAME: COMMAND'],
    ['a command has a control character', 'web: gunicorn \x1b[31m\n', 'Line 1 of the Procfile has a control character'],
    ['two lines have the same name', 'web: gunicorn x\nweb: gunicorn y\n', 'two lines web'],
    ['a quote does not end', `web: gunicorn 'x\n`, 'line web has a quote that does not end'],
    [
      'a program is not installed',
      'web: gunicorn x\nworker: celery\n',
      'line worker starts celery, which is not installed',
    ],
    ['a process is missing', 'worker: say\n', 'The Procfile has no line web: it has worker.'],
    ['it is empty', '', 'The Procfile has no line web: it has none.'],
  ])('%s', async (_, procfile, why) => {
    const { code, err } = await written(procfile)
    expect([code, err]).toEqual([1, expect.stringContaining(why)])
    expect((await run('ls', [units])).out).toBe('')
  })

  test('it is not there', async () => {
    expect(await called()).toMatchObject({ code: 1, err: expect.stringContaining('has no Procfile') })
  })
})

async function made(procfile: string) {
  const ran = await written(procfile)
  expect(ran).toMatchObject({ code: 0, err: '' })
  return ran
}

async function written(procfile: string) {
  await writeFile(join(app, 'Procfile'), procfile)
  return await called()
}

function called() {
  const places = [
    '--procfile',
    join(app, 'Procfile'),
    '--units',
    units,
    '--folder',
    app,
    '--path',
    `${bin}:/usr/bin:/bin`,
  ]
  const how = ['--user', 'django', '--env-file', '/etc/stackwright/x.env', '--port', 'web=8000', '--need', 'web']
  return run('python3', [packageFile('templates/machine/procfile.py'), ...places, ...how])
}

function text(name: string): Promise<string> {
  return readFile(join(units, `stackwright-${name}.service`), 'utf8')
}

async function setting(unit: string, name: string): Promise<string> {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(await text(unit))?.[1] ?? ''
}

function program(path: string, body: string): Promise<void> {
  return writeFile(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
}

/** What systemd makes of ExecStart: the opposite of what systemd.service(5) says about quotes, `%` and `$`. */
function asSystemd(line: string): [string, string[]] {
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word]) =>
    word!.replaceAll('%%', '%').replaceAll('$$', '$').replace(/\\(.)/g, '$1'),
  )
  return [words[0]!, words.slice(1)]
}
