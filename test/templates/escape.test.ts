import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Problem } from '../../src/base/errors.ts'
import * as template from '../../src/blueprints/template.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { freePort, hostile, multiline, paperFolder, run, start } from './support.ts'

// Needs: nginx, python, systemd

const { envFile, integer, nginx, python, render, shell, shellWords, sql, systemd, systemdText, yaml } = template

/** Hostile texts and random mixtures of the characters that mean something to somebody; the same every run. */
const texts = [...hostile, ...mixtures(120)].map(text => text.replaceAll('\t', ' '))
const folder = await paperFolder()
afterAll(() => folder.remove())

describe('a template', () => {
  test('is filled in one pass, so a value that looks like a place stays text', () => {
    expect(render('a {{x}} {{y}} {{x}}', { x: shell('{{y}}'), y: integer(8080) })).toBe("a '{{y}}' 8080 '{{y}}'")
  })

  test('refuses a name without a value, a value without a place, and what is no place at all', () => {
    expect(() => render('{{x}}', {})).toThrow('{{x}}')
    expect(() => render('', { x: shell('') })).toThrow('no place for: x')
    expect(() => render('{{ x }}', { x: shell('') })).toThrow('{{ x }}')
    expect(() => render('{{toString}}', {})).toThrow('{{toString}}')
    expect(() => integer(1.5)).toThrow('whole number')
  })

  test('keeps replacement patterns of JavaScript as text', () => {
    expect(render('{{x}}', { x: shell("$& $' $1 $$") })).toBe("'$& $'\\'' $1 $$'")
  })
})

test('bash reads every text back as it was, line breaks included', async () => {
  const all = [...texts, ...multiline.filter(text => !text.includes('\0'))]
  const script = `printf '%s\\0' ${shellWords(all).escaped}`
  const { out, err } = await run('bash', ['-c', script])
  expect(err).toBe('')
  expect(out.split('\0').slice(0, -1)).toEqual(all)
})

test('Python reads every text back as it was, line breaks included', async () => {
  const all = [...texts, '\u2028\u0085\ufeff\x7f', ...multiline.filter(text => !text.includes('\0'))]
  const program = `import json\nprint(json.dumps([${all.map(text => python(text).escaped).join(',')}]))`
  const { out, err } = await run('python3', ['-'], { input: program })
  expect(err).toBe('')
  expect(JSON.parse(out)).toEqual(all)
})

test('YAML reads every text back as it was, line breaks included', () => {
  const all = [...texts, '\u2028\u0085\ufeff\x7f', ...multiline.filter(text => !text.includes('\0'))]
  const document = all.map(text => `- ${yaml(text).escaped}`).join('\n')
  expect(parse(document)).toEqual(all)
})

test('an environment file is read alike by bash and by systemd', async () => {
  const file = texts.map((text, index) => `T${index}=${envFile(text).escaped}\n`).join('')
  const names = texts.map((_, index) => `"$T${index}"`).join(' ')
  const shellRead = await run('bash', ['-c', `${file}\nprintf '%s\\0' ${names}`])
  expect(shellRead.out.split('\0').slice(0, -1)).toEqual(texts)
  // This reader has no empty values; the one for EnvironmentFile= does.
  expect(await readBySystemd(file.replace(/^T\d+=""\n/gm, ''))).toEqual(texts.map(text => text || 'missing'))
})

