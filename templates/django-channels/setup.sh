# Puts a Django Channels application on this machine: Python, the application, a systemd service for each line of its
# Procfile, nginx in front of the one that serves pages.
# It reads DB_HOST DB_PORT DB_NAME DB_USER DB_ADMIN_USER REDIS_HOST REDIS_PORT REDIS_TLS (yes or no) BALANCER_HOST
# DOMAIN (may be empty) and the secrets DB_PASSWORD DB_ADMIN_PASSWORD SECRET_KEY REDIS_PASSWORD (may be empty) from its
# environment.
SOURCE={{source}}
REPOSITORY={{repository}}
REF={{ref}}
MODULE={{module}}
HEALTH_PATH={{healthPath}}
BACKEND_PORT={{backendPort}}
APP_PORT={{appPort}}
WEBSOCKET_PORT={{websocketPort}}
WEBSOCKET_HEALTH_PATH={{websocketHealthPath}}

VENV=$ROOT/venv
APP=$ROOT/$SOURCE
ENV_FILE=/etc/stackwright/django-channels.env
SITE=/etc/nginx/conf.d/django-channels.conf
PROGRAMS=$VENV/bin:/usr/local/bin:/usr/bin:/bin
PYTHON=

main() {
  begin django-channels DB_PASSWORD DB_ADMIN_PASSWORD SECRET_KEY REDIS_PASSWORD
  chapter 'Variables' check_variables
  chapter 'Python, Git and nginx' install_packages
  chapter 'User and folders' make_folders
  chapter 'Application' "fetch_$SOURCE"
  chapter 'Python environment' make_environment
  chapter 'Settings' write_settings
  chapter 'Database' prepare_database
  chapter 'Processes' start_processes
  chapter 'nginx' start_nginx
  chapter 'Proof' prove
  say "stackwright: ready. Port $BACKEND_PORT answers through nginx, and port $WEBSOCKET_PORT takes WebSockets."
}

check_variables() {
  need DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD DB_ADMIN_USER DB_ADMIN_PASSWORD SECRET_KEY REDIS_HOST REDIS_PORT \
    REDIS_TLS BALANCER_HOST
  if [ -n "${REDIS_PASSWORD:-}" ]; then need REDIS_PASSWORD; fi
}

install_packages() {
  if with_apt; then
    local packages=(python3 git nginx curl ca-certificates)
    PYTHON=python3
    if from_distribution; then
      packages+=(python3-django python3-django-channels daphne python3-channels-redis python3-psycopg2 gunicorn)
    else
      packages+=(python3-venv)
    fi
    apt_install "${packages[@]}"
  elif command -v dnf; then
    from_distribution && { echo 'Django Channels as a package of the distribution is only supported on Debian and Ubuntu.'; return 1; }
    dnf_install git nginx
    # Amazon Linux's python3 is 3.9; newer ones stand beside it.
    local version
    for version in 3.12 3.11; do
      if command -v "python$version" || dnf -y install "python$version" "python$version-pip"; then
        PYTHON=python$version
        break
      fi
    done
  else
    echo 'Neither apt-get nor dnf is here: this Linux is not supported.'
    return 1
  fi
  if [ -z "$PYTHON" ] || ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    echo 'No Python 3.10 or later was found among the packages.'
    return 1
  fi
  install_psql
}

make_folders() {
  make_user django
  mkdir -p "$ROOT/public"
  chown django:django "$ROOT/public"
  put 0644 "$ROOT/constraints.txt" {{constraints}}
  put 0644 "$ROOT/prepare.py" {{prepare}}
  put 0644 "$ROOT/procfile.py" {{procfile}}
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
  runuser -u django -- env HOME="$ROOT/home" PYTHONDONTWRITEBYTECODE=1 GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:ssh \
    GIT_SSH_COMMAND='ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new' "$@"
}

make_environment() {
  local wanted
  wanted=$("$PYTHON" -VV; cat "$ROOT/constraints.txt" "$APP"/{requirements.txt,pyproject.toml} 2>/dev/null || true; echo "${STACKWRIGHT_PACKAGES:-}")
  wanted=$(sha256sum <<<"$wanted")
  if [ "$(cat "$STAMPS/venv" || true)" = "$wanted" ]; then return; fi
  rm -rf "$VENV" "$STAMPS/venv"
  install -d -o django -g django "$VENV"
  fill_environment
  put 0644 "$STAMPS/venv" "$wanted"
}

fill_environment() {
  cd "$APP"
  if from_distribution; then
    as_user "$PYTHON" -m venv --without-pip --system-site-packages "$VENV"
  else
    as_user "$PYTHON" -m venv "$VENV"
    if [ "$SOURCE" = sample ]; then
      pip_install -r requirements.txt -c "$ROOT/constraints.txt"
    elif [ -f requirements.txt ]; then
      pip_install -r requirements.txt
    elif [ -f pyproject.toml ]; then
      pip_install .
    else
      echo 'The application has neither a requirements.txt nor a pyproject.toml in its first folder.'
      return 1
    fi
  fi
}

pip_install() {
  retry as_user "$VENV/bin/python" -m pip install --no-cache-dir --disable-pip-version-check --no-input "$@"
}

