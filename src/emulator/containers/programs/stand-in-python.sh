#!/bin/bash
# Makes of a fresh Debian what stands for the official images of Python, as root, after install-packages.sh.
# Usage: stand-in-python.sh [PACKAGE…] [-- REQUIREMENT…]: the Debian packages of what applications ask apt and pip for, and
# what only the index has.

packages=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  packages+=("$1")
  shift
done
apt-get update
install_packages ca-certificates nginx python3 python3-pip python3-venv "${packages[@]}"

# As in the official images: "python" is there, and pip may install into it.
ln -s /usr/bin/python3 /usr/local/bin/python
rm -f /usr/lib/python3*/EXTERNALLY-MANAGED
if [ $# -gt 1 ]; then
  pip install --no-cache-dir --root-user-action=ignore --no-deps "${@:2}"
fi

# What there is must do: nothing is asked of an index, and any version counts that an application's requirements allow.
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
printf '[global]\nno-index = true\ndisable-pip-version-check = true\n' >/etc/pip.conf

# known_to_pip PACKAGE NAME: pip takes Debian's package for what the index calls NAME. Only for builds of the same source.
known_to_pip() {
  local version folder
  version=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null) || return 0
  version=${version%-*}
  folder=/usr/lib/python3/dist-packages/${2//-/_}-$version.dist-info
  mkdir "$folder"
  printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' "$2" "$version" >"$folder/METADATA"
  echo Debian >"$folder/INSTALLER"
}
known_to_pip python3-psycopg2 psycopg2-binary
known_to_pip uwsgi-core uWSGI
known_to_pip uwsgi-core pyuwsgi

# The index's uWSGI has Python built in; Debian's loads it as a plugin.
if [ -x /usr/bin/uwsgi ]; then
  printf '#!/bin/sh\nexec /usr/bin/uwsgi --plugin python3 "$@"\n' >/usr/local/bin/uwsgi
  chmod 755 /usr/local/bin/uwsgi
fi

apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt
