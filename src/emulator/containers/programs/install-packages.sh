#!/bin/bash
# Stands before the script that makes an image: how packages are installed in it.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# Installs packages; their services are not started here, but at the boot of a machine.
install_packages() {
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
  apt-get install -y --no-install-recommends "$@"
  rm /usr/sbin/policy-rc.d
}

# Installs packages whose services stay off until something enables them, as on a machine that does not have them yet.
install_switched_off() {
  local before
  before=$(enabled_units)
  install_packages "$@"
  comm -13 <(echo "$before") <(enabled_units) | xargs --no-run-if-empty systemctl disable
}

enabled_units() {
  systemctl --root=/ list-unit-files --state=enabled --no-legend | cut -d ' ' -f 1 | sort
}
