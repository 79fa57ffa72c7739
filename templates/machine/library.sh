#!/bin/bash
# The first half of every setup script: what they have in common. It may be run any number of times: what is already as
# it should be stays untouched. With STACKWRIGHT_PACKAGES=distribution everything comes from Debian's or Ubuntu's packages.
# shellcheck disable=SC2016,SC2163
set -euo pipefail

ROOT=/opt/stackwright
STAMPS=$ROOT/.stamps
LOG=/var/log/stackwright/setup.log
CHAPTER=Start
SECRETS=()

# begin NAME SECRET…: only one of this name at a time; from here on what is printed goes to the log.
begin() {
  [ "$(id -u)" -eq 0 ] || { echo 'stackwright: this script must be run as root.' >&2; exit 1; }
  exec 9>"/run/stackwright-$1.lock"
  shift
  SECRETS=("$@")
  # Only this shell knows the secrets; what it starts must not inherit them.
  [ $# -eq 0 ] || export -n "$@"
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
  umask 022
  flock -w 1800 9 || { echo 'stackwright: another run of this script has been at work for half an hour.' >&2; exit 1; }
  mkdir -p /var/log/stackwright /etc/stackwright "$STAMPS"
  chmod 0700 /etc/stackwright
  touch "$LOG"
  chmod 0600 "$LOG"
  exec 3>&1 >>"$LOG" 2>&1 </dev/null
  trap finish EXIT
}

chapter() {
  CHAPTER=$1
  say "== $1"
  "${@:2}"
}

say() {
  printf '%s %s\n' "$(date -u +%FT%TZ)" "$1"
  printf '%s\n' "$1" >&3
}

finish() {
  local status=$? last name
  [ "$status" -eq 0 ] && return
  last=$(tail -n 30 "$LOG" | cut -c1-400)
  # The cloud keeps what a command prints.
  for name in "${SECRETS[@]}"; do
    last=${last//"${!name:-$'\1'}"/'***'}
  done
  printf '%s\n' "$last" "stackwright: FAILED in the chapter \"$CHAPTER\" (exit $status). The lines above are the last of $LOG." >&3
}

# need NAME…: these variables must be there, on one line each.
need() {
  local name
  for name in "$@"; do
    if [ -z "${!name:-}" ]; then
      echo "The variable $name is missing."
      return 1
    fi
    if [[ ${!name} == *[[:cntrl:]]* ]]; then
      echo "The variable $name holds a line break or another control character."
      return 1
    fi
  done
}

from_distribution() {
  [ "${STACKWRIGHT_PACKAGES:-}" = distribution ]
}

with_apt() {
  command -v apt-get >/dev/null
}

# Debian and Ubuntu; what is there already is not looked for again.
apt_install() {
  if dpkg-query -W -f '${db:Status-Status}\n' "$@" | grep -vx installed || ! dpkg-query -W "$@"; then
    export DEBIAN_FRONTEND=noninteractive
    retry apt-get -o DPkg::Lock::Timeout=300 update
    retry apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold install -y --no-install-recommends "$@"
  fi
}

# Amazon Linux and its relatives.
dnf_install() {
  rpm -q "$@" || retry dnf -y install "$@"
}

# dnf_first PACKAGE…: the first of them that can be had.
dnf_first() {
  local package
  for package in "$@"; do
    if rpm -q "$package" || dnf -y install "$package"; then return; fi
  done
  echo "None of these packages could be installed: $*"
  return 1
}

retry() {
  local pause
  for pause in 3 6 12 24; do
    "$@" && return
    sleep "$pause"
  done
  "$@"
}

# The user that runs the application, without a shell or a right of its own.
make_user() {
  id -u "$1" || useradd --system --user-group --home-dir "$ROOT/home" --no-create-home --shell /usr/sbin/nologin "$1"
  mkdir -p "$ROOT/home"
  chown "$1:$1" "$ROOT/home"
}

# clone USER FOLDER REPOSITORY REF: the folder becomes what the repository has there, whatever it was.
clone() {
  mkdir -p "$2"
  chown "$1:$1" "$2"
  cd "$2"
  [ -d .git ] || as_user git init -q
  retry as_user git -c gc.auto=0 fetch --depth 1 --no-tags -- "$3" "$4"
  as_user git checkout -q --force --detach FETCH_HEAD
  as_user git clean -qfd
  as_user git submodule update --init --recursive --depth 1
}

# A line of an environment file, quoted so that systemd and the shell read the same.
setting() {
  local value=$2 character
  for character in \\ \" \$ \`; do
    value=${value//"$character"/"\\$character"}
  done
  printf '%s="%s"\n' "$1" "$value"
}

# run_latest SERVICE TEXT: restarts the service unless it runs and was last started from this very text.
run_latest() {
  local hash
  hash=$(sha256sum <<<"$2")
  if [ "$(cat "$STAMPS/$1" || true)" = "$hash" ] && systemctl is-active "$1"; then return; fi
  if ! systemctl restart "$1"; then
    journalctl -u "$1" -n 25 --no-pager -o cat
    return 1
  fi
  put 0600 "$STAMPS/$1" "$hash"
}

open_port() {
  if command -v firewall-cmd && firewall-cmd --state; then
    firewall-cmd --permanent --add-port="$1/tcp"
    firewall-cmd --add-port="$1/tcp"
  fi
}

allow_proxying() {
  if command -v selinuxenabled && selinuxenabled; then setsebool -P httpd_can_network_connect 1; fi
}

answers() {
  curl --noproxy '*' -sS -f -o /dev/null --max-time 10 "http://127.0.0.1:$1$2"
}

# put MODE PATH TEXT: writes the file at once, as a whole, and only when it differs. Only into folders of root.
put() {
  if [ -f "$2" ] && [ "0$(stat -c %a "$2")" = "$1" ] && printf '%s' "$3" | cmp -s - "$2"; then return; fi
  (umask 077 && printf '%s' "$3" >"$2.new")
  chmod "$1" "$2.new"
  mv -f "$2.new" "$2"
}

