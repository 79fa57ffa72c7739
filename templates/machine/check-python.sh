# An application in Python, asked for its database as it would ask itself. ENV_FILE is set below.
check_database() {
  local said
  # shellcheck source=/dev/null
  if ! said=$(set -a; . "$ENV_FILE"; set +a; timeout 60 /opt/stackwright/venv/bin/python -B -c {{database}} 2>&1); then
    case $said in *'the password on this machine'*) tell_password_fix ;; esac
    bad database "$(head -n 1 <<<"$said")" "$(tail -n +2 <<<"$said")"
  fi
  echo 'hop database ok'
}

