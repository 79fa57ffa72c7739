#!/bin/bash
# Puts a Django application on this machine: Python, Git, the application, gunicorn under systemd, nginx in front of it.
# It may be run any number of times: what is already as it should be stays untouched.
# With STACKWRIGHT_PACKAGES=distribution Django itself is a package of Debian or Ubuntu too, and nothing else is fetched.
# It reads DB_ENGINE DB_HOST DB_PORT DB_NAME DB_USER and the secrets DB_PASSWORD DJANGO_SECRET_KEY from its environment.
# shellcheck disable=SC2016
set -euo pipefail

SOURCE={{source}}
REPOSITORY={{repository}}
REF={{ref}}
MODULE={{module}}
HEALTH_PATH={{healthPath}}
BACKEND_PORT={{backendPort}}
APP_PORT={{appPort}}

ROOT=/opt/stackwright
VENV=$ROOT/venv
STAMPS=$ROOT/.stamps
APP=$ROOT/$SOURCE
ENV_FILE=/etc/stackwright/django.env
SERVICE=stackwright-django
LOG=/var/log/stackwright/setup.log
CHAPTER=Start
PYTHON=

main() {
  begin
  chapter 'Variables' check_variables
  chapter 'Python, Git and nginx' install_packages
  chapter 'User and folders' make_folders
  chapter 'Application' "fetch_$SOURCE"
  chapter 'Python environment' make_environment
  chapter 'Settings' write_settings
  chapter 'Database' prepare_database
  chapter 'gunicorn' start_gunicorn
  chapter 'nginx' start_nginx
  chapter 'Proof' prove
  say "stackwright: ready. http://127.0.0.1:$BACKEND_PORT$HEALTH_PATH answers through nginx."
}

begin() {
  [ "$(id -u)" -eq 0 ] || { echo 'stackwright: this script must be run as root.' >&2; exit 1; }
  # Only this shell knows the secrets; what it starts must not inherit them.
  export -n DB_PASSWORD DJANGO_SECRET_KEY
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
  umask 022
  exec 9>/run/stackwright-django.lock
  flock -w 1800 9 || { echo 'stackwright: another run of this script has been at work for half an hour.' >&2; exit 1; }
  mkdir -p /var/log/stackwright /etc/stackwright "$STAMPS"
  touch "$LOG"
  chmod 0600 "$LOG"
  exec 3>&1 >>"$LOG" 2>&1 </dev/null
  trap finish EXIT
}

chapter() {
  CHAPTER=$1
  say "== $1"
  "$2"
}

say() {
  printf '%s %s\n' "$(date -u +%FT%TZ)" "$1"
  printf '%s\n' "$1" >&3
}

finish() {
  local status=$?
  [ "$status" -eq 0 ] && return
  local last
  last=$(tail -n 30 "$LOG" | cut -c1-400)
  # The cloud keeps what a command prints.
  last=${last//"${DB_PASSWORD:-$'\1'}"/'***'}
  last=${last//"${DJANGO_SECRET_KEY:-$'\1'}"/'***'}
  printf '%s\n' "$last" "stackwright: FAILED in the chapter \"$CHAPTER\" (exit $status). The lines above are the last of $LOG." >&3
}

check_variables() {
  local name
  for name in DB_ENGINE DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD DJANGO_SECRET_KEY; do
    if [ -z "${!name:-}" ]; then
      echo "The variable $name is missing."
      return 1
    fi
    if [[ ${!name} == *[[:cntrl:]]* ]]; then
      echo "The variable $name holds a line break or another control character."
      return 1
    fi
  done
}

install_packages() {
  if command -v apt-get; then
    install_with_apt
  elif command -v dnf; then
    install_with_dnf
  else
    echo 'Neither apt-get nor dnf is here: this Linux is not supported.'
    return 1
  fi
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 9) and "Python 3.9 or later is needed, this is " + sys.version)'
}

install_with_apt() {
  local packages=(python3 git nginx curl ca-certificates)
  PYTHON=python3
  if from_distribution; then
    packages+=(python3-django gunicorn)
    if [ "$DB_ENGINE" = mysql ]; then packages+=(python3-mysqldb); else packages+=(python3-psycopg2); fi
  else
    packages+=(python3-venv)
  fi
  if dpkg-query -W -f '${db:Status-Status}\n' "${packages[@]}" | grep -vx installed || ! dpkg-query -W "${packages[@]}"; then
    export DEBIAN_FRONTEND=noninteractive
    retry apt-get -o DPkg::Lock::Timeout=300 update
    retry apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold install -y --no-install-recommends "${packages[@]}"
  fi
}

