import { createHash } from 'node:crypto'
import { type ImageOptions, imageOnce, makeImage } from '../build.ts'
import { ensureImage } from '../image.ts'
import type { Runtime } from '../runtime.ts'

/** On top of the first image: what the setups of the AWS blueprints ask for on Debian, a database server and a load balancer. */
const packages = [
  ...['ruby', 'ruby-bundler', 'ruby-rails', 'ruby-mysql2', 'puma', 'mariadb-client'],
  ...['apache2', 'uwsgi-core', 'uwsgi-plugin-python3', 'python3-flask', 'python3-pymysql'],
  ...['mariadb-server', 'haproxy', 'awscli'],
]

/**
 * Debian's AWS CLI is older than the variable for endpoints, so a small wrapper hands it on: everything else about the
 * call (role, signature, answer) is the real CLI's.
 */
const prepare = String.raw`set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt-get update
apt-get install -y --no-install-recommends @PACKAGES@
rm /usr/sbin/policy-rc.d
systemctl disable apache2 mariadb mariadb.socket haproxy puma 2>/dev/null || systemctl disable apache2 mariadb mariadb.socket haproxy
printf '#!/bin/sh\nexec /usr/bin/aws @ENDPOINT@ "$@"\n' >/usr/local/bin/aws
chmod 755 /usr/local/bin/aws
rm -rf /var/lib/mysql
install -d -o mysql -g mysql -m 700 /var/lib/stackwright-mariadb
mariadb-install-db --user=mysql --datadir=/var/lib/stackwright-mariadb --auth-root-authentication-method=socket --skip-test-db >/dev/null
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt
`.replace('@ENDPOINT@', () => '${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"}')

/** The name of the machine image for AWS that this version of the program wants. */
export function awsImageName(base: string): string {
  const recipe = createHash('sha256')
    .update([base, ...packages, prepare].join('\n'))
    .digest('hex')
    .slice(0, 12)
  return `localhost/stackwright-machine:aws-${recipe}`
}

/**
 * Makes sure that the image for AWS machines is there: the first image and more of Debian's packages, so that stacks
 * without AWS need not wait for it. Throws a Problem that says what is missing to build it.
 */
export async function ensureAwsImage(runtime: Runtime, options: ImageOptions = {}): Promise<string> {
  const base = await ensureImage(runtime, options)
  const image = { name: awsImageName(base), called: 'machine image for AWS' }
  const made = {
    ...image,
    maker: image.name.replace(/^.*:/, 'stackwright-image-'),
    script: prepare.replaceAll('@PACKAGES@', packages.join(' ')),
    doing: 'Installing Rails, Flask, Apache, MariaDB and HAProxy for machines of AWS.',
  }
  return await imageOnce(runtime, { ...image, lock: 'image-aws' }, options, () =>
    makeImage(runtime, base, made, options),
  )
}
