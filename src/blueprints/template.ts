import { Exit, Problem } from '../base/errors.ts'

/** A value that is safe where it lands; only the escapers below make one. */
export type Escaped = { readonly escaped: string }

/**
 * The template with every `{{name}}` replaced by the escaped value of that name, in one pass: a value that looks like
 * a placeholder stays text. Throws when a name has no value, a value no place, or a brace pair is not a placeholder.
 */
export function render(template: string, values: Record<string, Escaped>): string {
  const used = new Set<string>()
  const text = template.replace(/\{\{(.*?)\}\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) throw new Error(`the template has a place ${whole} that nothing fills`)
    used.add(name)
    return value.escaped
  })
  const unused = Object.keys(values).filter(name => !used.has(name))
  if (unused.length > 0) throw new Error(`the template has no place for: ${unused.join(', ')}`)
  return text
}

/** One word of a POSIX shell command: quotes, `$`, backticks and newlines are data. */
export function shell(value: string): Escaped {
  return escaped(`'${writable(value).replaceAll("'", `'\\''`)}'`)
}

/** Several words of a POSIX shell command. */
export function shellWords(values: string[]): Escaped {
  return escaped(values.map(value => shell(value).escaped).join(' '))
}

/**
 * One parameter of an nginx directive, quoted. Refused: `$`, which nginx has no way to write as itself, and control characters.
 */
export function nginx(value: string): Escaped {
  const text = oneLine(value, 'the configuration of nginx')
  if (text.includes('$')) throw refused('the configuration of nginx', 'a dollar sign')
  return escaped(`"${text.replace(/["\\]/g, '\\$&')}"`)
}

/** One word of a systemd `Exec…=` line: no specifier (`%`), no variable (`$`). Refused: control characters. */
export function systemd(value: string): Escaped {
  const text = oneLine(value, 'a systemd unit').replace(/["\\]/g, '\\$&')
  return escaped(`"${text.replaceAll('%', '%%').replaceAll('$', '$$$$')}"`)
}

/** A systemd setting that takes the rest of the line, such as `Description=`. Refused: control characters, a backslash at the end. */
export function systemdText(value: string): Escaped {
  const text = oneLine(value, 'a systemd unit')
  if (text.endsWith('\\')) throw refused('a systemd unit', 'a backslash at its end')
  return escaped(text.replaceAll('%', '%%'))
}

/** A value in an environment file that both systemd (`EnvironmentFile=`) and a shell read the same. Refused: control characters. */
export function envFile(value: string): Escaped {
  return escaped(`"${oneLine(value, 'an environment file').replace(/["\\`$]/g, '\\$&')}"`)
}

/** A string literal of SQL, for the server it is sent to. */
export function sql(value: string, engine: 'postgresql' | 'mysql'): Escaped {
  const text = writable(value).replaceAll("'", "''")
  if (!text.includes('\\')) return escaped(`'${text}'`)
  const doubled = text.replaceAll('\\', '\\\\')
  return escaped(engine === 'postgresql' ? `E'${doubled}'` : `'${doubled}'`)
}

/** A string literal of Python. */
export function python(value: string): Escaped {
  return escaped(JSON.stringify(writable(value)))
}

/** A double-quoted YAML scalar. */
export function yaml(value: string): Escaped {
  const text = JSON.stringify(writable(value))
  return escaped(text.replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, character => unicode(character)))
}

/**
 * A word of a configuration that has no quotes of its own (uWSGI's ini, a path in Apache's). Refused: everything but
 * letters, digits and `_ . : / @ -`.
 */
export function configWord(value: string): Escaped {
  if (!/^[A-Za-z0-9_.:/@-]+$/.test(value))
    throw refused('this configuration', 'a character that it has no way to write')
  return escaped(value)
}

/** A whole number, the same in every language. */
export function integer(value: number): Escaped {
  if (!Number.isSafeInteger(value)) throw new Error(`not a whole number: ${value}`)
  return escaped(String(value))
}

function escaped(text: string): Escaped {
  return { escaped: text }
}

/** NUL ends a string in every tool behind us, half a surrogate pair is no character in UTF-8. */
function writable(value: string): string {
  if (value.includes('\0')) throw refused('a text file', 'a NUL character')
  if (!isWellFormed(value)) throw refused('a text file', 'half a character (a lone surrogate)')
  return value
}

/** The files these land in are read line by line; none of them has an escape that old versions share. */
function oneLine(value: string, where: string): string {
  if (/[\x00-\x1f\x7f]/.test(value)) throw refused(where, 'a line break or another control character')
  return writable(value)
}

function isWellFormed(value: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)
}

function unicode(character: string): string {
  return '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0')
}

/** Does not quote the value: it may be a secret. */
function refused(where: string, what: string): Problem {
  return new Problem({
    what: `A value has ${what}, which cannot be written into ${where}.`,
    next: 'Give that answer without it.',
    exit: Exit.usage,
  })
}
