import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Exit, Problem } from '../../base/errors.ts'
import { hasImage, type ImageOptions, imageOnce, makeImage } from './build.ts'
import { lastLines, runProgram } from './command.ts'
import type { Runtime } from './runtime.ts'

const suite = 'bookworm'
const recipeLabel = 'stackwright.recipe'

/** What setup scripts ask for on a Debian machine, what a machine needs to be one, and a database server. */
const packages = [
  ...['systemd', 'systemd-sysv', 'dbus', 'libpam-systemd', 'udev', 'iproute2', 'iputils-ping', 'nftables', 'procps'],
  ...['openssh-server', 'sudo', 'openssl', 'ca-certificates', 'curl', 'git', 'less'],
  ...['python3', 'python3-venv', 'python3-django', 'gunicorn', 'python3-gunicorn', 'python3-psycopg2', 'nginx'],
  ...['postgresql', 'postgresql-client'],
]

/** Runs as root in the fresh base; stdin of `bash`. Services of packages stay off, as on a machine where they are not installed. */
const prepare = String.raw`set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt-get update
apt-get install -y --no-install-recommends @PACKAGES@
rm /usr/sbin/policy-rc.d
systemctl disable nginx postgresql
systemctl mask getty.target console-getty.service systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket \
  systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
rm -f /etc/ssh/ssh_host_* /etc/machine-id
touch /etc/machine-id
mkdir -p /etc/systemd/system/ssh.service.d /usr/lib/stackwright
printf '[Service]\nExecStartPre=\nExecStartPre=/usr/bin/ssh-keygen -A\nExecStartPre=/usr/sbin/sshd -t\n' >/etc/systemd/system/ssh.service.d/keys.conf
printf 'PasswordAuthentication no\n' >/etc/ssh/sshd_config.d/stackwright.conf
install -d -o postgres -g postgres -m 700 /var/lib/stackwright-database
bin=$(echo /usr/lib/postgresql/*/bin)
ln -s "$bin" /usr/lib/stackwright/postgresql
runuser -u postgres -- "$bin/initdb" -D /var/lib/stackwright-database -E UTF8 --locale=C.UTF-8 --auth=peer --no-sync
apt-get clean
rm -rf /var/lib/apt/lists/* /var/lib/postgresql/* /var/log/*.log /var/log/apt
`

/** The name of the machine image that this version of the program wants. */
export function imageName(): string {
  return `localhost/stackwright-machine:${recipe()}`
}

/**
 * Makes sure the machine image is there and answers its name: Debian with systemd and everything a setup needs, so
 * that machines need no network of their own. Built once per version of its recipe; who comes while another builds
 * waits for it. Throws a Problem that says what is missing to build it.
 */
export async function ensureImage(runtime: Runtime, options: ImageOptions = {}): Promise<string> {
  const { env = process.env, onProgress } = options
  const image = { name: imageName(), called: 'machine image' }
  return await imageOnce(runtime, { ...image, lock: 'image' }, options, async () => {
    const base = await ensureBase(runtime, env, text => onProgress?.({ part: 'base', text }))
    const made = {
      ...image,
      maker: `stackwright-image-${recipe()}`,
      script: prepare.replaceAll('@PACKAGES@', packages.join(' ')),
      doing: 'Installing Python, Django, nginx, PostgreSQL and what a machine needs (a minute or two).',
      label: `${recipeLabel}=${recipe()}`,
    }
    await makeImage(runtime, base, made, options)
  })
}

function recipe(): string {
  return createHash('sha256')
    .update([suite, ...packages, prepare].join('\n'))
    .digest('hex')
    .slice(0, 12)
}

/** Debian and nothing else: pulled, or made from Debian's packages where no registry of images is reached. */
async function ensureBase(runtime: Runtime, env: NodeJS.ProcessEnv, tell: (text: string) => void): Promise<string> {
  const name = `localhost/stackwright-base:${suite}`
  if (await hasImage(runtime, name)) return name
  tell('Fetching Debian.')
  const how = env.STACKWRIGHT_IMAGE_FROM ?? ''
  const pulled = how === 'packages' ? undefined : await pull(runtime, name)
  if (pulled === '') return name
  tell('No registry of images answers: making Debian from its packages (about a minute).')
  await bootstrap(runtime, name, pulled ?? 'not tried, because STACKWRIGHT_IMAGE_FROM is packages')
  return name
}

/** Returns an empty text, or why it did not work. */
async function pull(runtime: Runtime, name: string): Promise<string> {
  const source = `debian:${suite}-slim`
  const ran = await runtime.run(['pull', '--quiet', source], { timeout: 90_000 })
  if (ran.code !== 0) return lastLines(ran.stderr, 1)
  await runtime.must('The base image could not be named.', ['tag', source, name])
  return ''
}

async function bootstrap(runtime: Runtime, name: string, pulled: string): Promise<void> {
  if (!['/usr/sbin/debootstrap', '/usr/bin/debootstrap'].some(place => existsSync(place))) {
    throw new Problem({
      what: 'The machine image could not be built.',
      list: [`Pulling Debian: ${pulled}.`, 'Making it from packages: debootstrap is not installed.'],
      next: 'Install debootstrap (apt-get install debootstrap), or give this machine access to a registry of images.',
      exit: Exit.preflight,
    })
  }
  const folder = await mkdtemp(join(tmpdir(), 'stackwright-image-'))
  try {
    const root = join(folder, 'root')
    const archive = join(folder, 'root.tar')
    await step('debootstrap', ['--variant=minbase', '--include=ca-certificates', suite, root])
    await step('tar', ['-C', root, '-cf', archive, '.'])
    await runtime.must('The base image could not be imported.', ['import', archive, name], { timeout: 300_000 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function step(program: string, args: string[]): Promise<void> {
  const ran = await runProgram(program, args, { timeout: 15 * 60_000 })
  if (ran.code === 0) return
  throw new Problem({
    what: 'The machine image could not be built from packages.',
    why: `${program} ended with ${ran.code}: ${lastLines(ran.stderr) || lastLines(ran.stdout)}`,
  })
}
