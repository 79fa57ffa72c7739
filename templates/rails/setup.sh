# Puts a Rails application on this machine: Ruby, the application, puma under systemd, nginx in front of it.
# It reads DB_HOST DB_PORT DB_NAME DB_USER DB_ADMIN_USER, S3_BUCKET (may be empty) and the secrets
# DB_PASSWORD DB_ADMIN_PASSWORD SECRET_KEY_BASE RAILS_MASTER_KEY (may be empty) from its environment.
SOURCE={{source}}
REPOSITORY={{repository}}
REF={{ref}}
HEALTH_PATH={{healthPath}}
BACKEND_PORT={{backendPort}}
APP_PORT={{appPort}}

APP=/var/www/$SOURCE
ENV_FILE=/etc/stackwright/rails.env
SERVICE=stackwright-rails

main() {
  begin rails DB_PASSWORD DB_ADMIN_PASSWORD SECRET_KEY_BASE RAILS_MASTER_KEY
  chapter 'Variables' need DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD DB_ADMIN_USER DB_ADMIN_PASSWORD SECRET_KEY_BASE
  chapter 'Ruby, Git and nginx' install_packages
  chapter 'User and folders' make_folders
  chapter 'Application' "fetch_$SOURCE"
  chapter 'Gems' install_gems
  chapter 'Settings' write_settings
  chapter 'Database' prepare_database
  chapter 'puma' start_puma
  chapter 'nginx' start_nginx
  chapter 'Proof' prove
  say "stackwright: ready. http://127.0.0.1:$BACKEND_PORT$HEALTH_PATH answers through nginx."
}

install_packages() {
  if with_apt; then
    local packages=(ruby ruby-bundler git nginx curl ca-certificates mariadb-client)
    if from_distribution; then
      packages+=(ruby-rails ruby-mysql2 puma)
    else
      packages+=(ruby-dev build-essential libmariadb-dev libyaml-dev)
    fi
    apt_install "${packages[@]}"
    use_ruby ruby bundle
  elif command -v dnf; then
    from_distribution && { echo 'Rails as a package of the distribution is only supported on Debian and Ubuntu.'; return 1; }
    dnf_install git nginx tar gcc gcc-c++ make libyaml-devel
    dnf_first mariadb-connector-c-devel mariadb105-devel
    dnf_first mariadb105 mariadb
    # Amazon Linux has several Rubies beside each other, each with its own commands. The compiler flags of Ruby name its files.
    dnf -y install system-rpm-config || true
    local version
    for version in 3.4 3.2; do
      if rpm -q "ruby$version-devel" || dnf -y install "ruby$version" "ruby$version-devel"; then
        use_ruby "ruby$version" "ruby$version-bundle"
        return
      fi
    done
    echo 'Neither Ruby 3.4 nor 3.2 was found among the packages.'
    return 1
  else
    echo 'Neither apt-get nor dnf is here: this Linux is not supported.'
    return 1
  fi
}

# use_ruby RUBY BUNDLE: the commands of the chosen Ruby, where everything else finds them.
use_ruby() {
  if [ "$(readlink "$ROOT/ruby" "$ROOT/bundle")" = "/usr/bin/$1"$'\n'"/usr/bin/$2" ]; then return; fi
  ln -sfn "/usr/bin/$1" "$ROOT/ruby"
  ln -sfn "/usr/bin/$2" "$ROOT/bundle"
}

make_folders() {
  make_user rails
  mkdir -p /var/www "$ROOT/gems"
  chown rails:rails "$ROOT/gems"
}

