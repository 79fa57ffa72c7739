#!/bin/bash
# Makes the machine image of a fresh Debian, as root, after install-packages.sh.
# Usage: image.sh [PACKAGE…]: what the setups of the machines will ask for.

# What a machine needs to be one, the agent's Python included.
machine=(
  systemd systemd-sysv dbus libpam-systemd udev iproute2 iputils-ping nftables procps
  openssh-server sudo openssl ca-certificates curl less python3
)
# Run in containers of their own, of this same image.
servers=(postgresql postgresql-client)

apt-get update
install_packages "${machine[@]}"
install_switched_off "${servers[@]}" "$@"
systemctl mask getty.target console-getty.service systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket \
  systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer

# Host keys and the machine's id are its own, made at its first boot.
rm -f /etc/ssh/ssh_host_* /etc/machine-id
touch /etc/machine-id
mkdir -p /etc/systemd/system/ssh.service.d /usr/lib/stackwright
printf '[Service]\nExecStartPre=\nExecStartPre=/usr/bin/ssh-keygen -A\nExecStartPre=/usr/sbin/sshd -t\n' \
  >/etc/systemd/system/ssh.service.d/keys.conf
printf 'PasswordAuthentication no\n' >/etc/ssh/sshd_config.d/stackwright.conf

# An empty database, so that a server starts in a moment.
install -d -o postgres -g postgres -m 700 /var/lib/stackwright-database
bin=$(echo /usr/lib/postgresql/*/bin)
ln -s "$bin" /usr/lib/stackwright/postgresql
runuser -u postgres -- "$bin/initdb" -D /var/lib/stackwright-database -E UTF8 --locale=C.UTF-8 --auth=peer --no-sync

apt-get clean
rm -rf /var/lib/apt/lists/* /var/lib/postgresql/* /var/log/*.log /var/log/apt