test('systemd takes an escaped word as one word, without specifiers', async () => {
  const words = texts.filter(text => text !== '' && !/[$/]|^\s|\s$/.test(text) && !/[\x00-\x1f]/.test(text))
  const unit = (word: string) => `[Service]\nType=oneshot\nExecStart=${systemd(`/nowhere/${word}`).escaped} tail\n`
  for (const word of words.slice(0, 25)) {
    const file = join(folder.path, 'word.service')
    await writeFile(file, unit(word))
    const { err } = await run('systemd-analyze', ['verify', file], { env: { ...process.env, SYSTEMD_LOG_COLOR: '0' } })
    expect(err).toMatch(/: (Command|Executable name contains special characters:) \/nowhere\//)
    expect(err).toContain(` /nowhere/${word}${err.includes('special characters') ? '\n' : ' is not executable'}`)
  }
})

test('nginx answers every text it can hold as it was', async () => {
  const able = texts.filter(text => !/[$\x00-\x1f]/.test(text) && text !== '')
  const port = await freePort()
  const places = able.map((text, index) => `location = /${index} { return 200 ${nginx(text).escaped}; }`).join('\n')
  const conf = `daemon off; pid ${folder.path}/pid; error_log stderr; events {}
    http { access_log off; server { listen 127.0.0.1:${port}; ${places} } }`
  await writeFile(join(folder.path, 'nginx.conf'), conf)
  const url = `http://127.0.0.1:${port}`
  const server = await start(
    'nginx',
    ['-c', join(folder.path, 'nginx.conf')],
    {},
    async () => (await fetch(url)).status > 0,
  )
  try {
    const answers = await Promise.all(able.map(async (_, index) => (await fetch(`${url}/${index}`)).text()))
    expect(answers).toEqual(able)
  } finally {
    await server.stop()
  }
})

describe('a database server', () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres('Database1!')
  })
  afterAll(() => postgres?.stop())

  test('PostgreSQL reads every text back as it was', async () => {
    const rows = texts.map(text => `(${sql(text, 'postgresql').escaped})`).join(',')
    const answer = await postgres.query(`SELECT json_agg(t) FROM (VALUES ${rows}) AS v(t)`)
    expect(JSON.parse(answer)).toEqual(texts)
  })
})

test('MySQL gets its backslashes doubled', () => {
  expect(sql("a\\' b", 'mysql').escaped).toBe("'a\\\\'' b'")
})

test('what a format cannot hold is refused with a sentence that does not repeat the value', () => {
  const perLine = [nginx, systemd, systemdText, envFile]
  for (const text of multiline) for (const write of perLine) expect(() => write(text)).toThrow(Problem)
  for (const write of [...perLine, shell, python, yaml]) {
    expect(() => write('geheim\0')).toThrow(Problem)
    expect(() => write('geheim\ud800')).toThrow(/^(?!.*geheim)/)
  }
  expect(() => nginx('a $host b')).toThrow('dollar')
  expect(() => systemdText('line \\')).toThrow('backslash')
  expect(systemdText('50 % "of" $x').escaped).toBe('50 %% "of" $x')
})

/**
 * systemd's own reader of such files, as a program: the generator for `environment.d`. It also expands `$`, which
 * `EnvironmentFile=` does not, so a dollar is given to it as a variable that holds one.
 */
async function readBySystemd(file: string): Promise<string[]> {
  const generator = '/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator'
  const config = join(folder.path, 'config')
  await run('mkdir', ['-p', join(config, 'environment.d')])
  await writeFile(join(config, 'environment.d/1.conf'), file.replaceAll('\\$', '${DOLLAR}'))
  const { out, err } = await run(generator, [], {
    env: { XDG_CONFIG_HOME: config, HOME: folder.path, DOLLAR: '$', LC_ALL: 'C.UTF-8' },
  })
  expect(err).toBe('')
  const found = new Map(
    out.split('\n').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const values = texts.map((_, index) => found.get(`T${index}`) ?? 'missing')
  const { out: plain } = await run('bash', ['-c', `printf '%s\\0' ${values.join(' ')}`])
  return plain.split('\0').slice(0, -1)
}

function mixtures(count: number): string[] {
  const pieces = [
    '"',
    "'",
    '\\',
    '$',
    '`',
    '%',
    ';',
    '{',
    '}',
    '#',
    ' ',
    'a',
    'n',
    'x41',
    'é',
    '(',
    ')',
    '|',
    '&',
    '!',
    '=',
    '*',
  ]
  let seed = 7
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed / 2147483648
  }
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(random() * 12) }, () => pieces[Math.floor(random() * pieces.length)]).join(''),
  )
}
