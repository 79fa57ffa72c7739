import { gzipSync } from 'node:zlib'
import { Problem } from '../../../base/errors.ts'
import type { Text } from '../../../engine/kind.ts'
import type { Aws } from '../client.ts'

/** A script with everything it needs on the machine. */
export interface Delivery {
  script: string
  env: Record<string, string>
  /** Names in Parameter Store by variable: read on the machine, by the role of the machine. */
  parameters: Record<string, string>
  region: string
}

/** What runs at the first boot: a script with its variables. `parameters`: names in Parameter Store by variable. */
export type Boot = { userData: Text | ''; env?: Record<string, string>; parameters?: Record<string, string> }

/** User data takes 16 KB before Base64. */
const longestUserData = 16 * 1024
/** The parameters of a command take 64 KB. */
const longestCommand = 60 * 1024

/** What a machine runs at its first boot, in Base64, as RunInstances and launch templates take it. */
export function userData(cloud: Aws, { userData: text, env = {}, parameters = {} }: Boot): string {
  if (text === '') return ''
  const whole = delivered({ script: cloud.text(text), env, parameters, region: cloud.region })
  refuseLong(whole, longestUserData, 'user data')
  return Buffer.from(whole).toString('base64')
}

/** The command for AWS-RunShellScript. */
export function commandScript(delivery: Delivery): string {
  const whole = delivered(delivery)
  refuseLong(whole, longestCommand, 'a command')
  return whole
}

/**
 * A script that puts the variables and the secrets in the environment of `script` and runs it; two of them never run at
 * once on a machine. It contains no secret: those are read from Parameter Store when it runs. Everything is packed,
 * because Systems Manager would replace what looks like `{{ssm:…}}`, and because a packed script is a quarter of the
 * size. Plain sh on the outside: the agent does not guarantee bash.
 */
export function delivered({ script, env, parameters, region }: Delivery): string {
  const variables = [
    ...Object.entries(env).map(([name, value]) => `export ${checked(name)}=${quoted(value)}`),
    ...Object.entries(parameters).map(
      ([name, place]) => `${checked(name)}=$(parameter ${quoted(place)}); export ${name}`,
    ),
  ]
  return [
    '#!/bin/sh',
    'set -eu',
    'umask 077',
    'mkdir -p /var/lib/stackwright /var/log/stackwright',
    'exec 9>/var/lib/stackwright/lock',
    'flock 9',
    'work=$(mktemp -d /run/stackwright.XXXXXX)',
    'trap \'rm -rf "$work"\' EXIT',
    // The role of an instance that has just started takes a moment to become known.
    'parameter() {',
    '  for i in 1 2 3 4 5 6 7 8 9 10; do',
    `    aws ssm get-parameter --region ${quoted(region)} --name "$1" --with-decryption --query Parameter.Value --output text && return`,
    '    sleep 6',
    '  done',
    '  return 1',
    '}',
    `echo ${packed(`${variables.join('\n')}\n`)} | base64 -d | gunzip > "$work/variables"`,
    `echo ${packed(script)} | base64 -d | gunzip > "$work/setup.sh"`,
    '. "$work/variables"',
    'log=/var/log/stackwright/$(date -u +%Y%m%dT%H%M%SZ).log',
    'code=0',
    // Without the lock's descriptor: a service started by the script must not keep it.
    'bash "$work/setup.sh" > "$log" 2>&1 9>&- || code=$?',
    // Systems Manager keeps only the first 24,000 characters, and the end is what matters.
    'tail -c 20000 "$log"',
    'exit "$code"',
    '',
  ].join('\n')
}

/** A value quoted as one word of the shell, whatever it contains. */
export function quoted(value: string): string {
  if (value.includes('\0'))
    throw new Problem({ what: 'A value contains a NUL character, which cannot be passed to a program.' })
  return `'${value.replaceAll("'", `'\\''`)}'`
}

function packed(text: string): string {
  return gzipSync(text, { level: 9 }).toString('base64')
}

function checked(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`not a variable's name: ${name}`)
  return name
}

function refuseLong(text: string, most: number, what: string): void {
  const size = Buffer.byteLength(text)
  if (size <= most) return
  throw new Problem({
    what: `The script is too long for ${what} (${size} of ${most} bytes).`,
    next: 'Shorten the variables or the script.',
  })
}
