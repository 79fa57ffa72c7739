#!/bin/bash
# Runs the whole set-up scripts of the AWS blueprints (Rails, application tier, web tier) on a Debian with systemd, in a
# Podman container without any network, each twice, against a MariaDB beside them.
# Not part of `npm test`: it needs root, podman, runc and debootstrap, and takes minutes the first time.
# Usage: bash test/templates/machine-aws.sh [bookworm|trixie]
set -euo pipefail
cd "$(dirname "$0")/../.."

suite=${1:-bookworm}
image=stackwright-aws-$suite name=stackwright-machine-$$
work=$(mktemp -d)
trap 'podman rm -f -t 0 "$name" >/dev/null 2>&1; rm -rf "$work"' EXIT
# Limits are named because runc may not raise them to podman's own defaults; SYS_ADMIN because systemd builds the
# services' cages with it, as on a machine.
boot() {
  podman --runtime runc run -d --name "$name" --network "$1" --cap-add SYS_ADMIN --security-opt seccomp=unconfined \
    --systemd=always --ulimit nofile=1024:4096 --ulimit nproc=4096:4096 "$2" /sbin/init >/dev/null
  local tries
  for tries in {1..30}; do
    case $(podman exec "$name" systemctl is-system-running 2>/dev/null) in running | degraded) return ;; esac
    sleep 1
  done
  echo "The container did not boot ($tries tries)."
  exit 1
}
inside() { podman exec "$name" "$@"; }

if ! podman image exists "$image"; then
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,procps "$suite" "$work/root" >/dev/null
  # Where this machine trusts a certificate of its own, so must the container.
  cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/"
  tar -C "$work/root" -c . | podman import -q - "$image-base" >/dev/null
  boot host "$image-base"
  inside bash -c 'printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
    apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends \
      curl git nginx mariadb-server mariadb-client ruby ruby-bundler ruby-rails ruby-mysql2 puma \
      apache2 uwsgi-core uwsgi-plugin-python3 python3-flask python3-pymysql
    rm /usr/sbin/policy-rc.d; systemctl disable nginx apache2' >"$work/apt.log" 2>&1 || { tail "$work/apt.log"; exit 1; }
  podman commit -q "$name" "$image" >/dev/null
  podman rm -f -t 0 "$name" >/dev/null
fi

npx esbuild --bundle --platform=node --format=esm --log-level=error --outfile=dist/.machine-script.mjs <<'CODE'
export { setupScript as rails } from './src/blueprints/rails/setup.ts'
export { appScript as app, webScript as web } from './src/blueprints/three-tier/setup.ts'
CODE
for script in rails app web; do
  node -e "import('./dist/.machine-script.mjs').then(m => process.stdout.write(m.$script({ 'backend.port': 81 })))" >"$work/$script"
done
rm dist/.machine-script.mjs

boot none "$image"
inside systemctl start mariadb
podman exec -i "$name" mariadb <<'END'
CREATE USER admin@'%' IDENTIFIED BY 'adm"in\\ $x%';
GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION;
END
cat >"$work/variables" <<'END'
DB_HOST=127.0.0.1
DB_READ_HOST=127.0.0.1
DB_PORT=3306
DB_NAME=app_production
DB_USER=appuser
DB_PASSWORD=Pa$$w"0`rd\1 %x'y
DB_ADMIN_USER=admin
DB_ADMIN_PASSWORD=adm"in\ $x%
DB_TABLE=testtable
SECRET_KEY_BASE=s$k"`x\ 12345678901234567890 %n
APP_HOST=localhost
STACKWRIGHT_PACKAGES=distribution
END
setup() {
  for script in rails app web; do
    podman cp "$work/$script" "$name:/root/$script"
    podman exec --env-file "$work/variables" "$name" bash "/root/$script" >"$work/said" || { cat "$work/said"; exit 1; }
    tail -n 1 "$work/said"
  done
}
look() {
  inside bash -c 'systemctl show -p MainPID --value stackwright-rails nginx stackwright-uwsgi apache2
    find /opt/stackwright /etc/stackwright /etc/nginx /etc/apache2 /etc/systemd/system /var/www \
      -not -path "*/log/*" -not -path "*/tmp/*" -printf "%p %T@ %m %u\n" | sort'
}
setup
look >"$work/first"
setup
look >"$work/second"
cmp "$work/first" "$work/second" && echo 'The second run changed nothing and restarted nothing.'
inside curl -sS localhost:81/posts.json -d title=First
for path in /write /read /health /health/web; do inside curl -sS "localhost$path"; echo; done
if inside grep -qF -e 'w"0`rd' -e 's$k' -e 'adm"in' /var/log/stackwright/setup.log; then echo 'A secret is in the log.'; exit 1; fi
