# Makes this machine a web server: Apache, which hands every request to the application tier in uWSGI's own protocol.
# It reads APP_HOST, the internal load balancer's name, from its environment.
WEB_PORT={{webPort}}
LIVE_PATH={{livePath}}
HEALTH_PATH={{healthPath}}

main() {
  begin three-tier-web
  chapter 'Variables' check_host
  chapter 'Apache' install_apache
  chapter 'Proxy' start_apache
  chapter 'Proof' prove
}

check_host() {
  need APP_HOST
  # shellcheck disable=SC2153
  if [[ ! $APP_HOST =~ ^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$ ]]; then
    echo 'APP_HOST is not the name of a host.'
    return 1
  fi
}

install_apache() {
  if with_apt; then
    apt_install apache2 curl
    SERVICE=apache2 CONF=/etc/apache2/sites-available/three-tier.conf LOGS=/var/log/apache2
  elif command -v dnf; then
    dnf_install httpd
    SERVICE=httpd CONF=/etc/httpd/conf.d/three-tier.conf LOGS=/var/log/httpd
  else
    echo 'Neither apt-get nor dnf is here: this Linux is not supported.'
    return 1
  fi
}

start_apache() {
  mkdir -p "$ROOT/public"
  put 0644 "$ROOT/public/live" $'ok\n'
  put 0644 "$CONF" "$(
    printf 'Define TIER_HOST "%s"\n' "$APP_HOST"
    printf 'Define TIER_SERVER "%s"\n' "$(uname -n)"
    printf 'Define TIER_LOGS "%s"\n' "$LOGS"
    # The main configuration listens on 80 itself.
    [ "$WEB_PORT" = 80 ] || printf 'Listen %s\n' "$WEB_PORT"
  )"$'\n'{{apache}}
  if [ "$SERVICE" = apache2 ]; then
    a2enmod -q proxy proxy_uwsgi headers
    a2dissite -q 000-default
    a2ensite -q three-tier
  fi
  allow_proxying
  open_port "$WEB_PORT"
  apachectl configtest
  systemctl enable "$SERVICE"
  run_latest "$SERVICE" "$(cat "$CONF")"
}

# The application tier may still be on its way: then this machine is ready all the same.
prove() {
  local seconds
  for seconds in {1..30}; do
    if answers "$WEB_PORT" "$LIVE_PATH"; then break; fi
    if [ "$seconds" = 30 ]; then
      tail -n 5 "$LOGS"/*error*log || true
      echo "Apache does not answer ($seconds seconds)."
      return 1
    fi
    sleep 1
  done
  if answers "$WEB_PORT" "$HEALTH_PATH"; then
    say "stackwright: ready. http://127.0.0.1:$WEB_PORT$HEALTH_PATH answers through Apache and the application tier."
  else
    say "stackwright: ready. Apache answers; the application tier behind $APP_HOST does not yet."
  fi
}

main
