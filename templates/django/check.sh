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

main
