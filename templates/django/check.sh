#!/bin/bash
# Looks, from inside a machine, where the way from the load balancer to the database breaks. Changes nothing.
# It prints a line a hop, "hop NAME ok" or "hop NAME bad SENTENCE" with evidence behind "| ", and ends at the first bad one.
# CHECK_PORT and CHECK_PATH are what the load balancer asks for, CHECK_VISIT is a page that must answer; they are set above.
set -uo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

APP_PORT={{appPort}}
HEALTH_PATH={{healthPath}}
SERVICE=stackwright-django
ENV_FILE=/etc/stackwright/django.env

main() {
  check_nginx
  check_port
  check_application
  check_database
  check_page
  echo 'hop machine ok'
}

check_nginx() {
  local said
  if ! said=$(nginx -t 2>&1); then
    bad nginx 'its configuration is refused by nginx itself' "$said"
  fi
  if ! systemctl is-active --quiet nginx; then
    bad nginx 'it does not run' "$(journalctl -u nginx -n 5 --no-pager -o cat 2>&1)"
  fi
  echo 'hop nginx ok'
}

check_port() {
  status_of "$CHECK_PORT" "$CHECK_PATH"
  if [ "$STATUS" = 000 ]; then
    bad port "nothing answers on port $CHECK_PORT, which the load balancer asks" "$(ss -Hltn 2>/dev/null | awk '{print "listening on " $4}' | sort -u)"
  fi
  echo 'hop port ok'
}

check_application() {
  if ! systemctl is-active --quiet "$SERVICE"; then
    bad application "the service $SERVICE does not run" "$(journalctl -u "$SERVICE" -n 8 --no-pager -o cat 2>&1)"
  fi
  status_of "$APP_PORT" "$HEALTH_PATH"
  if [ "$STATUS" = 000 ]; then
    bad application "gunicorn does not answer on 127.0.0.1:$APP_PORT" "$(journalctl -u "$SERVICE" -n 8 --no-pager -o cat 2>&1)"
  fi
  echo 'hop application ok'
}

check_database() {
  local said
  # shellcheck source=/dev/null
  if ! said=$(set -a; . "$ENV_FILE"; set +a; timeout 30 /opt/stackwright/venv/bin/python -B - 2>&1 <<'PYTHON'
import os, socket, sys

engine, host, port = os.environ["DB_ENGINE"], os.environ["DB_HOST"], int(os.environ["DB_PORT"])
user, password, name = os.environ["DB_USER"], os.environ["DB_PASSWORD"], os.environ["DB_NAME"]


def stop(sentence, evidence=""):
    print(sentence)
    print(str(evidence).replace(password, "***").strip())
    sys.exit(1)


try:
    socket.create_connection((host, port), timeout=8).close()
except socket.gaierror as error:
    stop(f"the name {host} is not known here", error)
except OSError as error:
    stop(f"{host}:{port} cannot be reached from this machine: is its address in the access list?", error)


def connect():
    if engine == "mysql":
        try:
            import MySQLdb as driver
        except ImportError:
            import pymysql as driver
        return driver.connect(host=host, port=port, user=user, password=password, database=name, connect_timeout=8)
    try:
        import psycopg as driver
    except ImportError:
        import psycopg2 as driver
    return driver.connect(host=host, port=port, user=user, password=password, dbname=name, connect_timeout=8)


try:
    connect().cursor().execute("SELECT 1")
except Exception as error:
    text = str(error)
    if "pg_hba" in text or "not allowed to connect" in text:
        stop("it refuses this machine's address: the access list does not hold it", text)
    if "password" in text or "Access denied" in text:
        stop(f"it refuses the user {user}: the password on this machine is not the database's", text)
    if "does not exist" in text or "Unknown database" in text:
        stop(f"there is no database {name}, or no user {user}", text)
    stop("it does not let the application in", text)
PYTHON
  ); then
    bad database "$(head -n 1 <<<"$said")" "$(tail -n +2 <<<"$said")"
  fi
  echo 'hop database ok'
}

check_page() {
  status_of "$CHECK_PORT" "$CHECK_PATH"
  if [ "$STATUS" -lt 200 ] || [ "$STATUS" -ge 400 ]; then
    local own=$STATUS
    status_of "$CHECK_PORT" "$HEALTH_PATH"
    if [ "$STATUS" = 200 ]; then
      bad health-check "the load balancer asks for $CHECK_PATH, which answers $own; $HEALTH_PATH answers 200"
    fi
    bad application "$CHECK_PATH answers $own through nginx" "$(journalctl -u "$SERVICE" -n 8 --no-pager -o cat 2>&1)"
  fi
  echo 'hop health-check ok'
  status_of "$CHECK_PORT" "$CHECK_VISIT"
  if [ "$STATUS" != 200 ]; then
    bad application "$CHECK_VISIT answers $STATUS through nginx" "$(journalctl -u "$SERVICE" -n 8 --no-pager -o cat 2>&1)"
  fi
}

# Sets STATUS to what a page of this machine answers; 000 when nobody does.
status_of() {
  STATUS=$(curl --noproxy '*' -s -o /dev/null -w '%{http_code}' --max-time 10 "http://127.0.0.1:$1$2")
}

bad() {
  echo "hop $1 bad $2"
  printf '%s\n' "${3:-}" | tail -n 8 | cut -c1-300 | sed '/^$/d; s/^/| /'
  exit 0
}

main