install_with_dnf() {
  if from_distribution; then
    echo 'Django as a package of the distribution is only supported on Debian and Ubuntu.'
    return 1
  fi
  local command
  for command in git nginx curl; do
    command -v "$command" || retry dnf -y install "$command"
  done
  # Enterprise Linux 8 and Alibaba Cloud Linux 3 have Python 3.6 as python3, version 9 has 3.9; newer ones stand beside it.
  for PYTHON in python3.12 python3.11 python3 python39; do
    recent "$PYTHON" && return
  done
  for command in python3.12 python3.11 python39; do
    if dnf -y install "$command" "$command-pip"; then
      PYTHON=${command/python39/python3.9}
      return
    fi
  done
  echo 'No Python 3.9 or later was found among the packages.'
  return 1
}

recent() {
  command -v "$1" && "$1" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 10))'
}

from_distribution() {
  [ "${STACKWRIGHT_PACKAGES:-}" = distribution ]
}

retry() {
  local pause
  for pause in 3 6 12 24; do
    "$@" && return
    sleep "$pause"
  done
  "$@"
}

make_folders() {
  id -u django || useradd --system --user-group --home-dir "$ROOT/home" --no-create-home --shell /usr/sbin/nologin django
  chmod 0700 /etc/stackwright
  mkdir -p "$ROOT/home" "$ROOT/public" "$APP"
  chown django:django "$ROOT/home" "$ROOT/public"
  put 0644 "$ROOT/requirements.txt" {{requirements}}
  put 0644 "$ROOT/prepare.py" {{prepare}}
  # Alibaba Cloud's images name their package mirror in root's own pip configuration.
  local conf
  for conf in /root/.pip/pip.conf /root/.config/pip/pip.conf; do
    if [ -r "$conf" ]; then put 0644 "$ROOT/pip.conf" "$(cat "$conf")"; fi
  done
}

fetch_sample() {
  set -- {{sample}}
  while [ $# -gt 0 ]; do
    mkdir -p "$(dirname "$APP/$1")"
    put 0644 "$APP/$1" "$2"
    shift 2
  done
}

fetch_git() {
  chown django:django "$APP"
  cd "$APP"
  [ -d .git ] || as_user git init -q
  retry as_user git -c gc.auto=0 fetch --depth 1 --no-tags -- "$REPOSITORY" "$REF"
  as_user git checkout -q --force --detach FETCH_HEAD
  as_user git clean -qfd
  as_user git submodule update --init --recursive --depth 1
}

as_user() {
  runuser -u django -- env HOME="$ROOT/home" PIP_CONFIG_FILE="$ROOT/pip.conf" \
    GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:ssh \
    GIT_SSH_COMMAND='ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new' "$@"
}

make_environment() {
  local wanted
  wanted=$("$PYTHON" -VV; cat "$ROOT/requirements.txt" "$APP"/{requirements.txt,pyproject.toml} 2>/dev/null || true; echo "$DB_ENGINE ${STACKWRIGHT_PACKAGES:-}")
  wanted=$(sha256sum <<<"$wanted")
  if [ "$(cat "$STAMPS/venv" || true)" != "$wanted" ]; then
    rm -rf "$VENV" "$STAMPS/venv"
    install -d -o django -g django "$VENV"
    fill_environment
    put 0644 "$STAMPS/venv" "$wanted"
  fi
  if command -v restorecon; then restorecon -R "$ROOT"; fi
}

fill_environment() {
  cd "$APP"
  if from_distribution; then
    as_user "$PYTHON" -m venv --without-pip --system-site-packages "$VENV"
  else
    as_user "$PYTHON" -m venv "$VENV"
    if [ -f requirements.txt ]; then
      pip_install -r requirements.txt
    elif [ -f pyproject.toml ]; then
      pip_install .
    fi
  fi
  want Django django
  want gunicorn gunicorn
  case $DB_ENGINE in
    postgresql) want psycopg psycopg psycopg2 ;;
    mysql) want PyMySQL MySQLdb pymysql ;;
    *) echo "There is no driver for $DB_ENGINE."; return 1 ;;
  esac
}

# want PACKAGE MODULE…: installs our version of the package unless the application brought one of the modules itself.
want() {
  local package=$1
  shift
  if as_user "$VENV/bin/python" -c 'import sys, importlib.util as u; sys.exit(not any(map(u.find_spec, sys.argv[1:])))' "$@"; then
    return
  fi
  if from_distribution; then
    echo "The distribution's packages lack $package."
    return 1
  fi
  grep "^${package}[=[]" "$ROOT/requirements.txt" >"$ROOT/wanted.txt"
  pip_install -r "$ROOT/wanted.txt"
}