fetch_sample() {
  set -- {{sample}}
  while [ $# -gt 0 ]; do
    mkdir -p "$(dirname "$APP/$1")"
    put 0644 "$APP/$1" "$2"
    shift 2
  done
  mkdir -p "$APP/public"
  install -d -o rails -g rails "$APP/tmp" "$APP/log"
  [ -e "$APP/Gemfile.lock" ] || install -o rails -g rails -m 0644 /dev/null "$APP/Gemfile.lock"
}

fetch_git() {
  clone rails "$APP" "$REPOSITORY" "$REF"
}

as_user() {
  runuser -u rails -- env HOME="$ROOT/home" GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:ssh \
    GIT_SSH_COMMAND='ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new' "$@"
}

# Where bundler looks; the same for the service.
bundler_settings() {
  setting BUNDLE_GEMFILE "$APP/Gemfile"
  setting BUNDLE_WITHOUT development:test
  setting BUNDLE_USER_HOME "$ROOT/home/.bundle"
  from_distribution || setting BUNDLE_PATH "$ROOT/gems"
  setting RAILS_ENV production
  setting STACKWRIGHT_PACKAGES "${STACKWRIGHT_PACKAGES:-}"
}

bundle() {
  (
    set -a
    eval "$(bundler_settings)"
    set +a
    cd "$APP" || exit
    as_user "$ROOT/bundle" "$@"
  )
}

install_gems() {
  local wanted flags=()
  wanted=$(readlink -f "$ROOT/bundle"; cat "$APP/Gemfile" "$APP/Gemfile.lock"; bundler_settings)
  wanted=$(sha256sum <<<"$wanted")
  if [ "$(cat "$STAMPS/gems" || true)" = "$wanted" ]; then return; fi
  from_distribution && flags+=(--local)
  retry bundle install --quiet "${flags[@]}"
  put 0644 "$STAMPS/gems" "$(sha256sum <<<"$(readlink -f "$ROOT/bundle"; cat "$APP/Gemfile" "$APP/Gemfile.lock"; bundler_settings)")"
}

write_settings() {
  fetch_authority
  put 0600 "$ENV_FILE" "$(
    bundler_settings
    setting BUNDLE_FROZEN true
    setting DB_HOST "$DB_HOST"
    setting DB_PORT "$DB_PORT"
    setting DB_NAME "$DB_NAME"
    setting DB_USER "$DB_USER"
    setting DB_PASSWORD "$DB_PASSWORD"
    setting DB_TLS_CA "$DB_TLS_CA"
    if [ "$SOURCE" = git ]; then setting DATABASE_URL "$(database_url)"; fi
    setting SECRET_KEY_BASE "$SECRET_KEY_BASE"
    if [ -n "${RAILS_MASTER_KEY:-}" ]; then setting RAILS_MASTER_KEY "$RAILS_MASTER_KEY"; fi
    setting RAILS_LOG_TO_STDOUT 1
    local name
    for name in S3_BUCKET AWS_REGION AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 AWS_EC2_METADATA_SERVICE_ENDPOINT; do
      if [ -n "${!name:-}" ]; then setting "$name" "$(head -n 1 <<<"${!name}")"; fi
    done
  )"$'\n'
}

# Wins over the application's own config/database.yml.
database_url() {
  local scheme=mysql2 tls=
  if grep -q '^    trilogy ' "$APP/Gemfile.lock" && ! grep -q '^    mysql2 ' "$APP/Gemfile.lock"; then scheme=trilogy; fi
  if [ -n "$DB_TLS_CA" ]; then
    tls="&sslverify=true&sslca=$(percent "$DB_TLS_CA")"
    if [ "$scheme" = trilogy ]; then tls="&ssl_mode=verify_identity&ssl_ca=$(percent "$DB_TLS_CA")"; fi
  fi
  printf '%s://%s:%s@%s:%s/%s?encoding=utf8mb4%s' "$scheme" "$(percent "$DB_USER")" "$(percent "$DB_PASSWORD")" \
    "$DB_HOST" "$DB_PORT" "$(percent "$DB_NAME")" "$tls"
}

percent() {
  printf '%s' "$1" | "$ROOT/ruby" -rerb -e 'print ERB::Util.url_encode(STDIN.read)'
}

# One session of the administrator makes the database and its user and keeps the others out until the tables are there:
# Rails itself refuses to migrate while another machine does.
prepare_database() {
  local to from sql got='' tables=0
  wait_for_database
  coproc SESSION { as_admin --unbuffered; }
  to=${SESSION[1]} from=${SESSION[0]}
  printf 'SELECT GET_LOCK(CONCAT("stackwright.", LEFT(%s, 50)), 900);\n' "$(literal "$DB_NAME")" >&"$to"
  read -r -t 960 got <&"$from" || true
  if [ "$got" != 1 ]; then
    echo 'Another machine has been migrating the database for a quarter of an hour.'
    return 1
  fi
  sql=$(make_database)
  printf '%s\nSELECT "made";\n' "$sql" >&"$to"
  read -r -t 120 got <&"$from" || true
  if [ "$got" != made ]; then
    echo 'The database and its user could not be made.'
    return 1
  fi
  migrate || tables=$?
  eval "exec $to>&- $from<&-"
  wait
  return "$tables"
}