write_settings() {
  fetch_authority
  local hosts origins
  # The last ones: health checks and the check from the machine itself come by address.
  hosts="${DOMAIN:-} $BALANCER_HOST localhost 127.0.0.1 $(hostname -I)"
  origins="http://$BALANCER_HOST"
  if [ -n "${DOMAIN:-}" ]; then origins="https://$DOMAIN http://$DOMAIN $origins"; fi
  put 0600 "$ENV_FILE" "$(
    setting PYTHONUNBUFFERED 1
    setting SECRET_KEY "$SECRET_KEY"
    setting DJANGO_SECRET_KEY "$SECRET_KEY"
    setting ALLOWED_HOSTS "$(listed "$hosts")"
    setting CSRF_TRUSTED_ORIGINS "$(listed "$origins")"
    setting DATABASE_HOST "$DB_HOST"
    setting DATABASE_PORT "$DB_PORT"
    setting DATABASE_NAME "$DB_NAME"
    setting DATABASE_USER "$DB_USER"
    setting DATABASE_PASSWORD "$DB_PASSWORD"
    setting DATABASE_TLS_CA "$DB_TLS_CA"
    setting DATABASE_URL "$(database_url)"
    setting REDIS_HOST "$REDIS_HOST"
    setting REDIS_PORT "$REDIS_PORT"
    setting REDIS_TLS "$REDIS_TLS"
    setting REDIS_PASSWORD "${REDIS_PASSWORD:-}"
    setting REDIS_URL "$(redis_url)"
    setting STATIC_ROOT "$ROOT/public/collected"
  )"$'\n'
}

# Words of a line, with commas between them.
listed() {
  local words
  read -ra words <<<"$1"
  (IFS=,; printf '%s' "${words[*]}")
}

database_url() {
  printf 'postgres://%s:%s@%s:%s/%s?sslmode=verify-full&sslrootcert=%s' "$(percent "$DB_USER")" "$(percent "$DB_PASSWORD")" \
    "$DB_HOST" "$DB_PORT" "$(percent "$DB_NAME")" "$(percent "$DB_TLS_CA")"
}

redis_url() {
  local scheme=redis login=''
  if [ "$REDIS_TLS" = yes ]; then scheme=rediss; fi
  if [ -n "${REDIS_PASSWORD:-}" ]; then login=":$(percent "$REDIS_PASSWORD")@"; fi
  printf '%s://%s%s:%s/0' "$scheme" "$login" "$REDIS_HOST" "$REDIS_PORT"
}

percent() {
  printf '%s' "$1" | "$PYTHON" -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.stdin.read(), safe=""))'
}

prepare_database() {
  make_database
  (
    set -a
    # shellcheck source=/dev/null
    . "$ENV_FILE"
    set +a
    cd "$APP"
    as_user "$VENV/bin/python" -B "$ROOT/prepare.py" "$MODULE"
  )
}

# A line that the Procfile has no longer is stopped; the others are started from what is installed now.
start_processes() {
  local names name before
  names=$(python3 "$ROOT/procfile.py" --procfile "$APP/Procfile" --units /etc/systemd/system --folder "$APP" --user django \
    --env-file "$ENV_FILE" --path "$PROGRAMS" --port "web=$APP_PORT" --port "websocket=$WEBSOCKET_PORT" \
    --need web --need websocket)
  before=$(cat "$STAMPS/processes" || true)
  for name in $before; do
    if grep -qx -e "$name" <<<"$names"; then continue; fi
    systemctl disable --now "stackwright-$name" || true
    rm -f "/etc/systemd/system/stackwright-$name.service" "$STAMPS/stackwright-$name"
  done
  put 0644 "$STAMPS/processes" "$names"
  systemctl daemon-reload
  for name in $names; do
    systemctl enable "stackwright-$name"
    run_latest "stackwright-$name" "$(cat "/etc/systemd/system/stackwright-$name.service" "$ENV_FILE" "$STAMPS/venv"; revision)"
  done
  open_port "$WEBSOCKET_PORT"
}

revision() {
  if [ "$SOURCE" = git ]; then
    as_user git -C "$APP" rev-parse HEAD
  else
    find "$APP" -type f -not -name '*.pyc' -exec sha256sum {} + | sort
  fi
}

start_nginx() {
  put 0644 "$SITE" {{nginx}}
  # Debian's own page stands where the application shall.
  if [ -L /etc/nginx/sites-enabled/default ]; then rm /etc/nginx/sites-enabled/default; fi
  allow_proxying
  open_port "$BACKEND_PORT"
  nginx -t
  systemctl enable nginx
  run_latest nginx "$(cat "$SITE")"
}

prove() {
  local seconds
  for seconds in {1..90}; do
    if answers "$BACKEND_PORT" "$HEALTH_PATH" && answers "$WEBSOCKET_PORT" "$WEBSOCKET_HEALTH_PATH"; then return; fi
    sleep 1
  done
  if ! answers "$APP_PORT" "$HEALTH_PATH"; then
    journalctl -u stackwright-web -n 15 --no-pager -o cat
    echo "The Procfile's process web does not answer $HEALTH_PATH on port $APP_PORT with success ($seconds seconds)."
  elif ! answers "$BACKEND_PORT" "$HEALTH_PATH"; then
    tail -n 5 /var/log/nginx/error.log || true
    echo "The Procfile's process web answers, but nginx in front of it does not ($seconds seconds)."
  else
    journalctl -u stackwright-websocket -n 15 --no-pager -o cat
    echo "The Procfile's process websocket does not answer $WEBSOCKET_HEALTH_PATH on port $WEBSOCKET_PORT with success ($seconds seconds)."
  fi
  return 1
}

main
