
# Puts a Django application on this machine: Python, Git, the application, gunicorn under systemd, nginx in front of it.
# It reads DB_ENGINE DB_HOST DB_PORT DB_NAME DB_USER and the secrets DB_PASSWORD DJANGO_SECRET_KEY from its environment.
SOURCE={{source}}
REPOSITORY={{repository}}
REF={{ref}}
MODULE={{module}}
HEALTH_PATH={{healthPath}}
BACKEND_PORT={{backendPort}}
APP_PORT={{appPort}}

VENV=$ROOT/venv
APP=$ROOT/$SOURCE
ENV_FILE=/etc/stackwright/django.env
SERVICE=stackwright-django
PYTHON=

main() {
  begin django DB_PASSWORD DJANGO_SECRET_KEY
  chapter 'Variables' need DB_ENGINE DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD DJANGO_SECRET_KEY
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

install_packages() {
  if with_apt; then
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
  apt_install "${packages[@]}"
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

make_folders() {
  make_user django
  mkdir -p "$ROOT/public"
  chown django:django "$ROOT/public"
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
  clone django "$APP" "$REPOSITORY" "$REF"
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
  allow_proxying
  open_port "$BACKEND_PORT"
  nginx -t
  systemctl enable nginx
  run_latest nginx "$(cat "$conf")"
}

prove() {
  local seconds
  for seconds in {1..60}; do
    if answers "$BACKEND_PORT" "$HEALTH_PATH"; then return; fi
    sleep 1
  done
  journalctl -u "$SERVICE" -n 15 --no-pager -o cat
  tail -n 5 /var/log/nginx/error.log || true
  if answers "$APP_PORT" "$HEALTH_PATH"; then
    echo "gunicorn answers, but nginx in front of it does not ($seconds seconds)."
  else
    echo "gunicorn does not answer $HEALTH_PATH with success ($seconds seconds)."
  fi
  return 1
}

main
