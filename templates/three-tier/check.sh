HEALTH_PATH={{healthPath}}
LIVE_PATH={{livePath}}
APP_PORT={{appPort}}
SERVICE=stackwright-uwsgi
ENV_FILE=/etc/stackwright/three-tier.env
ROOT=/opt/stackwright

main() {
  if [ -e "$ROOT/uwsgi.ini" ]; then check_app; else check_web; fi
  echo 'hop machine ok'
}

# The web tier: Apache and its way to the tier behind it.
check_web() {
  find_apache
  echo "service $APACHE"
  check_apache
  check_port
  check_inner_balancer
  check_web_page
}

find_apache() {
  APACHE=httpd CONF=/etc/httpd/conf.d/three-tier.conf LOGS=/var/log/httpd
  if command -v apache2 >/dev/null; then
    APACHE=apache2 CONF=/etc/apache2/sites-available/three-tier.conf LOGS=/var/log/apache2
  fi
}

check_apache() {
  local said
  if ! said=$(apachectl configtest 2>&1); then
    bad Apache 'its configuration is invalid' "$said"
  fi
  if ! systemctl is-active --quiet "$APACHE"; then
    bad Apache 'it is not running' "$(log_of "$APACHE")"
  fi
  echo 'hop Apache ok'
}

check_inner_balancer() {
  local host said
  host=$(sed -n 's/^Define TIER_HOST "\(.*\)"$/\1/p' "$CONF" 2>/dev/null)
  if [ -z "$host" ]; then
    bad Apache "$CONF does not name the application tier"
  fi
  if ! said=$(getent hosts "$host"); then
    bad 'internal load balancer' "the name $host does not resolve here"
  fi
  if ! said=$(connects "$host" "$APP_PORT"); then
    bad 'internal load balancer' "nothing answers at $host:$APP_PORT from this machine" "$said"
  fi
  echo 'hop internal load balancer ok'
}

check_web_page() {
  check_asked_page "$LIVE_PATH" Apache '' web_log
  status_of "$CHECK_PORT" "$CHECK_VISIT"
  if [ "$STATUS" != 200 ]; then
    bad uWSGI "$CHECK_VISIT answers $STATUS through Apache and the tier behind it" "$(web_log)"
  fi
}

web_log() {
  tail -q -n 5 "$LOGS"/*error*log 2>&1
}

# The application tier: uWSGI and the database.
check_app() {
  echo "service $SERVICE"
  if ! systemctl is-active --quiet "$SERVICE"; then
    bad uWSGI "the service $SERVICE is not running" "$(log_of "$SERVICE")"
  fi
  echo 'hop uWSGI ok'
  check_port
  check_database
  asks_well "$HEALTH_PATH"
  # What the web servers answer by themselves is no page of this tier.
  case $CHECK_VISIT in '' | "$HEALTH_PATH" | "$LIVE_PATH") ;; *) asks_well "$CHECK_VISIT" ;; esac
}

asks_well() {
  local said
  if ! said=$("$ROOT/venv/bin/python" -B "$ROOT/probe.py" "$APP_PORT" "$1" 2>&1); then
    bad uWSGI "$1 answers \"$(tail -n 1 <<<"$said")\" in its own protocol" "$(log_of "$SERVICE")"
  fi
}

main