wait_for_database() {
  local tries
  for tries in {1..40}; do
    if as_admin -e 'SELECT 1' >/dev/null; then return; fi
    sleep 3
  done
  echo "The database does not let the administrator in ($tries tries)."
  return 1
}

# The password goes through the environment of the client: arguments can be read by everybody on the machine.
as_admin() {
  local tls=()
  if [ -n "$DB_TLS_CA" ]; then tls=(--ssl-ca="$DB_TLS_CA" --ssl-verify-server-cert); fi
  MYSQL_PWD=$DB_ADMIN_PASSWORD mariadb --no-defaults --batch --skip-column-names --connect-timeout=10 "${tls[@]}" \
    --default-character-set=utf8mb4 --host="$DB_HOST" --port="$DB_PORT" --user="$DB_ADMIN_USER" "$@"
}

make_database() {
  local user wildcard
  user="$(literal "$DB_USER")@'%'"
  # Where rights are given, an underscore stands for any character.
  wildcard=${DB_NAME//\\/\\\\}
  wildcard=${wildcard//_/\\_}
  wildcard=${wildcard//%/\\%}
  printf 'CREATE DATABASE IF NOT EXISTS %s CHARACTER SET utf8mb4;\n' "$(name_of "$DB_NAME")"
  printf 'CREATE USER IF NOT EXISTS %s IDENTIFIED BY %s;\n' "$user" "$(literal "$DB_PASSWORD")"
  printf 'ALTER USER %s IDENTIFIED BY %s;\n' "$user" "$(literal "$DB_PASSWORD")"
  printf 'GRANT ALL PRIVILEGES ON %s.* TO %s;\n' "$(name_of "$wildcard")" "$user"
}

literal() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//"'"/"''"}"
}

name_of() {
  printf '`%s`' "${1//'`'/'``'}"
}

migrate() {
  (
    set -a
    # shellcheck source=/dev/null
    . "$ENV_FILE"
    set +a
    cd "$APP" || exit
    as_user "$ROOT/bundle" exec rails db:migrate RAILS_ENV=production || exit
    if [ "$SOURCE" = git ] && as_user "$ROOT/bundle" exec rake -P | grep -qx 'rake assets:precompile'; then
      as_user "$ROOT/bundle" exec rails assets:precompile RAILS_ENV=production
    fi
  )
}

start_puma() {
  put 0644 "/etc/systemd/system/$SERVICE.service" {{unit}}
  systemctl daemon-reload
  systemctl enable "$SERVICE"
  run_latest "$SERVICE" "$(cat "/etc/systemd/system/$SERVICE.service" "$ENV_FILE" "$STAMPS/gems"; revision)"
}

revision() {
  if [ "$SOURCE" = git ]; then
    as_user git -C "$APP" rev-parse HEAD
  else
    find "$APP" \( -name '*.rb' -o -name '*.erb' -o -name '*.yml' -o -name '*.ru' \) -exec sha256sum {} + | sort
  fi
}

start_nginx() {
  put 0644 /etc/nginx/conf.d/rails.conf {{nginx}}
  # Debian's own page stands where the application shall.
  if [ -L /etc/nginx/sites-enabled/default ]; then rm /etc/nginx/sites-enabled/default; fi
  allow_proxying
  open_port "$BACKEND_PORT"
  nginx -t
  systemctl enable nginx
  run_latest nginx "$(cat /etc/nginx/conf.d/rails.conf)"
}

prove() {
  local seconds
  for seconds in {1..90}; do
    if answers "$BACKEND_PORT" "$HEALTH_PATH"; then return; fi
    sleep 1
  done
  journalctl -u "$SERVICE" -n 15 --no-pager -o cat
  tail -n 5 /var/log/nginx/error.log || true
  if answers "$APP_PORT" "$HEALTH_PATH"; then
    echo "puma answers, but nginx in front of it does not ($seconds seconds)."
  else
    echo "puma does not answer $HEALTH_PATH with success ($seconds seconds)."
  fi
  return 1
}

main
