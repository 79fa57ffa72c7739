// Which programs of the system a test file needs: it, or a file of test/ that it imports, says so in a line
// `// Needs: tmux, openssl`. The tests in CONTAINER_TESTS need containers.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { has, quiet } from '../shell.mjs'

const CONTAINER_TESTS = /^test\/containers/

const program = (name, command = name) => ({ package: name, there: () => has(command) })
const gem = (name, module) => ({ package: name, there: () => quiet('/usr/bin/ruby', ['-e', `gem "${module}"`]) })

/** The Debian packages behind each word, and how to see that they are there. */
const PROGRAMS = {
  // The program itself, as it is built: no package, but its tests start processes and take their time.
  built: [],
  tmux: [program('tmux')],
  openssl: [program('openssl')],
  'ssh-keygen': [program('openssh-client', 'ssh-keygen')],
  python: [{ package: 'python3-venv', there: () => quiet('python3', ['-c', 'import venv, ensurepip']) }],
  curl: [program('curl')],
  nginx: [program('nginx-light', 'nginx')],
  shellcheck: [program('shellcheck')],
  systemd: [program('systemd', 'systemd-analyze')],
  apache: [program('apache2-bin', 'apache2')],
  mariadb: [
    { package: 'mariadb-server-core', there: () => has('mariadbd') && has('mariadb-install-db') },
    program('mariadb-client-core', 'mariadb'),
  ],
  rails: [
    { package: 'ruby-bundler', there: () => quiet('/usr/bin/bundle', ['--version']) },
    gem('ruby-rails', 'rails'),
    gem('ruby-mysql2', 'mysql2'),
    gem('puma', 'puma'),
  ],
  redis: [program('redis-server')],
  // certutil, because Chromium trusts an authority that stands in a person's own NSS store.
  chromium: [program('chromium'), program('libnss3-tools', 'certutil')],
  postgresql: [{ package: 'postgresql', there: () => quiet('sh', ['-c', 'ls /usr/lib/postgresql/*/bin/initdb']) }],
  // runc, because crun of Podman 4 does not boot systemd everywhere; netavark and iptables make the machines' networks;
  // debootstrap where no registry of images answers.
  containers: [
    program('podman'),
    program('runc'),
    {
      package: 'netavark',
      there: () => quiet('sh', ['-c', 'ls /usr/lib/podman/netavark /usr/libexec/podman/netavark | grep -q .']),
    },
    program('iptables'),
    program('debootstrap'),
  ],
}

/** The Debian packages that these needs come from. */
export function packagesFor(needs) {
  return [...needs].flatMap(need => PROGRAMS[need])
}

/** The words of everything a test file needs. Throws an Error for a word that stands in no table. */
export function needsOf(file, root) {
  const needs = new Set(CONTAINER_TESTS.test(file) ? ['containers'] : [])
  const seen = new Set()
  const look = path => {
    if (seen.has(path)) return
    seen.add(path)
    const text = readFileSync(path, 'utf8')
    for (const [, words] of text.matchAll(/^\/\/ Needs: (.+)$/gm)) {
      for (const word of words.split(', ')) needs.add(known(word, relative(root, path)))
    }
    for (const [, from] of text.matchAll(/^(?:import|export)\b[^'"]*?['"](\.[^'"]+)['"]/gm)) {
      const next = resolve(dirname(path), from)
      if (next.startsWith(join(root, 'test/')) && existsSync(next)) look(next)
    }
  }
  look(join(root, file))
  return needs
}

function known(word, path) {
  if (Object.hasOwn(PROGRAMS, word)) return word
  throw new Error(`${path} needs "${word}"; scripts/tests/needs.mjs knows ${Object.keys(PROGRAMS).join(', ')}.`)
}
