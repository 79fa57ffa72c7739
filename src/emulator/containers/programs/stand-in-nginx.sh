#!/bin/bash
# Makes of a fresh Debian what stands for the official image of nginx, as root, after install-packages.sh.

apt-get update
install_packages ca-certificates nginx
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*

# As in the official image: its user, servers in conf.d alone, and logs that are the container's output.
useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin nginx
sed -i -e 's/^user .*/user nginx;/' -e '/sites-enabled/d' /etc/nginx/nginx.conf
rm -rf /etc/nginx/sites-available /etc/nginx/sites-enabled
cat >/etc/nginx/conf.d/default.conf <<'END'
server {
    listen 80;
    server_name localhost;

    location / {
        root /usr/share/nginx/html;
        index index.html;
    }
}
END

apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt
ln -sf /dev/stdout /var/log/nginx/access.log
ln -sf /dev/stderr /var/log/nginx/error.log
