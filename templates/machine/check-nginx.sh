# nginx with one application behind it. SERVICE, SERVER (what it runs), APP_PORT and HEALTH_PATH are set below.
check_nginx() {
  local said
  if ! said=$(nginx -t 2>&1); then
    bad nginx 'its configuration is invalid' "$said"
  fi
  if ! systemctl is-active --quiet nginx; then
    bad nginx 'it is not running' "$(log_of nginx)"
  fi
  echo 'hop nginx ok'
}

check_application() {
  if ! systemctl is-active --quiet "$SERVICE"; then
    bad application "the service $SERVICE is not running" "$(log_of "$SERVICE")"
  fi
  ask_application
  if [ "$STATUS" = 000 ]; then
    bad application "$SERVER does not answer on 127.0.0.1:$APP_PORT" "$(log_of "$SERVICE")"
  fi
  echo 'hop application ok'
}

# Sets STATUS. One that was started a moment ago may still be loading the application.
ask_application() {
  for _ in {1..40}; do
    status_of "$APP_PORT" "$HEALTH_PATH"
    if [ "$STATUS" != 000 ] || ! starts; then return; fi
    sleep 1
  done
}

starts() {
  local pid age
  pid=$(systemctl show --property MainPID --value "$SERVICE")
  age=$(ps -o etimes= -p "$pid" 2>/dev/null) || return 1
  [ "$age" -lt 60 ]
}

check_page() {
  check_asked_page "$HEALTH_PATH" application ' through nginx' log_of "$SERVICE"
  status_of "$CHECK_PORT" "$CHECK_VISIT"
  if [ "$STATUS" != 200 ]; then
    bad application "$CHECK_VISIT answers $STATUS through nginx" "$(log_of "$SERVICE")"
  fi
}

