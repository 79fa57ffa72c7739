import type { Values } from '../answers/question.ts'
import type { Json } from '../base/json.ts'

/** What is wrong with a Git address, or nothing. Everything accepted here is safe as an argument of `git`. */
export function checkRepository(value: string): string | undefined {
  if (value.length > 500) return 'The repository address must have at most 500 characters.'
  if (!/^[A-Za-z0-9][A-Za-z0-9@:/._~+%-]*$/.test(value))
    return 'The repository address can have only letters, digits and @ : / . _ ~ + % -, and begins with a letter or digit.'
  if (/^https:\/\//i.test(value)) return checkHttps(value)
  if (/^ssh:\/\//i.test(value)) return checkSsh(value)
  if (/^[a-z_][a-z0-9_-]*@[a-z0-9][a-z0-9.-]*:[A-Za-z0-9._~/][A-Za-z0-9._~/+-]*$/i.test(value)) return undefined
  return 'The repository address must begin with https:// or ssh://, or look like git@host:path.'
}

/** What is wrong with a branch, tag or commit, or nothing; the rules of `git check-ref-format`, narrowed. */
export function checkRef(value: string): string | undefined {
  const good =
    value.length <= 200 &&
    /^[A-Za-z0-9][A-Za-z0-9._/+-]*$/.test(value) &&
    !/\.\.|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(value)
  return good
    ? undefined
    : 'A branch, tag or commit has letters, digits and . _ / + -, and begins with a letter or digit.'
}

/** What is wrong with a WSGI module, or nothing. */
export function checkModule(value: string): string | undefined {
  const good = value.length <= 200 && /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(:[A-Za-z_]\w*)?$/.test(value)
  return good ? undefined : 'The WSGI module must look like mysite.wsgi:application.'
}

/** What is wrong with a path a load balancer asks for, or nothing (CLB: 1–80 characters, letters, digits and - / . % ? # & =; no fragment here). */
export function checkHealthPath(value: string): string | undefined {
  const good = value.length <= 80 && /^\/[A-Za-z0-9/._%?&=-]*$/.test(value) && !value.startsWith('//')
  return good ? undefined : 'The path must begin with one / and have at most 80 letters, digits and / . _ - % ? & =.'
}

/** Two programs of one machine cannot share a port: nginx is in front of this server. */
export function checkPort(server: string): (value: Json, values: Values) => string | undefined {
  return (value, values) =>
    value === (values['backend.port'] ?? 80)
      ? `Port ${value} is used by nginx (backend.port); ${server} needs another one.`
      : undefined
}

/** A check of text, for a question: nothing else passes. */
export function text(check: (value: string) => string | undefined): (value: Json) => string | undefined {
  return value => (typeof value === 'string' ? check(value) : 'This must be text.')
}

function checkHttps(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || url.pathname.length < 2) return 'The repository address must look like https://host/owner/project.git.'
  if (url.username !== '' || url.password !== '')
    return 'The repository address must not contain a user, password or token: it would be shown and saved.'
  return undefined
}

function checkSsh(value: string): string | undefined {
  const parts =
    /^ssh:\/\/(?:[a-z_][a-z0-9_-]*(:[^@]*)?@)?([a-z0-9][a-z0-9.-]*)(?::\d{1,5})?\/[A-Za-z0-9._~/+%-]+$/i.exec(value)
  if (!parts) return 'The repository address must look like ssh://git@host/owner/project.git.'
  if (parts[1] !== undefined) return 'The repository address must not contain a password: it would be shown and saved.'
  return undefined
}
