#!/bin/bash
# Looks, from inside a machine, where the path from the load balancer to the database breaks. Changes nothing.
# It prints a line a hop, "hop NAME ok" or "hop NAME bad SENTENCE" with evidence behind "| ", and ends at the first bad one;
# before them "service NAME", whose log tells more of the application, and "fix SENTENCE" where it knows better what to do.
# CHECK_PORT and CHECK_PATH are what the load balancer asks for (no path: it only connects), CHECK_VISIT is a page that
# must answer; they are set above.
# shellcheck disable=SC2016
set -uo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

bad() {
  echo "hop $1 bad $2"
  printf '%s\n' "${3:-}" | tail -n 8 | cut -c1-300 | sed '/^$/d; s/^/| /'
  exit 0
}

# When the database refuses the password: either side may be the wrong one. ENV_FILE and SERVICE are set below; PASSWORD_AS
# and RESTART where the application's variable has another name, or several services read it.
tell_password_fix() {
  echo "fix The right password is in secrets.json, beside the state. Set it for the database user again, or write it as ${PASSWORD_AS:-DB_PASSWORD} into $ENV_FILE on that machine and run there: systemctl restart ${RESTART:-$SERVICE}."
}

# Sets STATUS to what a page of this machine answers; 000 when there is no answer.
status_of() {
  STATUS=$(curl --noproxy '*' -s -o /dev/null -w '%{http_code}' --max-time 10 "http://127.0.0.1:$1$2")
}

# What a service said last, without the lines that each request leaves.
log_of() {
  journalctl -u "$1" -n 200 --no-pager -o cat 2>&1 |
    grep -Ev '"[A-Z]+ [^"]* HTTP/[0-9.]+" [0-9]+|^(\[[^]]*\] )?(Started [A-Z]+ "|Processing by |Completed [23])' | tail -n 8
}

# Whether HOST PORT accepts connections; says why not.
connects() {
  timeout 8 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1
  local status=$?
  if [ "$status" -eq 124 ]; then echo 'no answer within 8 seconds'; fi
  return "$status"
}

check_port() {
  local said
  if ! said=$(connects 127.0.0.1 "$CHECK_PORT"); then
    said=$(ss -Hltn 2>/dev/null | awk '{print "listening on " $4}' | sort -u)
    bad port "nothing answers on port $CHECK_PORT, which the load balancer checks" "$said"
  fi
  echo 'hop port ok'
}

# Asks for the page that the load balancer asks for. When it is bad, PAGE tells whether another page would do; if not, the
# sentence about HOP ends with THROUGH, and the rest is the command whose output is the evidence.
check_asked_page() {
  local page=$1 hop=$2 through=$3 own
  shift 3
  status_of "$CHECK_PORT" "$CHECK_PATH"
  if [ "$STATUS" -lt 200 ] || [ "$STATUS" -ge 400 ]; then
    own=$STATUS
    status_of "$CHECK_PORT" "$page"
    if [ "$STATUS" = 200 ]; then
      bad health-check "the load balancer checks $CHECK_PATH, which answers $own; $page answers 200"
    fi
    bad "$hop" "$CHECK_PATH answers $own$through" "$("$@")"
  fi
  echo 'hop health-check ok'
}

