# Makes this machine an application server: Python, the application, uWSGI under systemd, which speaks its own protocol.
# It reads DB_HOST DB_READ_HOST DB_PORT DB_NAME DB_USER DB_TABLE DB_ADMIN_USER and the secrets DB_PASSWORD
# DB_ADMIN_PASSWORD from its environment.
SOURCE={{source}}
REPOSITORY={{repository}}
REF={{ref}}
HEALTH_PATH={{healthPath}}
APP_PORT={{appPort}}

APP=$ROOT/$SOURCE
VENV=$ROOT/venv
ENV_FILE=/etc/stackwright/three-tier.env
SERVICE=stackwright-uwsgi
PYTHON=python3

main() {
  begin three-tier-app DB_PASSWORD DB_ADMIN_PASSWORD
  chapter 'Variables' need DB_HOST DB_READ_HOST DB_PORT DB_NAME DB_USER DB_TABLE DB_PASSWORD DB_ADMIN_USER DB_ADMIN_PASSWORD
  chapter 'Python and Git' install_packages
  chapter 'User and folders' make_folders
  chapter 'Application' "fetch_$SOURCE"
  chapter 'Python environment' make_environment
  chapter 'Settings' write_settings
  chapter 'Database' prepare_database
  chapter 'uWSGI' start_uwsgi
  chapter 'Proof' prove
  say "stackwright: ready. uWSGI on port $APP_PORT answers $HEALTH_PATH."
}

install_packages() {
  if with_apt; then
    local packages=(python3 python3-venv git curl ca-certificates)
    if from_distribution; then packages=(python3 git uwsgi-core uwsgi-plugin-python3 python3-flask python3-pymysql); fi
    apt_install "${packages[@]}"
  elif command -v dnf; then
    from_distribution && { echo 'Flask as a package of the distribution is only supported on Debian and Ubuntu.'; return 1; }
    dnf_install git
    # Amazon Linux's python3 is 3.9; newer ones stand beside it.
    local version
    for version in 3.12 3.11; do
      if command -v "python$version" || dnf -y install "python$version" "python$version-pip"; then
        PYTHON=python$version
        return
      fi
    done
    dnf_install python3-pip
  else
    echo 'Neither apt-get nor dnf is here: this Linux is not supported.'
    return 1
  fi
}

make_folders() {
  make_user uwsgi-app
  mkdir -p "$APP"
  put 0644 "$ROOT/requirements.txt" {{requirements}}
  put 0644 "$ROOT/prepare.py" {{prepare}}
  put 0644 "$ROOT/probe.py" {{probe}}
}

fetch_sample() {
  put 0644 "$APP/app.py" {{app}}
}

fetch_git() {
  clone uwsgi-app "$APP" "$REPOSITORY" "$REF"
}

as_user() {
  runuser -u uwsgi-app -- env HOME="$ROOT/home" PYTHONDONTWRITEBYTECODE=1 GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:ssh \
    GIT_SSH_COMMAND='ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new' "$@"
}

make_environment() {
  local wanted
  wanted=$("$PYTHON" -VV; cat "$ROOT/requirements.txt" "$APP/requirements.txt" 2>/dev/null || true; echo "${STACKWRIGHT_PACKAGES:-}")
  wanted=$(sha256sum <<<"$wanted")
  if [ "$(cat "$STAMPS/venv" || true)" != "$wanted" ]; then
    rm -rf "$VENV" "$STAMPS/venv"
    install -d -o uwsgi-app -g uwsgi-app "$VENV"
    fill_environment
    put 0644 "$STAMPS/venv" "$wanted"
  fi
  if from_distribution; then
    put 0755 "$ROOT/uwsgi" $'#!/bin/sh\nexec /usr/bin/uwsgi --plugin python3 "$@"\n'
  else
    put 0755 "$ROOT/uwsgi" $'#!/bin/sh\nexec /opt/stackwright/venv/bin/uwsgi --virtualenv /opt/stackwright/venv "$@"\n'
  fi
}

fill_environment() {
  if from_distribution; then
    as_user "$PYTHON" -m venv --without-pip --system-site-packages "$VENV"
    return
  fi
  as_user "$PYTHON" -m venv "$VENV"
  if [ -f "$APP/requirements.txt" ]; then pip_install -r "$APP/requirements.txt"; fi
  if [ "$SOURCE" = sample ]; then
    pip_install -r "$ROOT/requirements.txt"
    return
  fi
  # What the application brought itself stays.
  as_user "$VENV/bin/python" -c 'import pymysql' || pip_install "$(grep '^PyMySQL=' "$ROOT/requirements.txt")"
  [ -x "$VENV/bin/uwsgi" ] || pip_install "$(grep '^pyuwsgi=' "$ROOT/requirements.txt")"
}

pip_install() {
  retry as_user "$VENV/bin/python" -m pip install --no-cache-dir --disable-pip-version-check --no-input "$@"
}

write_settings() {
  fetch_authority
  put 0600 "$ENV_FILE" "$(
    setting DB_HOST "$DB_HOST"
    setting DB_READ_HOST "$DB_READ_HOST"
    setting DB_PORT "$DB_PORT"
    setting DB_NAME "$DB_NAME"
    setting DB_USER "$DB_USER"
    setting DB_PASSWORD "$DB_PASSWORD"
    setting DB_TABLE "$DB_TABLE"
    setting DB_TLS_CA "$DB_TLS_CA"
  )"$'\n'
}

# Only this one program gets to know the administrator's password.
prepare_database() {
  (
    set -a
    # shellcheck source=/dev/null
    . "$ENV_FILE"
    set +a
    export DB_ADMIN_USER DB_ADMIN_PASSWORD
    # An application of the user's own makes its tables itself.
    if [ "$SOURCE" = git ]; then unset DB_TABLE; fi
    as_user "$VENV/bin/python" "$ROOT/prepare.py"
  )
}

start_uwsgi() {
  put 0644 "$ROOT/uwsgi.ini" {{ini}}
  put 0644 "/etc/systemd/system/$SERVICE.service" {{unit}}
  systemctl daemon-reload
  systemctl enable "$SERVICE"
  open_port "$APP_PORT"
  run_latest "$SERVICE" "$(cat "/etc/systemd/system/$SERVICE.service" "$ENV_FILE" "$ROOT/uwsgi.ini" "$ROOT/uwsgi" "$STAMPS/venv"; revision)"
}

revision() {
  if [ "$SOURCE" = git ]; then
    as_user git -C "$APP" rev-parse HEAD
  else
    sha256sum "$APP/app.py"
  fi
}

prove() {
  local seconds
  for seconds in {1..90}; do
    if "$PYTHON" "$ROOT/probe.py" "$APP_PORT" "$HEALTH_PATH"; then return; fi
    sleep 1
  done
  journalctl -u "$SERVICE" -n 15 --no-pager -o cat
  echo "uWSGI does not answer $HEALTH_PATH with success ($seconds seconds)."
  return 1
}

main
