#!/bin/bash
# Runs the whole setup script on a Debian 12 with systemd, in a Podman container, twice, against a PostgreSQL beside it.
# Not part of `npm test`: it needs root, podman, runc and debootstrap, and takes two minutes.
# Usage: npm run build; bash test/templates/machine.sh [distribution]
set -euo pipefail
cd "$(dirname "$0")/../.."

image=stackwright-debian name=stackwright-machine-$$
work=$(mktemp -d)
trap 'podman rm -f "$name" >/dev/null 2>&1; rm -rf "$work"' EXIT

if ! podman image exists "$image"; then
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,procps bookworm "$work/root" >/dev/null
  # Where this machine trusts a certificate of its own, so must the container.
  cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/"
  tar -C "$work/root" -c . | podman import - "$image" >/dev/null
fi

npx esbuild --bundle --platform=node --format=esm --log-level=error --outfile=dist/.machine-script.mjs <<'CODE'
export { setupScript } from './src/blueprints/django/setup.ts'
CODE
node -e "import('./dist/.machine-script.mjs').then(m => process.stdout.write(m.setupScript({ 'app.port': 18080, 'backend.port': 18081 })))" >"$work/setup.sh"
rm dist/.machine-script.mjs

# Limits are named because runc may not raise them to podman's own defaults; the host's network, because no bridge is needed.
podman --runtime runc run -d --name "$name" --network host --systemd=always \
  --ulimit nofile=1024:4096 --ulimit nproc=4096:4096 "$image" /sbin/init >/dev/null
inside() { podman exec "$name" "$@"; }

password='Pa$$w"0`rd\1 %x'
inside bash -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends postgresql && pg_ctlcluster 15 main stop; sed -i "s/^port = .*/port = 54398/" /etc/postgresql/15/main/postgresql.conf && systemctl restart postgresql' >"$work/apt.log" 2>&1
inside runuser -u postgres -- psql -qp 54398 -c "CREATE USER djangouser PASSWORD \$_\$$password\$_\$" -c 'CREATE DATABASE db_example OWNER djangouser'

podman cp "$work/setup.sh" "$name:/root/setup.sh"
setup() {
  DB_PASSWORD=$password DJANGO_SECRET_KEY='s$k"`x\ 12345678901234567890 %n' podman exec -e DB_PASSWORD -e DJANGO_SECRET_KEY \
    -e DB_ENGINE=postgresql -e DB_HOST=127.0.0.1 -e DB_PORT=54398 -e DB_NAME=db_example -e DB_USER=djangouser \
    -e STACKWRIGHT_PACKAGES="${1:-}" "$name" bash /root/setup.sh
}
look() {
  inside bash -c 'systemctl show -p MainPID --value stackwright-django nginx
    find /opt/stackwright /etc/stackwright /etc/nginx /etc/systemd/system -printf "%p %T@ %m %u\n" | sort'
}

setup "${1:-}"
look >"$work/first"
setup "${1:-}" | tail -n 1
look >"$work/second"
cmp "$work/first" "$work/second" && echo 'The second run changed nothing and restarted nothing.'
inside curl -sS localhost:18080/demo/add -d name=First -d email=someemail@someemailprovider.com
inside curl -sS localhost:18081/demo/all
echo
if inside grep -qF -e "$password" -e 's$k' /var/log/stackwright/setup.log; then echo 'A secret is in the log.'; exit 1; fi
