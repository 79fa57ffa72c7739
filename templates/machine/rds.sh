# The part of AWS: RDS machines show certificates of Amazon's own authority. Containers of the embedded cloud have none.
fetch_authority() {
  DB_TLS_CA=
  if from_distribution; then return; fi
  DB_TLS_CA=$ROOT/rds-ca.pem
  if [ -s "$DB_TLS_CA" ]; then return; fi
  retry curl -sSf --max-time 60 -o "$DB_TLS_CA.new" https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
  chmod 0644 "$DB_TLS_CA.new"
  mv -f "$DB_TLS_CA.new" "$DB_TLS_CA"
}

