#!/bin/bash
# Makes the image for machines of AWS of the machine image, as root, after install-packages.sh.
# Usage: aws-image.sh [PACKAGE…]: what the setups of the machines will ask for.

# Database server, cache, load balancer and registry run in containers of their own, of this same image.
servers=(mariadb-server mariadb-client redis-server haproxy docker-registry)

apt-get update
install_switched_off "${servers[@]}" awscli "$@"

# Debian's AWS CLI is older than the variable for endpoints, so this hands it on: everything else about a call (role,
# signature, answer) is the real CLI's.
cat >/usr/local/bin/aws <<'END'
#!/bin/sh
exec /usr/bin/aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"
END
chmod 755 /usr/local/bin/aws

# An empty database, so that a server starts in a moment.
rm -rf /var/lib/mysql
install -d -o mysql -g mysql -m 700 /var/lib/stackwright-mariadb
mariadb-install-db --user=mysql --datadir=/var/lib/stackwright-mariadb --auth-root-authentication-method=socket \
  --skip-test-db >/dev/null

apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt
