APP_PORT={{appPort}}
HEALTH_PATH={{healthPath}}
SERVICE=stackwright-django
SERVER=gunicorn
ENV_FILE=/etc/stackwright/django.env

main() {
  echo "service $SERVICE"
  check_nginx
  check_port
  check_application
  check_database
  check_page
  echo 'hop machine ok'
}

check_database() {
  local said
  # shellcheck source=/dev/null
  if ! said=$(set -a; . "$ENV_FILE"; set +a; timeout 30 /opt/stackwright/venv/bin/python -B -c {{database}} 2>&1); then
    bad database "$(head -n 1 <<<"$said")" "$(tail -n +2 <<<"$said")"
  fi
  echo 'hop database ok'
}

main
