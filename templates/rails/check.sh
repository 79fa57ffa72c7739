APP_PORT={{appPort}}
HEALTH_PATH={{healthPath}}
SERVICE=stackwright-rails
SERVER=puma
ENV_FILE=/etc/stackwright/rails.env

main() {
  echo "service $SERVICE"
  check_nginx
  check_port
  check_application
  check_database
  check_bucket
  check_page
  echo 'hop machine ok'
}

# By the client that the setup made the database with: an application of the user's own may bring any driver.
check_database() {
  local said
  # shellcheck source=/dev/null
  . "$ENV_FILE"
  if ! said=$(as_application -e 'SELECT 1'); then
    case $said in *'ERROR 1045 '*) tell_password_fix ;; esac
    bad database "$(meaning_of "$said")" "${said//"$DB_PASSWORD"/***}"
  fi
  echo 'hop database ok'
}

# The password goes through the environment of the client: arguments can be read by everybody on the machine.
as_application() {
  local tls=()
  if [ -n "$DB_TLS_CA" ]; then tls=(--ssl-ca="$DB_TLS_CA" --ssl-verify-server-cert); fi
  MYSQL_PWD=$DB_PASSWORD timeout 30 mariadb --no-defaults --batch --skip-column-names --connect-timeout=8 "${tls[@]}" \
    --host="$DB_HOST" --port="$DB_PORT" --user="$DB_USER" --database="$DB_NAME" "$@" 2>&1
}

# What the client's error numbers say.
meaning_of() {
  case $1 in
    *'ERROR 2005 '* | *'Unknown server host'* | *'Unknown MySQL server host'*) echo "the name $DB_HOST does not resolve here" ;;
    *'ERROR 2002 '* | *'ERROR 2003 '*)
      echo "$DB_HOST:$DB_PORT cannot be reached from this machine: does its security group allow it?" ;;
    *'ERROR 1044 '*) echo "the user $DB_USER may not use the database $DB_NAME" ;;
    *'ERROR 1045 '*) echo "it refuses the user $DB_USER: the password on this machine is not that of the database" ;;
    *'ERROR 1049 '*) echo "there is no database $DB_NAME" ;;
    *) echo 'it refuses the application' ;;
  esac
}

# By the command line of AWS, where the machine has it, with the rights of the machine's own role.
check_bucket() {
  local said
  if [ -z "${S3_BUCKET:-}" ] || ! command -v aws >/dev/null; then return; fi
  if ! said=$(timeout 30 aws ${AWS_REGION:+--region "$AWS_REGION"} s3api head-bucket --bucket "$S3_BUCKET" 2>&1); then
    case $said in
      *'(404)'*) bad bucket "there is no bucket $S3_BUCKET" "$said" ;;
      *'(403)'*) bad bucket "the role of this machine may not use the bucket $S3_BUCKET" "$said" ;;
      *[Cc]redentials*) bad bucket "this machine has no role, so the bucket $S3_BUCKET refuses it" "$said" ;;
    esac
    bad bucket "the bucket $S3_BUCKET cannot be reached from this machine" "$said"
  fi
  echo 'hop bucket ok'
}

main