pip_install() {
  retry as_user "$VENV/bin/python" -m pip install --no-cache-dir --disable-pip-version-check --no-input "$@"
}

write_settings() {
  local scheme=postgres
  if [ "$DB_ENGINE" = mysql ]; then scheme=mysql; fi
  local url
  url="$scheme://$(percent "$DB_USER"):$(percent "$DB_PASSWORD")@$DB_HOST:$DB_PORT/$(percent "$DB_NAME")"
  put 0600 "$ENV_FILE" "$(
    setting DB_ENGINE "$DB_ENGINE"
    setting DB_HOST "$DB_HOST"
    setting DB_PORT "$DB_PORT"
    setting DB_NAME "$DB_NAME"
    setting DB_USER "$DB_USER"
    setting DB_PASSWORD "$DB_PASSWORD"
    setting DATABASE_URL "$url"
    setting DJANGO_SECRET_KEY "$DJANGO_SECRET_KEY"
    setting SECRET_KEY "$DJANGO_SECRET_KEY"
    setting DJANGO_ALLOWED_HOSTS '*'
  )"$'\n'
}

# Quoted so that systemd and the shell read the same.
setting() {
  local value=$2 character
  for character in \\ \" \$ \`; do
    value=${value//"$character"/"\\$character"}
  done
  printf '%s="%s"\n' "$1" "$value"
}

percent() {
  printf '%s' "$1" | "$PYTHON" -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.stdin.read(), safe=""))'
}

prepare_database() {
  (
    set -a
    # shellcheck source=/dev/null
    . "$ENV_FILE"
    set +a
    cd "$APP"
    as_user "$VENV/bin/python" -B "$ROOT/prepare.py" "$MODULE"
  )
}

start_gunicorn() {
  put 0644 "/etc/systemd/system/$SERVICE.service" {{unit}}
  systemctl daemon-reload
  systemctl enable "$SERVICE"
  run_latest "$SERVICE" "$(cat "/etc/systemd/system/$SERVICE.service" "$ENV_FILE" "$STAMPS/venv"; revision)"
}

revision() {
  if [ "$SOURCE" = git ]; then
    as_user git -C "$APP" rev-parse HEAD
  else
    find "$APP" -name '*.py' -exec sha256sum {} + | sort
  fi
}

start_nginx() {
  local conf=/etc/nginx/nginx.conf user=nginx
  if id -u www-data; then user=www-data; fi
  [ -e "$conf.before-stackwright" ] || cp -p "$conf" "$conf.before-stackwright"
  put 0644 "$conf" "user $user;"$'\n'{{nginx}}
  if command -v selinuxenabled && selinuxenabled; then setsebool -P httpd_can_network_connect 1; fi
  if command -v firewall-cmd && firewall-cmd --state; then
    firewall-cmd --permanent --add-port="$BACKEND_PORT/tcp"
    firewall-cmd --add-port="$BACKEND_PORT/tcp"
  fi
  nginx -t
  systemctl enable nginx
  run_latest nginx "$(cat "$conf")"
}

# run_latest SERVICE TEXT: restarts the service unless it runs and was last started from this very text.
run_latest() {
  local hash
  hash=$(sha256sum <<<"$2")
  if [ "$(cat "$STAMPS/$1" || true)" = "$hash" ] && systemctl is-active "$1"; then return; fi
  if ! systemctl restart "$1"; then
    journalctl -u "$1" -n 25 --no-pager -o cat
    return 1
  fi
  put 0600 "$STAMPS/$1" "$hash"
}

prove() {
  local seconds
  for seconds in {1..60}; do
    if answers "$BACKEND_PORT"; then return; fi
    sleep 1
  done
  journalctl -u "$SERVICE" -n 15 --no-pager -o cat
  tail -n 5 /var/log/nginx/error.log || true
  if answers "$APP_PORT"; then
    echo "gunicorn answers, but nginx in front of it does not ($seconds seconds)."
  else
    echo "gunicorn does not answer $HEALTH_PATH with success ($seconds seconds)."
  fi
  return 1
}

answers() {
  curl --noproxy '*' -sS -f -o /dev/null --max-time 10 "http://127.0.0.1:$1$HEALTH_PATH"
}

# put MODE PATH TEXT: writes the file at once, as a whole, and only when it differs. Only into folders of root.
put() {
  if [ -f "$2" ] && [ "0$(stat -c %a "$2")" = "$1" ] && printf '%s' "$3" | cmp -s - "$2"; then return; fi
  (umask 077 && printf '%s' "$3" >"$2.new")
  chmod "$1" "$2.new"
  mv -f "$2.new" "$2"
}

main
