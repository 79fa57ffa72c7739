# The part of PostgreSQL on RDS; it takes the place of rds.sh. Whoever uses it fills its place with postgresql.py, which
# says what it reads.

# psql, which makes the role and the database.
install_psql() {
  if command -v psql; then return; fi
  if with_apt; then
    apt_install postgresql-client
  else
    dnf_first postgresql17 postgresql16 postgresql15
  fi
}

# Sets DB_TLS_CA: the authorities that sign the certificates of RDS. The machines of a sandbox have its own at hand.
fetch_authority() {
  DB_TLS_CA=$ROOT/rds-ca.pem
  if [ -n "${STACKWRIGHT_AUTHORITY:-}" ]; then
    put 0644 "$DB_TLS_CA" "$(cat "$STACKWRIGHT_AUTHORITY")"$'\n'
    return
  fi
  if [ -s "$DB_TLS_CA" ]; then return; fi
  retry curl -sSf --max-time 60 -o "$DB_TLS_CA.new" https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
  chmod 0644 "$DB_TLS_CA.new"
  mv -f "$DB_TLS_CA.new" "$DB_TLS_CA"
}

# After fetch_authority. Several machines may be at it at the same time.
make_database() {
  DB_PASSWORD=$DB_PASSWORD DB_ADMIN_PASSWORD=$DB_ADMIN_PASSWORD DB_TLS_CA=$DB_TLS_CA python3 - <<<{{postgresql}}
}

