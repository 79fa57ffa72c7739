APP_PORT={{appPort}}
HEALTH_PATH={{healthPath}}
WEBSOCKET_PORT={{websocketPort}}
WEBSOCKET_HEALTH_PATH={{websocketHealthPath}}
ENV_FILE=/etc/stackwright/django-channels.env
PASSWORD_AS='DATABASE_PASSWORD, and in DATABASE_URL,'
RESTART='stackwright-web stackwright-websocket'
PYTHON=/opt/stackwright/venv/bin/python
SERVER="the Procfile's process web"

main() {
  SERVICE=stackwright-web
  # Asked by the load balancer for the WebSocket server's own group.
  if [ "$CHECK_PORT" = "$WEBSOCKET_PORT" ]; then SERVICE=stackwright-websocket; fi
  echo "service $SERVICE"
  if [ "$SERVICE" = stackwright-websocket ]; then
    check_websocket
    check_port
  else
    check_nginx
    check_port
    check_application
  fi
  check_channels_database
  check_redis
  if [ "$SERVICE" = stackwright-websocket ]; then
    check_asked_page "$WEBSOCKET_HEALTH_PATH" websocket '' log_of "$SERVICE"
    check_handshake
  else
    check_page
  fi
  echo 'hop machine ok'
}

check_websocket() {
  if ! systemctl is-active --quiet "$SERVICE"; then
    bad websocket "the service $SERVICE is not running" "$(log_of "$SERVICE")"
  fi
  for _ in {1..40}; do
    status_of "$WEBSOCKET_PORT" "$WEBSOCKET_HEALTH_PATH"
    if [ "$STATUS" != 000 ] || ! starts; then break; fi
    sleep 1
  done
  if [ "$STATUS" = 000 ]; then
    bad websocket "the Procfile's process websocket does not answer on port $WEBSOCKET_PORT" "$(log_of "$SERVICE")"
  fi
  echo 'hop websocket ok'
}

# CHECK_WEBSOCKET is set where no WebSocket opened through the load balancer.
check_handshake() {
  if [ -z "${CHECK_WEBSOCKET:-}" ]; then return; fi
  local status
  status=$(curl --noproxy '*' -s -o /dev/null -w '%{http_code}' --max-time 10 --http1.1 -H 'Connection: Upgrade' \
    -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: c3RhY2t3cmlnaHQtY2hlYw==' \
    -H 'Origin: http://localhost' -H 'Host: localhost' "http://127.0.0.1:$WEBSOCKET_PORT$CHECK_WEBSOCKET")
  if [ "$status" != 101 ]; then
    bad websocket "$CHECK_WEBSOCKET answers $status to the handshake of a WebSocket" "$(log_of "$SERVICE")"
  fi
}

# By the driver that the application has; psycopg2 or psycopg.
check_channels_database() {
  local said
  if ! said=$(with_settings check_as_database); then
    case $said in *'the password on this machine'*) tell_password_fix ;; esac
    bad database "$(head -n 1 <<<"$said")" "$(tail -n +2 <<<"$said")"
  fi
  echo 'hop database ok'
}

check_as_database() {
  export DB_ENGINE=postgresql DB_HOST=$DATABASE_HOST DB_PORT=$DATABASE_PORT DB_NAME=$DATABASE_NAME \
    DB_USER=$DATABASE_USER DB_PASSWORD=$DATABASE_PASSWORD DB_TLS_CA=$DATABASE_TLS_CA
  timeout 60 "$PYTHON" -B -c {{database}} 2>&1
}

check_redis() {
  local said
  if ! said=$(with_settings check_as_redis); then
    bad redis "$(head -n 1 <<<"$said")" "$(tail -n +2 <<<"$said")"
  fi
  echo 'hop redis ok'
}

check_as_redis() {
  timeout 60 "$PYTHON" -B -c {{redis}} 2>&1
}

# with_settings COMMAND: with the variables of the application.
with_settings() {
  (
    set -a
    # shellcheck source=/dev/null
    . "$ENV_FILE"
    set +a
    "$@"
  )
}

main
